"""`yizhan import`: a file into a list from a script, with bad lines on standard output and exit codes."""
import json
import os
import subprocess

import company
import upload
import yz

co = company.Company()
home = yz.temp_dir()


def run(*words, user="order_clerk"):
    done = subprocess.run([str(yz.YIZHAN), "--server", co.server.address, "--ca", str(co.server.ca), "--user", user, "import", *words], cwd=home,
                          env={**os.environ, "YIZHAN_PASSWORD": yz.PASSWORD, "LANG": "C.UTF-8", "HOME": str(home)}, capture_output=True, text=True)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def write(name, rows, **more):
    (home / name).write_bytes(upload.csv(rows, **more))
    return name


GOOD = [["姓名", "kind", "phone"], ["脚本一", "person", "13300000001"], ["脚本二", "person", "13300000002"]]
BAD = [*GOOD, ["脚本三", "martian", "13300000003"], ["", "person", "13300000004"]]
MAPPING = '{"姓名": "name"}'


def test_bad_lines():
    code, said, errors = run("customer", write("bad.csv", BAD), "-n", "-m", MAPPING)
    yz.check(code == 65 and [(r.get("line"), r.get("field")) for r in said[:2]] == [(4, "kind"), (5, "name")], f"a dry run with bad lines ends with 65 {code} {errors}")
    yz.check((said[-1]["created"], said[-1]["bad"], said[-1]["dry_run"]) == (2, 2, True), f"and says how it would end {said[-1]}")
    code, said, _ = run("customer", "bad.csv", "-m", MAPPING)
    yz.check(code == 65 and said[-1]["code"] == "invalid" and co.one("SELECT count(*) FROM party WHERE phone LIKE '1330000000%'") == "0", f"nothing is imported {code}")
    code, said, _ = run("customer", "bad.csv", "-m", MAPPING, "-b", "skip", "-q")
    yz.check(code == 0 and said[-1]["created"] == 2 and co.one("SELECT count(*) FROM party WHERE phone LIKE '1330000000%'") == "2", f"but what is good, when told {said[-1]}")
    code, said, _ = run("customer", write("good.csv", GOOD, encoding="gb18030"), "-m", MAPPING, "-d", "skip")
    yz.check(code == 0 and said[-1]["skipped"] == 2 and said[-1]["encoding"] == "GB18030", f"again: passed over {said[-1]}")


def test_kept_columns():
    co.as_("order_clerk").do("preference.set", {"kind": "mapping", "about": "customer", "name": "theirs", "body": {"姓名": "name", "kind": "kind"}})
    code, said, errors = run("customer", "good.csv", "-n", "-M", "theirs", "-d", "skip")
    yz.check(code == 0 and said[-1]["columns"][0]["field"] == "name", f"kept under a name {code} {errors}")
    code, _, errors = run("customer", "good.csv", "-n", "-M", "nobody's")
    yz.check(code == 64 and "kept" in errors, f"no such name {code} {errors}")


def test_what_is_wrong_is_said():
    for words, code in ((["customer"], 64), ([], 64), (["customer", "x.csv", "-b", "maybe"], 64), (["customer", "good.csv", "-m", "[1]"], 64),
                        (["customer", "nothing.csv"], 66), (["Customer;", "good.csv"], 64), (["customer", "good.csv", "-x"], 64)):
        got, _, errors = run(*words)
        yz.check(got == code and errors, f"{words}: {got} {errors[:80]!r}")
    code, _, errors = run("agreement", "good.csv")
    yz.check(code == 77 and errors, f"who may not: {code} {errors}")


def finish():
    co.stop()


if __name__ == "__main__":
    yz.main(globals())
