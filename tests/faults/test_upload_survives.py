"""A server is killed in the middle of an upload, and in the middle of an import: the client goes on by itself, and every byte and row is there once."""
import hashlib
import json
import os
import subprocess

import company
import upload
import yz

co = company.Company()
home = yz.temp_dir()
ROWS = [["name", "kind", "phone", "remarks"], *([f"客户{n}", "person", f"188{n:08d}", "x" * 700] for n in range(9000))]


def start(*words):
    return subprocess.Popen([str(yz.YIZHAN), "--server", co.server.address, "--ca", str(co.server.ca), "--user", "order_clerk", "import", *words], cwd=home,
                            env={**os.environ, "YIZHAN_PASSWORD": yz.PASSWORD, "LANG": "C.UTF-8", "HOME": str(home)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_when(what, number, least):
    yz.wait_until(what, lambda: int(co.one(f"SELECT coalesce(max({number}), 0) FROM {'file' if number == 'received' else 'import_run'}")) >= least, 60)
    co.server.kill()
    co.server.restart()


def test_an_upload_and_an_import_go_on():
    data = upload.csv(ROWS)
    (home / "big.csv").write_bytes(data)
    client = start("customer", "big.csv", "--bad", "skip")
    kill_when("part of the upload", "received", len(data) // 4)
    kill_when("part of the import", "created", 2000)
    out, errors = client.communicate(timeout=120)
    yz.check(client.returncode == 0, f"the client ends well {client.returncode} {errors[-500:]}")
    end = json.loads(out.splitlines()[-1])
    yz.check(end["created"] == 9000 and end["bad"] == 0, f"all rows are told of {end}")
    yz.check(co.one("SELECT sha256 FROM file ORDER BY id DESC LIMIT 1") == hashlib.sha256(data).hexdigest() and co.one("SELECT count(*) FROM file") == "1", "one upload, whole")
    yz.check(co.one("SELECT count(*) FROM party WHERE phone LIKE '188%'") == "9000", "each row is there once")
    yz.check(co.one("SELECT count(*) FROM change WHERE entity = 'customer' AND reason LIKE 'big.csv:%'") == "9000", "and once in the trail")


def finish():
    co.stop()


if __name__ == "__main__":
    yz.main(globals())
