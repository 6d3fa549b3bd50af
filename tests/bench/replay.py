"""pgbench scripts made of the server's own statement log: what a command sends, no more and no less."""
import json
import re
import subprocess


def read_log(path):
    """The statements and marks ("flush", "sync") of a log."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def round_trips(log):
    return sum(1 for entry in log if entry.get("mark") == "wait")


class Script:
    """One command as a pgbench script. `vary` maps a parameter's text to an expression over :id, which is new in each transaction."""

    def __init__(self, log, vary):
        self.blocks, self.variables = [[]], {}
        for entry in log:
            if "mark" in entry:
                if entry["mark"] != "wait":
                    self.blocks.append([])
            else:
                self.blocks[-1].append(self._statement(entry, vary))
        self.blocks = [b for b in self.blocks if b]

    def _statement(self, entry, vary):
        params = entry["params"]

        def place(found):
            value = params[int(found.group(1)) - 1]
            if value is None:
                return "NULL"
            if value in vary:
                return vary[value]
            name = next((n for n, v in self.variables.items() if v == value), None)
            if name is None:
                name = f"p{len(self.variables)}"
                self.variables[name] = value
            return ":" + name

        # pgbench takes `:MI` for a variable even inside quotes: a colon in a literal is written as its code.
        def literal(found):
            text = found.group(0)
            return "E" + text.replace("\\", "\\\\").replace(":", "\\x3a") if ":" in text else text

        text = re.sub(r"'[^']*'", literal, entry["text"])
        # A cast's double colon must not be taken for a variable: pgbench knows `::`, but not `:p1::text`, hence the space.
        return re.sub(r"\s+", " ", re.sub(r"\$(\d+)", lambda m: place(m) + " ", text)).strip() + ";"

    def write(self, path, pipelined):
        lines = ["\\set id random(100000000000, 900000000000000)"]
        for block in self.blocks:
            if pipelined:
                lines += ["\\startpipeline", *block, "\\endpipeline"]
            else:
                lines += block
        path.write_text("\n".join(lines) + "\n")
        return path


def pgbench(conninfo, script_path, variables, clients, seconds, log_prefix=None, mode="prepared"):
    """Runs pgbench; returns (transactions, seconds, latencies in µs when a log was asked for)."""
    argv = ["pgbench", "-n", "-M", mode, "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", str(script_path)]
    for name, value in variables.items():
        argv += ["-D", f"{name}={value}"]
    if log_prefix:
        argv += ["-l", f"--log-prefix={log_prefix}"]
    done = subprocess.run([*argv, conninfo], capture_output=True, text=True)
    found = re.search(r"number of transactions actually processed: (\d+)", done.stdout)
    tps = re.search(r"^tps = ([\d.]+)", done.stdout, re.M)
    if done.returncode or not found or not tps or int(found.group(1)) == 0:
        raise RuntimeError(f"pgbench: {done.stderr[-2000:]}{done.stdout[-500:]}")
    return int(found.group(1)), float(tps.group(1)), _latencies(log_prefix)


def _latencies(prefix):
    if not prefix:
        return []
    import glob
    import os
    out = []
    for path in glob.glob(f"{prefix}.*"):
        with open(path) as file:
            out += [int(line.split()[2]) for line in file]
        os.unlink(path)
    return sorted(out)
