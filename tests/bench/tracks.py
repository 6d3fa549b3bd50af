#!/usr/bin/env python3
"""500 vehicles report over HTTP every five seconds while dispatchers work: how long the loop stands still, how soon a key is on the screen and a
request answered, beside the same without reports.

Who reports and who measures are processes of their own, so that neither waits for the other: `tracks.py report|ping …`.
"""
import asyncio
import hashlib
import json
import math
import pathlib
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

VEHICLES, EVERY, DISPATCHERS, WATCHERS = 500, 5.0, 6, 40


def at(values, share):
    return values[min(int(len(values) * share), len(values) - 1)] if values else math.nan


# ---------------------------------------------------------------------------------------------------------------- who reports

def token(n):
    return f"bench-token-{n:05}"


async def device(n, port, end, out):
    """A phone: one line kept open, a report every five seconds, half a kilometre further each time."""
    reader = writer = None
    await asyncio.sleep(EVERY * n / VEHICLES)
    step = 0
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            if not writer:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            lon, lat = 113.0 + n % 25 * 0.02 + step * 0.0005, 22.8 + n // 25 * 0.02
            writer.write(f"GET /track?token={token(n)}&id=bench-{n}&lat={lat:.6f}&lon={lon:.6f}&timestamp={int(time.time() * 1000)}&speed=21.6&bearing=90.0&altitude=12.0"
                         f"&accuracy=8.0&batt=80.0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            status = int((await reader.readline()).split()[1])
            while (line := await reader.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            await reader.readexactly(length)
            out["status"][status] = out["status"].get(status, 0) + 1
            out["ms"].append((time.monotonic() - began) * 1000)
        except (OSError, IndexError, ValueError, asyncio.IncompleteReadError):
            out["status"][0] = out["status"].get(0, 0) + 1
            writer = None
        step += 1
        await asyncio.sleep(max(0, EVERY - (time.monotonic() - began)))


async def report(port, seconds):
    out, end = {"status": {}, "ms": []}, time.monotonic() + seconds
    await asyncio.gather(*(device(n, port, end, out) for n in range(VEHICLES)))
    ms = sorted(out["ms"])
    print(json.dumps({"status": out["status"], "p50_ms": round(at(ms, 0.5), 1), "p99_ms": round(at(ms, 0.99), 1), "sent": len(ms)}))


# ---------------------------------------------------------------------------------------------------------------- who measures

def ping(address, ca, seconds):
    """The loop itself answers a ping: the longest wait for one is the longest it stood still."""
    import types
    import yz
    host, port = address.rsplit(":", 1)
    client = yz.Client(types.SimpleNamespace(host=host, port=int(port), ca=ca), "dispatcher")
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        before = time.perf_counter()
        client.call("session.ping")
        times.append((time.perf_counter() - before) * 1000)
        time.sleep(0.003)
    times.sort()
    print(json.dumps({"pings": len(times), "p50_ms": round(at(times, 0.5), 3), "p99_ms": round(at(times, 0.99), 3), "most_ms": round(times[-1], 2)}))


class Work(threading.Thread):
    """A dispatcher: looks, asks which vehicle, sends one now and then, and takes it back."""

    def __init__(self, server, orders, until, seed):
        super().__init__(daemon=True)
        import yz
        self.yz, self.orders, self.until, self.seed, self.ms = yz, orders, until, seed, []
        self.client = yz.Client(server, "dispatcher")
        self.client.call("session.watch", {"entities": ["rescue", "vehicle"]})

    def ask(self, verb, args):
        before = time.perf_counter()
        try:
            return self.client.do(verb, args)
        except self.yz.Refused:
            return None         # another was faster
        finally:
            self.ms.append((time.perf_counter() - before) * 1000)

    def run(self):
        n = self.seed
        while time.monotonic() < self.until:
            order = self.orders[n % len(self.orders)]
            n += DISPATCHERS
            self.ask("rescue.list", {"filter": {"state": "new"}, "limit": 50})
            offers = self.ask("rescue.suggest", {"id": order})
            row = self.ask("rescue.get", {"id": order})
            fit = [o for o in (offers or {"rows": []})["rows"] if o["fit"]]
            if fit and row and row["state"] == "new":
                self.ask("rescue.contact", {"id": order, "version": row["version"], "note": "x"})
                one = fit[n % min(len(fit), 20)]
                sent = self.ask("rescue.dispatch", {"id": order, "version": row["version"] + 1, "vehicle_id": one["vehicle_id"], "driver_id": one["driver_id"],
                                                     "off_shift": True})
                if sent:
                    self.ask("rescue.recall", {"id": order, "version": sent["version"], "reason": "nearer"})
            self.client.events.clear()
            time.sleep(0.3)


class Keys(threading.Thread):
    """A person who runs up and down the vehicle monitor."""

    def __init__(self, server, until):
        super().__init__(daemon=True)
        import os
        import person
        import yz
        self.until, self.ms = until, []
        home = yz.temp_dir("yizhan-home-")
        self.terminal = person.Pty([yz.YIZHAN, "--server", server.address, "--ca", server.ca, "--lang", "en", "--user", "dispatcher"],
                                   {"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": str(home), "YIZHAN_PASSWORD": yz.PASSWORD}, rows=60, cols=200)
        self.terminal.drain(quiet=1.0)
        for text in (yz.PASSWORD.encode() + b"\r", b"mv", b"\r"):
            os.write(self.terminal.fd, text)
            screen = self.terminal.drain(quiet=1.0)
        assert b"Vehicle monitor" in screen, screen[-2000:]

    def run(self):
        keys = [b"\x1b[B"] * 20 + [b"\x1b[A"] * 20
        n = 0
        while time.monotonic() < self.until:
            self.ms.append(self.terminal.press(keys[n % len(keys)])[1])
            n += 1
            time.sleep(0.1)
        self.terminal.close()


def phase(bench, server, hook, orders, seconds, reporting):
    import machine
    until = time.monotonic() + seconds + 4
    keys = Keys(server, until)
    until = keys.until = time.monotonic() + seconds
    workers = [Work(server, orders, until, n) for n in range(DISPATCHERS)]
    before = machine.cpu_of(server.process.pid), machine.cpu_of_tree(bench.postmaster)
    probe = subprocess.Popen([sys.executable, __file__, "ping", server.address, str(server.ca), str(seconds)], stdout=subprocess.PIPE, text=True)
    reporter = subprocess.Popen([sys.executable, __file__, "report", str(hook), str(seconds)], stdout=subprocess.PIPE, text=True) if reporting else None
    for thread in (keys, *workers):
        thread.start()
    for thread in (keys, *workers):
        thread.join()
    loop = json.loads(probe.communicate()[0])
    reports = json.loads(reporter.communicate()[0]) if reporter else None
    requests = sorted(ms for worker in workers for ms in worker.ms)
    for worker in workers:
        worker.client.close()
    typed = sorted(keys.ms)
    return {"loop": loop, "reports": reports, "requests": len(requests), "request_p50_ms": round(at(requests, 0.5), 2), "request_p99_ms": round(at(requests, 0.99), 2),
            "keys": len(typed), "key_p50_ms": round(at(typed, 0.5), 2), "key_p99_ms": round(at(typed, 0.99), 2),
            "server_cpu_s": round(machine.cpu_of(server.process.pid) - before[0], 2), "postgres_cpu_s": round(machine.cpu_of_tree(bench.postmaster) - before[1], 2), "seconds": seconds}


def fill(bench, database):
    """500 more vehicles, each with a device; and orders to be sent out."""
    hashes = ",".join(f"({n}, decode('{hashlib.sha256(token(n).encode()).hexdigest()}', 'hex'))" for n in range(VEHICLES))
    bench.cluster.sql(f"""INSERT INTO vehicle (branch_id, code, plate, type) SELECT 2 + n % 5, 'BN' || n, '粤A' || (10000 + n), 'flatbed' FROM generate_series(0, {VEHICLES - 1}) n;
        INSERT INTO vehicle_driver (vehicle_id, driver_id) SELECT v.id, (SELECT min(d.driver_id) FROM vehicle_driver d JOIN vehicle w ON w.id = d.vehicle_id WHERE w.branch_id = v.branch_id)
            FROM vehicle v WHERE v.code LIKE 'BN%';
        INSERT INTO tracker (branch_id, code, vehicle_id, token_hash, token_at) SELECT v.branch_id, 'bench-' || substr(v.code, 3), v.id, t.hash, now()
            FROM (VALUES {hashes}) t (n, hash) JOIN vehicle v ON v.code = 'BN' || t.n;
        ANALYZE""", database)
    return [int(r[0]) for r in bench.cluster.sql("SELECT id FROM rescue_order WHERE state = 'new' AND branch_id = 2 ORDER BY id DESC LIMIT 60", database)]


def run(bench, short, row, facts):
    import gateways
    import yz
    database = bench.copy("bench_tracks")
    orders = fill(bench, database)
    hook = gateways.free_port()
    server = bench.server(database, settings=gateways.settings(hook=hook))
    watchers = [yz.Client(server, "dispatcher") for _ in range(WATCHERS)]
    for client in watchers:
        client.call("session.watch", {"entities": ["vehicle", "rescue"]})
        threading.Thread(target=drain, args=(client,), daemon=True).start()
    seconds = 8 if short else 60
    plan = [("without", seconds, False), ("with", 2 * seconds, True), ("without", seconds, False)]
    phase(bench, server, hook, orders, 3, False)        # once for what is only done the first time
    done = [(name, phase(bench, server, hook, orders, length, reporting)) for name, length, reporting in plan]
    quiet, busy = [d for name, d in done if name == "without"], [d for name, d in done if name == "with"]
    kept = int(bench.cluster.sql("SELECT count(*) FROM track WHERE tracker_id > 0", database)[0][0])
    hot = bench.cluster.sql("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'vehicle_position'", database)[0]
    for client in watchers:
        client.close()
    server.stop()
    table(done, facts, kept, hot)
    most, base = max(d["loop"]["most_ms"] for d in busy), max(d["loop"]["most_ms"] for d in quiet)
    sent = sum(d["reports"]["sent"] for d in busy)
    refused = sum(n for d in busy for status, n in d["reports"]["status"].items() if status != "200")
    row("tracks/all", "reports taken : reports sent", (sent - refused) / max(sent, 1), 0.999, 1.0, f"{sent} reports, {kept} kept")
    row("tracks/loop", "the loop's longest stall with reports : 50 ms", most / 50, 1.0, 0.4, f"{most} ms, {base} ms without", higher=False)
    p99, q99 = (statistics.median(d["key_p99_ms"] for d in part) for part in (busy, quiet))
    row("tracks/keys", "key to paint p99 with reports : a 60 Hz frame (16.7 ms)", p99 / 16.7, 1.0, 1.0, f"{p99:.2f} ms, {q99:.2f} ms without", higher=False)
    r99, s99 = (statistics.median(d["request_p99_ms"] for d in part) for part in (busy, quiet))
    row("tracks/ask", "dispatchers' requests p99, with reports : without", r99 / s99, 2.0, 1.3, f"{r99:.2f} ms, {s99:.2f} ms without", higher=False)
    cpu = sum(d["server_cpu_s"] + d["postgres_cpu_s"] for d in busy) / sum(d["seconds"] for d in busy) - sum(d["server_cpu_s"] + d["postgres_cpu_s"] for d in quiet) / sum(d["seconds"] for d in quiet)
    row("tracks/cpu", "CPU of both for 100 reports a second : a core", cpu, 0.5, 0.15, f"{1e6 * cpu / (VEHICLES / EVERY):.0f} us a report", higher=False)


def drain(client):
    """A terminal that only listens."""
    try:
        while True:
            client.line()
    except Exception:  # the end of the line is the end of it
        return


def table(done, facts, kept, hot):
    facts["tracks"] = {"phases": [{"reports": name, **data} for name, data in done], "kept": kept, "updates": int(hot[0]), "hot_updates": int(hot[1])}
    print(f"{'reports':8} {'s':>4} {'loop p50':>9} {'p99':>7} {'longest':>8} {'key p50':>8} {'p99':>7} {'request p50':>12} {'p99':>7} {'report p50':>11} {'p99':>7} {'CPU server':>11} {'PostgreSQL':>11}")
    for name, d in done:
        r = d["reports"] or {"p50_ms": "", "p99_ms": ""}
        print(f"{name:8} {d['seconds']:4} {d['loop']['p50_ms']:9} {d['loop']['p99_ms']:7} {d['loop']['most_ms']:8} {d['key_p50_ms']:8} {d['key_p99_ms']:7} "
              f"{d['request_p50_ms']:12} {d['request_p99_ms']:7} {r['p50_ms']:>11} {r['p99_ms']:>7} {d['server_cpu_s']:11} {d['postgres_cpu_s']:11}", flush=True)
    print(f"{kept} positions kept; {hot[0]} updates of current places, {hot[1]} of them in place (HOT)")


if __name__ == "__main__":
    if sys.argv[1] == "report":
        asyncio.run(report(int(sys.argv[2]), float(sys.argv[3])))
    else:
        ping(sys.argv[2], sys.argv[3], float(sys.argv[4]))
