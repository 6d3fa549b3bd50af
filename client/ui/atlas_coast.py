#!/usr/bin/env python3
"""Writes atlas_coast.c from land-10m.json of the npm package world-atlas 2.0.2 (ISC), which is made from Natural Earth 1:10m land (public domain).

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python3 client/ui/atlas_coast.py package/land-10m.json > client/ui/atlas_coast.c

Only the coast is taken, of the Chinese seas and what lies around them: finely from Hainan to Taiwan, roughly elsewhere.
"""
import textwrap
import json
import sys

BOX = (98, 4, 132, 43)          # west, south, east, north
FINE = (107.5, 17.5, 122.5, 26.5)
TOLERANCE = {True: 0.004, False: 0.03}   # degrees
SMALLEST = {True: 0.012, False: 0.1}     # islands, their longer side
UNIT = 1000                     # of a degree


def inside(box, point):
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def decoded(topology):
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    return arcs


def rings(topology):
    arcs = decoded(topology)
    for geometry in topology["objects"]["land"]["geometries"]:
        for polygon in geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]:
            for ring in polygon[:1]:  # lakes are left out
                points = []
                for index in ring:
                    part = arcs[index] if index >= 0 else arcs[~index][::-1]
                    points += part[1:] if points else part
                yield points


def far(point, a, b):
    """Distance of a point from the line a to b, in degrees."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = max(0, min(1, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length)) if length else 0
    return ((point[0] - a[0] - t * dx) ** 2 + (point[1] - a[1] - t * dy) ** 2) ** 0.5


def simplified(points):
    keep, stack = {0, len(points) - 1}, [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        most, at = 0, None
        for i in range(first + 1, last):
            away = far(points[i], points[first], points[last]) / TOLERANCE[inside(FINE, points[i])]
            if away > most:
                most, at = away, i
        if most > 1:
            keep.add(at)
            stack += [(first, at), (at, last)]
    return [points[i] for i in sorted(keep)]


def runs(points):
    """The parts of a ring that lie in the box."""
    run = []
    for point in points:
        if inside(BOX, point):
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def lines(topology):
    for ring in rings(topology):
        for run in runs(ring):
            if len(run) < 2:
                continue
            size = max(max(p[i] for p in run) - min(p[i] for p in run) for i in (0, 1))
            if size < SMALLEST[inside(FINE, run[0])]:
                continue
            middle = len(run) // 2
            half = [simplified(run[:middle + 1]), simplified(run[middle:])] if run[0] == run[-1] else [simplified(run)]
            whole = half[0] + (half[1][1:] if len(half) > 1 else [])
            yield [(round(x * UNIT), round(y * UNIT)) for x, y in whole]


def main():
    coast = sorted(lines(json.load(open(sys.argv[1]))), key=len, reverse=True)
    print("/* Written by atlas_coast.py from Natural Earth 1:10m land, which is in the public domain (naturalearthdata.com), by way of world-atlas\n"
          " * 2.0.2 (npm; ISC licence, copyright 2013-2019 Michael Bostock). Lines of the coast: how many points, the first in thousandths of a degree,\n"
          " * the others as steps from the one before; a 0 ends it. */\n"
          '#include "client/ui/atlas-private.h"\n\n/* clang-format off */\nconst short atlas_coast[] = {')
    for line in coast:
        (x, y), numbers = line[0], [len(line)]
        numbers += [x // 1000, x % 1000, y // 1000, y % 1000]
        for a, b in line[1:]:
            numbers += [a - x, b - y]
            x, y = a, b
        assert max(map(abs, numbers)) < 32768
        print(textwrap.fill(",".join(map(str, numbers)).replace(",", ", "), 176).replace(", ", ",") + ",")
    print("0};")
    print(len(coast), "lines,", sum(map(len, coast)), "points", file=sys.stderr)


main()
