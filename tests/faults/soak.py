#!/usr/bin/env python3
"""The tests of faults for long: people at work, a random fault every few seconds, the checker every few minutes.

Two servers share one state directory and the PostgreSQL in it: the first is killed, stopped, frozen and started again; the second is left
alone, so that its memory can be watched. Faults come from a seed; the same seed makes the same faults.
"""
import argparse
import json
import os
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

MIB = 1024
WORKER = "application_name LIKE 'yizhand short%' AND backend_type = 'client backend'"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build-checked")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two faults, about")
    parser.add_argument("--check", type=float, default=3.0, help="minutes between two checks")
    parser.add_argument("--think", type=float, default=0.02, help="seconds a person thinks between two commands, about")
    parser.add_argument("--json", help="where the table goes as JSON too")
    return parser.parse_args()


def resident(pid):
    """MiB of a process, and its descriptors."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / MIB, len(os.listdir(f"/proc/{pid}/fd"))
    return 0.0, 0


class Soak:
    def __init__(self, options):
        import checker
        import load
        import proxy
        import yz
        self.yz, self.load, self.options = yz, load, options
        self.dice = random.Random(options.seed)
        # a checked build keeps what was freed for a while, to see who uses it: little of it, or it would look like growth
        environment = {"ASAN_OPTIONS": "abort_on_error=0:detect_leaks=1:quarantine_size_mb=8:malloc_context_size=5"}
        self.first = load.own_server(env=environment)
        self.store = load.Store.of_state(self.first.state)
        load.make_company(self.first, self.store)
        self.store.sql("UPDATE job SET lease = '5 seconds'")
        self.second = load.own_server(self.first.state, env=environment)
        self.between = [proxy.Proxy(s) for s in (self.first, self.second)]
        self.kinds = proxy.KINDS
        self.crowd = load.Crowd(self.store, self.between, seed=options.seed, think=options.think)
        self.crowd.cutter = self.cut
        self.judge = checker.Checker(self.store, self.crowd.record)
        self.faults = {fault.__name__: 0 for fault in self.FAULTS}
        self.cuts, self.table, self.broken = 0, [], None

    # ---- faults; each ends with everything up again

    def cut(self, person, verb):
        if self.cuts > 0 and self.dice.random() < 0.3:
            self.cuts -= 1
            person.client.end.arm(person.client, self.dice.choice(self.kinds))

    def lines_cut(self):
        self.cuts += 20

    def server_killed(self):
        self.first.kill()
        self.first.restart()

    def server_restarted(self):
        self.first.stop()
        self.first.restart()

    def server_frozen(self):
        os.kill(self.first.process.pid, signal.SIGSTOP)
        time.sleep(self.dice.uniform(0.2, 3))
        os.kill(self.first.process.pid, signal.SIGCONT)

    def settings_read(self):
        self.first.process.send_signal(signal.SIGHUP)
        self.second.process.send_signal(signal.SIGHUP)

    def postmaster_pid(self):
        return int(self.load.postmaster_lines(self.first.state)[0])

    def postmaster_killed(self):
        pid = self.postmaster_pid()
        os.kill(pid, signal.SIGKILL)

        def another():
            try:
                return self.postmaster_pid() != pid and self.store.answers()
            except (OSError, ValueError, IndexError):
                return False
        self.yz.wait_until("PostgreSQL to be back", another, 120)

    def both_killed(self):
        """As when the power goes."""
        pid = self.postmaster_pid()
        self.first.kill()
        os.kill(pid, signal.SIGKILL)
        self.first.restart()

    def backends(self, kill):
        rows = self.store.sql(f"SELECT pid FROM pg_stat_activity WHERE {WORKER} ORDER BY (state <> 'idle') DESC, random() LIMIT 3")
        for (pid,) in rows:
            kill(int(pid))

    def backend_killed(self):
        self.backends(lambda pid: os.kill(pid, signal.SIGKILL))
        self.yz.wait_until("PostgreSQL to be back", self.store.answers, 120)

    def connections_ended(self):
        self.backends(lambda pid: self.store.sql(f"SELECT pg_terminate_backend({pid})"))

    def backend_frozen(self):
        """A connection that does not answer: the server's own deadline must end the wait."""
        frozen = []
        self.backends(lambda pid: (os.kill(pid, signal.SIGSTOP), frozen.append(pid)))
        time.sleep(self.dice.uniform(0.5, 4))
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)

    FAULTS = (lines_cut, server_killed, server_restarted, server_frozen, settings_read, postmaster_killed, both_killed, backend_killed,
              connections_ended, backend_frozen)
    WEIGHTS = (6, 4, 2, 2, 1, 2, 1, 1, 3, 2)

    def fault(self):
        fault = self.dice.choices(self.FAULTS, self.WEIGHTS)[0]
        for tries in range(3):
            try:
                fault(self)
                break
            except (RuntimeError, ProcessLookupError) as error:  # PostgreSQL was still coming up
                print(f"  {fault.__name__}: {str(error).splitlines()[0]}", flush=True)
                self.yz.wait_until("PostgreSQL to be back", self.store.answers, 120)
        self.faults[fault.__name__] += 1
        try:
            self.crowd.wait_done(1, 120)
        except AssertionError as error:
            raise AssertionError(f"after {fault.__name__}: {error}\n{self.first.log_tail()}") from None

    # ---- looking

    def look(self, started):
        """Pauses the work and lets the checker decide."""
        verdict, counts = "holds", {}
        try:
            counts = self.crowd.rest(self.judge)
            if self.crowd.surprises:
                verdict = self.crowd.surprises[0]
            elif self.defects():
                verdict = self.defects()[0]
        except AssertionError as error:
            verdict = str(error)
        memory, descriptors = resident(self.second.process.pid)
        row = {"minute": (time.monotonic() - started) / 60, "faults": sum(self.faults.values()),
               "cuts": sum(b.cuts() for b in self.between), "acknowledged": counts.get("acknowledged", 0), "repeated": self.crowd.counts["repeated"],
               "unknown": self.crowd.counts["unknown_outcome"], "orders": counts.get("orders", 0), "memory_mib": memory, "descriptors": descriptors,
               "verdict": verdict}
        self.table.append(row)
        print(f"{row['minute']:8.1f} {row['faults']:7} {row['cuts']:6} {row['acknowledged']:12} {row['repeated']:9} {row['unknown']:8} "
              f"{row['orders']:7} {memory:8.1f} {descriptors:5}  {verdict}", flush=True)
        return verdict == "holds"

    def defects(self):
        return self.load.defects_in_log(self.first.log_path)

    def run(self):
        options = self.options
        print(f"seed {options.seed}; {options.minutes:g} minutes; a fault about every {options.every:g} s, the checker every {options.check:g} min\n"
              "  minute  faults   cuts acknowledged  repeated  unknown  orders  MiB(2nd)  fds  verdict", flush=True)
        started = time.monotonic()
        end, next_look = started + 60 * options.minutes, started + 60 * options.check
        self.crowd.start()
        sound = True
        while sound and time.monotonic() < end:
            time.sleep(options.every * 2 * self.dice.random())
            self.fault()
            if time.monotonic() >= min(next_look, end):
                sound = self.look(started)
                next_look = time.monotonic() + 60 * options.check
        if sound:
            self.crowd.stop()
            self.judge.seal()
            sound = self.look(started)
        self.crowd.abandoned.set()
        self.close()
        self.tell()
        return sound

    def close(self):
        self.second.stop()
        self.first.stop()

    def growth(self):
        """Of the server that was left alone, since the first look after a sixth of the time, in percent of then."""
        later = [r for r in self.table if r["minute"] >= self.options.minutes / 6] or self.table
        return 100 * (later[-1]["memory_mib"] / later[0]["memory_mib"] - 1) if later else 0.0

    def tell(self):
        print("faults: " + ", ".join(f"{n} {name}" for name, n in self.faults.items()))
        print("cuts: " + ", ".join(f"{sum(b.done[k] for b in self.between)} {k}" for k in self.kinds))
        print(f"work: {self.crowd.summary()}")
        print(f"memory of the server that was left alone: {self.table[0]['memory_mib']:.1f} MiB at first, {self.table[-1]['memory_mib']:.1f} at the end; "
              f"{self.growth():+.1f} % since the first sixth")
        if self.options.json:
            pathlib.Path(self.options.json).write_text(json.dumps({"seed": self.options.seed, "rows": self.table, "faults": self.faults,
                                                                   "growth_percent": self.growth()}, indent=1))


def main():
    options = arguments()
    os.environ["YIZHAN_BUILD"] = str(pathlib.Path(__file__).resolve().parents[2] / options.build)
    return 0 if Soak(options).run() else 1


if __name__ == "__main__":
    sys.exit(main())
