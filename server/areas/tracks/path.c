#include "server/areas/tracks/path.h"

#include <math.h>
#include <stdlib.h>

#include "base/util.h"

/* A lorry is not that fast; a place told so vaguely says nothing; a step that short is no step; nobody sees a bend that small. */
static const double fastest = 70, vaguest = 1000, shortest = 25, finest = 0.5, degree = 111195;
enum { BELIEVED = 3 /* as many in a row are not an error but a ferry, or the device was carried */ };

static double seconds_between(struct instant a, struct instant b)
{
    return (double)(b.us - a.us) / US_PER_SECOND;
}

static bool reachable(const struct path_point *from, const struct path_point *to)
{
    double metres = geo_distance_m(from->place, to->place);
    return metres < 200 || metres <= fastest * seconds_between(from->at, to->at);
}

size_t path_clean(struct path_point points[], size_t count)
{
    size_t kept = 0, doubted = 0;
    for (size_t i = 0; i < count; i++) {
        if (points[i].accuracy > vaguest)
            continue;
        if (kept && !reachable(&points[kept - 1], &points[i]) && ++doubted < BELIEVED)
            continue;
        doubted = 0;
        points[kept++] = points[i];
    }
    return kept;
}

double path_metres(const struct path_point points[], size_t count)
{
    double metres = 0;
    size_t from = 0;
    for (size_t i = 1; i < count; i++) {
        double step = geo_distance_m(points[from].place, points[i].place);
        if (step < shortest)
            continue;
        metres += reachable(&points[from], &points[i]) ? step : 0;
        from = i;
    }
    return metres;
}

size_t path_stops(const struct path_point points[], size_t count, struct path_stop stops_r[], size_t most)
{
    size_t found = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count; end++)
            if (geo_distance_m(points[i].place, points[end].place) > PATH_STOP_METRES)
                break;
        if (seconds_between(points[i].at, points[end - 1].at) < PATH_STOP_SECONDS) {
            end = i + 1;
            continue;
        }
        if (found < most)
            stops_r[found] = (struct path_stop){points[i].at, points[end - 1].at, points[i].place};
        found++;
    }
    return found;
}

/* ---- thinning */

struct stretch {
    size_t from, to, farthest;
    double metres; /* of the farthest from the straight line */
};

/* Metres from the straight line between two others, on the plane: they are near each other. */
static double away(struct point p, struct point a, struct point b)
{
    double wide = cos(a.lat * M_PI / 180) * degree;
    double x = (p.lon - a.lon) * wide, y = (p.lat - a.lat) * degree;
    double dx = (b.lon - a.lon) * wide, dy = (b.lat - a.lat) * degree, length = dx * dx + dy * dy;
    double along = length > 0 ? fmin(fmax((x * dx + y * dy) / length, 0), 1) : 0;
    return hypot(x - along * dx, y - along * dy);
}

static struct stretch measure(const struct path_point points[], size_t from, size_t to)
{
    struct stretch stretch = {from, to, from, -1};
    for (size_t i = from + 1; i < to; i++) {
        double metres = away(points[i].place, points[from].place, points[to].place);
        if (metres > stretch.metres) {
            stretch.metres = metres;
            stretch.farthest = i;
        }
    }
    return stretch;
}

/* The largest on top. */
static void sink(struct stretch heap[], size_t count, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1].metres > heap[child].metres)
            child++;
        if (heap[at].metres >= heap[child].metres)
            return;
        struct stretch moved = heap[at];
        heap[at] = heap[child];
        heap[child] = moved;
    }
}

static void rise(struct stretch heap[], size_t at)
{
    for (; at > 0 && heap[(at - 1) / 2].metres < heap[at].metres; at = (at - 1) / 2) {
        struct stretch moved = heap[at];
        heap[at] = heap[(at - 1) / 2];
        heap[(at - 1) / 2] = moved;
    }
}

size_t path_thin(struct path_point points[], size_t count, size_t most, double *metres_r)
{
    *metres_r = 0;
    most = MAX(most, (size_t)2);
    if (count <= most)
        return count;
    bool *keep = memory_zeroed(count, sizeof(*keep));
    struct stretch *heap = memory_zeroed(most, sizeof(*heap));
    size_t stretches = 1, kept = 2;
    keep[0] = keep[count - 1] = true;
    heap[0] = measure(points, 0, count - 1);
    for (; kept < most && heap[0].metres > finest; kept++) {
        struct stretch top = heap[0];
        keep[top.farthest] = true;
        heap[0] = measure(points, top.from, top.farthest);
        sink(heap, stretches, 0);
        heap[stretches] = measure(points, top.farthest, top.to);
        rise(heap, stretches++);
    }
    *metres_r = fmax(heap[0].metres, 0);
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        if (keep[i])
            points[at++] = points[i];
    free(heap);
    free(keep);
    return at;
}
