#!/usr/bin/env python3
"""`./dev bench`: every speed as a ratio of two things measured in one run, interleaved, median of the rounds, with CPU time beside it.

Prints a table and writes bench.json: a whole rescue.create against pgbench running exactly its statements, round trips, pages of a list over a
million orders, a person typing, 500 vehicles reporting.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "lib")]

CONNECTIONS, POOL = 64, 16
ORDER = {"customer_id": 1, "principal": "王小明", "contact_name": "王小明", "contact_phone": "13800138000", "plate": "粤A12345", "car_model": "sedan",
         "service": "tow", "road": "national", "place": "天河路 1 号", "lon": 113.3245, "lat": 23.1377}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build-release")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--times", type=int, default=500, help="how many times the demo company's orders (500: a million)")
    parser.add_argument("--only", default="", help="comma-separated: create, import, trips, pages, keys, walk, export, tracks")
    parser.add_argument("--short", action="store_true", help="what takes minutes in half a minute, to try it")
    parser.add_argument("--json", default="bench.json")
    return parser.parse_args()


options = arguments()
os.environ["YIZHAN_BUILD"] = str((ROOT / options.build).resolve())
import imports  # noqa: E402
import export  # noqa: E402
import machine  # noqa: E402
import replay  # noqa: E402
import person  # noqa: E402
import tracks  # noqa: E402
import walk  # noqa: E402
import yz  # noqa: E402

LOAD = pathlib.Path(os.environ["YIZHAN_BUILD"]) / "tests" / "bench" / "load"
rows, facts = [], {}


def row(name, what, value, never, reach, note="", higher=True):
    """One line of the table. `never`: never worse than; `reach`: what is aimed at."""
    reached = value >= reach if higher else value <= reach
    allowed = value >= never if higher else value <= never
    rows.append({"figure": name, "what": what, "value": round(value, 3), "never": never, "reach": reach,
                 "verdict": "reached" if reached else "allowed" if allowed else "MISSED", "note": note})
    print(f"{name:11} {what:58} {value:8.3f}  never {never:<5} reach {reach:<5} {rows[-1]['verdict']:8} {note}", flush=True)


class Bench:
    def __init__(self):
        self.cluster = yz.Cluster(fsync=True, settings=["jit=off", "checkpoint_timeout=15min", "max_wal_size=8GB", "shared_buffers=1GB"])
        yz.demo_database(self.cluster)
        self.postmaster = self.cluster.postmaster_pid()
        self.wal_lsn = None

    def conninfo(self, database):
        return self.cluster.conninfo(database, "yizhan_app")

    def server(self, database, settings=(), **more):
        # All of the load comes from one address, which outside a bench would be a flood.
        return yz.Server(self.cluster, database, settings=["connections_per_address = 1000", *settings], **more)

    def copy(self, name):
        self.cluster.create(name, template=yz.DEMO)
        return name


def load(server, user, connections, seconds, verb, args, postmaster):
    """Runs the load client; its figures with the CPU seconds that yizhand and PostgreSQL used meanwhile."""
    process = subprocess.Popen([str(LOAD), server.host, str(server.port), str(server.ca), user, yz.PASSWORD, str(connections), str(seconds), verb,
                                json.dumps(args, ensure_ascii=False)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    before = machine.cpu_of(server.process.pid), machine.cpu_of_tree(postmaster)
    process.stdin.write("\n")
    process.stdin.flush()
    out = json.loads(process.stdout.readline())
    process.wait()
    out["server_cpu"] = machine.cpu_of(server.process.pid) - before[0]
    out["postgres_cpu"] = machine.cpu_of_tree(postmaster) - before[1]
    out["rate"] = out["requests"] / out["seconds"]
    if out["refused"]:
        raise RuntimeError(f"{out['refused']} of {out['requests']} refused")
    return out


def logged(bench, database, user, calls):
    """The statement log of single commands: {verb: log}, by a server with one worker."""
    path = yz.temp_dir("yizhan-log-") / "statements"
    server = bench.server(database, settings=["workers = 1", "long_workers = 1", "hash_workers = 1", f'statement_log = "{path}"'])
    logs, answers = {}, {}
    with yz.Client(server, user) as client:
        for verb, args in calls:
            args = args(answers) if callable(args) else args
            client.do(verb, args)  # once for what is only done the first time
            path.write_text("")
            if "key" in args:
                args = {**args, "key": args["key"] + ".2"}
            answers[verb] = client.do(verb, args)
            logs[verb] = replay.read_log(path)
    path.write_text("")
    yz.Client(server, user).close()
    path.write_text("")
    with yz.Client(server, user):
        logs["session.login"] = replay.read_log(path)
    server.stop()
    return logs, answers


def median(values):
    return statistics.median(values)


def create_orders(bench):
    """rescue.create by 64 connections beside pgbench -c16 with the same statements."""
    database = bench.copy("bench_create")
    logs, answers = logged(bench, database, "order_clerk", [("rescue.create", {**ORDER, "key": "bench-create-0"})])
    made, log = answers["rescue.create"], logs["rescue.create"]
    script = replay.Script(log, {str(made["id"]): ":id", made["number"]: "('R'||:id)", "bench-create-0.2": "('bench-'||:id)"})
    folder = yz.temp_dir("yizhan-bench-")
    piped, single = script.write(folder / "piped.sql", True), script.write(folder / "single.sql", False)
    server = bench.server(database)
    order = {**ORDER, "key": "@KEY@"}
    a, b, c, d, e = [], [], [], [], []
    for number in range(options.rounds):
        a.append(load(server, "order_clerk", CONNECTIONS, options.seconds, "rescue.create", order, bench.postmaster))
        before = machine.cpu_of_tree(bench.postmaster)
        done, tps, _ = replay.pgbench(bench.conninfo(database), piped, script.variables, POOL, int(options.seconds))
        b.append((tps, (machine.cpu_of_tree(bench.postmaster) - before) / done))
        c.append(replay.pgbench(bench.conninfo(database), single, script.variables, POOL, int(options.seconds))[1])
        d.append(load(server, "order_clerk", POOL, options.seconds, "rescue.create", order, bench.postmaster))
        e.append(replay.pgbench(bench.conninfo(database), piped, script.variables, POOL, int(options.seconds), str(folder / f"lat{number}"))[2])
    server.stop()
    rate = median([x["rate"] for x in a])
    facts["create"] = {"orders_per_s": round(rate), "pgbench_pipelined_per_s": round(median([x[0] for x in b])), "pgbench_single_per_s": round(median(c)),
                       "postgres_us_per_order": round(1e6 * median([x["postgres_cpu"] / x["requests"] for x in a])),
                       "server_us_per_order": round(1e6 * median([x["server_cpu"] / x["requests"] for x in a])),
                       "pgbench_postgres_us_per_transaction": round(1e6 * median([x[1] for x in b])),
                       "round_trips": replay.round_trips(log)}
    row("create", "create, 64 connections : pgbench pipelined -c16", median([x["rate"] / y[0] for x, y in zip(a, b)]), 0.70, 1.00, f"{rate:.0f}/s")
    row("create/one", "create : pgbench, statements one by one", median([x["rate"] / y for x, y in zip(a, c)]), 0.90, 1.25)
    row("create/cpu", "server CPU : PostgreSQL CPU per order", median([x["server_cpu"] / x["postgres_cpu"] for x in a]), 0.35, 0.15, higher=False)
    p50 = median([x["p50_us"] / y[len(y) // 2] for x, y in zip(d, e)])
    p99 = median([x["p99_us"] / y[len(y) * 99 // 100] for x, y in zip(d, e)])
    row("create/p50", "p50, 16 clients : pgbench -c16", p50, 2.0, 1.2, higher=False)
    row("create/p99", "p99, 16 clients : pgbench -c16", p99, 2.5, 1.3, higher=False)


def count_round_trips(bench):
    """Counted from the statement log, for what a person does most."""
    database = bench.copy("bench_trips")
    made = {}

    def create(_):
        return {**ORDER, "key": "bench-trips-0"}

    logs, _ = logged(bench, database, "dispatcher", [
        ("rescue.list", {"limit": 50}), ("rescue.get", lambda a: {"id": first_order(bench, database)}),
        ("rescue.history", lambda a: {"id": first_order(bench, database)}), ("vehicle.list", {"limit": 50})])
    made.update(logs)
    logs, _ = logged(bench, database, "order_clerk", [("rescue.create", create)])
    made["rescue.create"] = logs["rescue.create"]
    made["rescue.urge"] = action_log(bench, database)
    made["session.login"] = logs["session.login"]
    facts["round_trips"] = {verb: replay.round_trips(log) for verb, log in made.items()}
    allowed = {"rescue.create": 2, "rescue.urge": 2, "rescue.list": 1, "rescue.get": 1, "session.login": 2, "rescue.history": 1, "vehicle.list": 1}
    for verb, most in allowed.items():
        row("trips", f"round trips of {verb}, counted", replay.round_trips(made[verb]), most, most, higher=False)


def first_order(bench, database):
    return int(bench.cluster.sql("SELECT min(id) FROM rescue_order WHERE branch_id = 2 AND state = 'new'", database)[0][0])


def action_log(bench, database):
    path = yz.temp_dir("yizhan-log-") / "statements"
    server = bench.server(database, settings=["workers = 1", f'statement_log = "{path}"'])
    with yz.Client(server, "order_clerk") as client:
        id = first_order(bench, database)
        for _ in range(2):
            path.write_text("")
            version = int(bench.cluster.sql(f"SELECT version FROM rescue_order WHERE id = {id}", database)[0][0])
            client.do("rescue.urge", {"id": id, "version": version})
    log = replay.read_log(path)
    server.stop()
    return log


def pages(bench):
    """A page of 50 with a filter over a million orders."""
    database = bench.copy("bench_pages")
    grown = {}
    for times in (0, options.times):
        if times:
            seed(bench, database, times)
        total = int(bench.cluster.sql("SELECT count(*) FROM rescue_order", database)[0][0])
        grown[total] = page_ratio(bench, database)
    facts["pages"] = {f"{total} orders": value for total, value in grown.items()}
    last = list(grown.values())[-1]
    row("page", f"page of 50 of {total}, filtered : the same query in pgbench", last["ratio"], 0.65, 0.90, f"{last['rate']:.0f}/s")
    depth(bench, database)


def seed(bench, database, times):
    conf = yz.temp_dir() / "seed.conf"
    conf.write_text(f'database = "{bench.conninfo(database)}"\ndatabase_owner = "{bench.cluster.conninfo(database, "yizhan_owner")}"\n'
                    f'database_tail = "{bench.cluster.conninfo(database, "yizhan_tail")}"\n')
    started = time.monotonic()
    subprocess.run([str(yz.YIZHANCTL), "--config", str(conf), "seed", str(times)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    bench.cluster.sql("VACUUM ANALYZE", database)
    facts["seed_seconds"] = round(time.monotonic() - started)


PAGE = {"limit": 50, "filter": {"state": "done"}, "columns": ["number", "state", "created_at", "plate", "contact_name"]}


def page_ratio(bench, database):
    logs, _ = logged(bench, database, "order_clerk", [("rescue.list", PAGE)])
    script = replay.Script(logs["rescue.list"], {})
    path = script.write(yz.temp_dir("yizhan-bench-") / "page.sql", True)
    server = bench.server(database)
    a, b = [], []
    for _ in range(options.rounds):
        a.append(load(server, "order_clerk", POOL, options.seconds, "rescue.list", PAGE, bench.postmaster))
        # As the server sends it: a list's text varies, so it is not prepared.
        b.append(replay.pgbench(bench.conninfo(database), path, script.variables, POOL, int(options.seconds), mode="extended")[1])
    server.stop()
    return {"ratio": round(median([x["rate"] / y for x, y in zip(a, b)]), 3), "rate": round(median([x["rate"] for x in a])),
            "pgbench_rate": round(median(b)), "server_cpu_us": round(1e6 * median([x["server_cpu"] / x["requests"] for x in a])),
            "postgres_cpu_us": round(1e6 * median([x["postgres_cpu"] / x["requests"] for x in a]))}


def depth(bench, database):
    """The page that begins after 100,000 rows beside the first one, one person asking, turn about."""
    server = bench.server(database)
    with yz.Client(server, "auditor") as client:
        page = {"limit": 500, "columns": ["number"]}
        walked, cursor = 0, None
        while walked < 100000:
            answer = client.call("rescue.list", {**page, **({"after": cursor} if cursor else {})})
            walked += len(answer["rows"])
            cursor = answer["next"]
            if not cursor:
                break
        first, deep = [], []
        page = {"limit": 50, "columns": ["number"]}
        for _ in range(400):
            for times, args in ((first, page), (deep, {**page, "after": cursor})):
                before = time.perf_counter()
                client.call("rescue.list", args)
                times.append(time.perf_counter() - before)
    server.stop()
    facts["depth"] = {"walked": walked, "first_ms": round(1e3 * median(first), 3), "deep_ms": round(1e3 * median(deep), 3)}
    row("page/depth", f"page at depth {walked} : first page, latency", median(deep) / median(first), 1.3, 1.05, f"{1e3 * median(deep):.2f} ms", higher=False)


def keys(bench):
    """A person typing into a field of the real client, beside readline."""
    database = bench.copy("bench_keys")
    server = bench.server(database)
    text = "the quick brown fox 138001"
    home = yz.temp_dir("yizhan-home-")
    client = [yz.YIZHAN, "--server", server.address, "--ca", server.ca, "--lang", "en"]
    # The name on the log-in screen is a field like any other; what is typed fits into it, as most of what people type does.
    a, b, paint = [], [], []
    for _ in range(options.rounds):
        ours = person.type_text(client, {"HOME": str(home)}, text[:24])
        theirs = person.type_text(["bash", "--norc", "-c", "read -e -p 'User: ' x"], {"HOME": str(home)}, text[:24])
        a.append(ours[0])
        b.append(theirs[0])
        paint += ours[1]
    server.stop()
    paint.sort()
    facts["keys"] = {"bytes_per_character": median(a), "readline": median(b), "paint_ms_p50": round(paint[len(paint) // 2], 2),
                     "paint_ms_p99": round(paint[len(paint) * 99 // 100], 2)}
    row("keys/bytes", "bytes to the terminal per typed character : readline's", median(a) / median(b), 3, 1.5, f"{median(a):.2f} B", higher=False)
    row("keys/paint", "key to paint p99 : a 60 Hz frame (16.7 ms)", paint[len(paint) * 99 // 100] / 16.7, 1.0, 1.0,
        f"{facts['keys']['paint_ms_p99']} ms", higher=False)


def walk_through(bench):
    """What a person waits for at each step through the list of a million orders."""
    database = bench.copy("bench_walk")
    seed(bench, database, options.times)
    server = bench.server(database)
    facts["walk"] = walk.run(bench.cluster, database, server)
    server.stop()
    moves = [step for step in facts["walk"] if not step["step"].startswith(("count", "sort", "the other"))]
    slowest = max(moves, key=lambda step: step["ms"])
    row("walk", "slowest step but whole sorts and counts : half a second", slowest["ms"] / 500, 1.0, 0.5, slowest["step"], higher=False)


def import_rows(bench):
    """100,000 customers from a file."""
    imports.run(bench, min(options.rounds, 3), row, facts)


def export_list(bench):
    """A million orders into a file, beside psql writing the same ones."""
    database = bench.copy("bench_export")
    seed(bench, database, options.times)
    facts["export"] = export.run(bench, database, options.rounds)
    row("export", "CSV export through TLS to a file : psql COPY to a file", facts["export"]["ratio"], 0.5, 0.9,
        f"{facts['export']['rows']} rows, {facts['export']['seconds']} s")


def vehicles_report(bench):
    """500 vehicles report while dispatchers work."""
    tracks.run(bench, options.short, row, facts)


PARTS = {"trips": count_round_trips, "keys": keys, "create": create_orders, "import": import_rows, "pages": pages, "walk": walk_through, "export": export_list, "tracks": vehicles_report}


def main():
    facts["machine"] = machine.describe()
    print(f"machine: {json.dumps(facts['machine'])}", flush=True)
    bench = Bench()
    wanted = [p for p in options.only.split(",") if p]
    for name, part in PARTS.items():
        if not wanted or name in wanted:
            part(bench)
    pathlib.Path(options.json).write_text(json.dumps({"rows": rows, "facts": facts}, ensure_ascii=False, indent=1) + "\n")
    print(json.dumps(facts, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
