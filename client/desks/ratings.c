#include "client/desks/ratings.h"

#include "client/views/chart_view.h"
#include "model/catalogue.h"

static const struct chart_face faces[] = {
    {.label = N_("By driver"), .by = "driver_id", .average = "score"},
    {.label = N_("By branch"), .by = "branch_id", .average = "score"},
    {.label = N_("By month"), .by = "created_at", .step = "month", .average = "score"},
};

static void open(struct app_context *app, const struct catalogue_entity *entity)
{
    (void)entity;
    const struct catalogue_entity *ratings = catalogue_entity(app->catalogue, "rating");
    if (ratings)
        chart_open(app, ratings, faces, array_len(faces));
}

const struct desk ratings_desk = {
    .name = "ratings",
    .label = N_("Average ratings"),
    .help = N_("What customers think of finished jobs, averaged by driver, by branch and month by month; Tab "
               "goes from one to the next, Enter lists the ratings behind a bar."),
    .code = "av",
    .verb = "rating.list",
    .open = open,
};
