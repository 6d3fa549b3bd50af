"""A list as CSV through TLS into a file by `yizhan export`, beside psql that writes the very same rows into a file by the very same COPY, turn about."""
import json
import os
import statistics
import subprocess
import time

import machine
import yz

COLUMNS = "number,state,created_at,customer_id,contact_name,plate,service,place,branch_id,price_fen,received_fen,done_at"


def statement(log):
    """The COPY of the export as the server's own log has it, and the scope it ran in."""
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    copies = [i for i, entry in enumerate(entries) if entry.get("name") == "copy"]
    scope = [entry["params"] for entry in entries[:copies[-1]] if entry.get("name") == "tx.set_scope"]
    return entries[copies[-1]]["text"], scope[-1]


def ours(server, path):
    began, cpu = time.monotonic(), machine.cpu_of(server.process.pid)
    subprocess.run([str(yz.YIZHAN), "--server", server.address, "--ca", str(server.ca), "--user", "auditor", "export", "rescue", "--columns", COLUMNS,
                    "--replace", "--output", str(path)], check=True, env={**os.environ, "YIZHAN_PASSWORD": yz.PASSWORD})
    return time.monotonic() - began, machine.cpu_of(server.process.pid) - cpu


def theirs(conninfo, script, path):
    began = time.monotonic()
    with open(path, "wb") as out:
        subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", str(script)], check=True, stdout=out)
    return time.monotonic() - began


def run(bench, database, rounds):
    folder = yz.temp_dir("yizhan-export-")
    folder.chmod(0o777)
    log = folder / "statements"
    server = bench.server(database, settings=[f'statement_log = "{log}"'])
    ours(server, folder / "first.csv")
    server.stop()
    copy, scope = statement(log)
    script = folder / "copy.sql"
    script.write_text(f"SET jit = off; SET timezone = 'UTC'; BEGIN READ ONLY;\n"
                      f"DO $x$ BEGIN PERFORM set_config('app.scope', '{scope[0]}', true), set_config('app.scope_vehicle', '{scope[1]}', true),"
                      f" set_config('app.self', '{scope[2]}', true); END $x$;\n{copy};\nCOMMIT;\n")
    server = bench.server(database)
    a, b, cpu = [], [], []
    for _ in range(rounds):
        seconds, used = ours(server, folder / "ours.csv")
        a.append(seconds)
        cpu.append(used)
        b.append(theirs(bench.conninfo(database), script, folder / "theirs.csv"))
    server.stop()
    size, other = (folder / "ours.csv").stat().st_size, (folder / "theirs.csv").stat().st_size
    lines = sum(1 for _ in open(folder / "theirs.csv", "rb"))
    for name in ("ours.csv", "theirs.csv", "first.csv"):
        (folder / name).unlink()
    return {"ratio": round(statistics.median(y / x for x, y in zip(a, b)), 3), "rows": lines, "bytes": size, "psql_bytes": other,
            "seconds": round(statistics.median(a), 2), "psql_seconds": round(statistics.median(b), 2),
            "server_cpu_us_per_row": round(1e6 * statistics.median(cpu) / max(lines, 1), 2)}
