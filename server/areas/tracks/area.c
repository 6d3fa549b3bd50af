#include "server/areas/tracks/area.h"

#include "server/areas/tracks/tracks.h"
#include "server/core/feed.h"
#include "server/core/schedule.h"
#include "tracks_words.h"

static const struct entity *const entities[] = {TRACKS_ENTITIES};

static const struct field report_args[] = {
    ARG(lon, FIELD_POINT, .label = N_("Longitude"), .required = true, .help = N_("East positive (WGS 84).")),
    ARG(lat, FIELD_POINT, .label = N_("Latitude"), .required = true, .help = N_("North positive (WGS 84).")),
    ARG(at, FIELD_TIME, .label = N_("Time"), .help = N_("When it was there. Empty: now.")),
    ARG(speed, FIELD_INT, .label = N_("Speed (km/h)"), .min = 0, .max = 500, .help = N_("How fast it went.")),
    ARG(bearing, FIELD_INT, .label = N_("Bearing"), .min = 0, .max = 360,
        .help = N_("Degrees from north: where it went.")),
    ARG(accuracy, FIELD_INT, .label = N_("Accuracy (m)"), .min = 0, .max = 100000,
        .help = N_("Metres the position may be wrong by.")),
};

static const struct field track_args[] = {
    ARG(day, FIELD_DATE, .label = N_("Day"), .help = N_("The whole day, in the time of its branch.")),
    ARG(from, FIELD_TIME, .label = N_("From"), .help = N_("In place of a day: from when on.")),
    ARG(to, FIELD_TIME, .label = N_("To"), .help = N_("And until when; 72 hours at most.")),
    ARG(most, FIELD_INT, .label = N_("Points"), .min = 2, .max = TRACK_MOST_MAX,
        .help = N_("Points given at most: those that draw the way best. Empty: 500.")),
};

static const struct verb verbs[] = {
    {
        .name = "vehicle.report",
        .permission = "vehicle.report",
        .label = N_("Report position"),
        .help =
            N_("Says where a vehicle is. What is late is kept in its track, and is not taken for where it "
               "is now."),
        .flags = VERB_CHANGES,
        .takes = TAKES_ID,
        .args = report_args,
        .nargs = array_len(report_args),
        .run = vehicle_report,
    },
    {
        .name = "vehicle.track",
        .permission = "vehicle.track",
        .label = N_("Track"),
        .help =
            N_("Where a vehicle was: the way it drove, how many kilometres, where it stood five minutes or "
               "longer."),
        .lane = LANE_LONG,
        .takes = TAKES_ID,
        .args = track_args,
        .nargs = array_len(track_args),
        .run = vehicle_track,
    },
    {
        .name = "tracker.token",
        .permission = "tracker.token",
        .label = N_("New token"),
        .help = N_("Gives a device another token, which is shown this once; the one before counts no more."),
        .flags = VERB_CHANGES,
        .takes = TAKES_ID | TAKES_VERSION,
        .run = tracker_token,
    },
};

const struct area tracks_area = {
    .name = "tracks",
    .label = N_("Positions"),
    .entities = entities,
    .nentities = array_len(entities),
    .verbs = verbs,
    .nverbs = array_len(verbs),
};

static const struct scheduled days = {.name = "track_days", .statement = "SELECT track_days()"};

static const struct sql sql_feed = {
    "vehicle_position_feed", "SELECT next, id, branch_id, own_id, body FROM vehicle_position_feed($1::xid8)"};

static const struct feed positions = {.entity = "vehicle", .action = "position", .sql = &sql_feed};

void tracks_register(void)
{
    schedule_register(&days);
    feed_register(&positions);
}
