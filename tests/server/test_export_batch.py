"""`yizhan export`: files and standard output for scripts, exit codes, and what is left of it when it is stopped or the line breaks."""
import csv
import io
import os
import pathlib
import signal
import subprocess

import yz

cluster, database = yz.fresh_demo()
cluster.sql("INSERT INTO party (branch_id, code, name, kind, roles, remarks) SELECT b.branch_id, 'M' || i, '很多客户' || i, 'person', '{customer}',"
            " repeat('a remark of some length ', 20) || i FROM generate_series(1, 30000) i,"
            " (SELECT branch_id FROM employee WHERE login = 'accountant') b; ANALYZE party", database)
server = yz.Server(cluster, database)
home = yz.temp_dir()


def command(*words, user="accountant"):
    return [str(yz.YIZHAN), "--server", server.address, "--ca", str(server.ca), "--user", user, "export", *words]


def environment():
    return {**os.environ, "YIZHAN_PASSWORD": yz.PASSWORD, "LANG": "C.UTF-8", "HOME": str(home)}


def run(*words, **more):
    return subprocess.run(command(*words, **more), cwd=home, env=environment(), capture_output=True)


def start(*words, **more):
    return subprocess.Popen(command(*words), cwd=home, env=environment(), stderr=subprocess.PIPE, **more)


def left():
    return sorted(p.name for p in pathlib.Path(home).iterdir())


def begun(process):
    """Bytes of the part that is being written."""
    def size():
        assert process.poll() is None, process.stderr.read()
        return sum(p.stat().st_size for p in pathlib.Path(home).glob(".*.part-*"))
    return yz.wait_until("the first bytes", size)


def rows(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_to_standard_output_and_into_a_file():
    done = run("vehicle", "--output", "-")
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert len(rows(done.stdout)) == int(cluster.sql("SELECT count(*) FROM vehicle WHERE branch_id = (SELECT branch_id FROM employee"
                                                     " WHERE login = 'accountant')", database)[0][0]) or rows(done.stdout)
    assert run("vehicle").returncode == 0
    path = pathlib.Path(home) / "vehicle.csv"
    assert path.read_bytes() == done.stdout and path.stat().st_mode & 0o777 == 0o600
    assert run("vehicle").returncode == 73 and path.read_bytes() == done.stdout, "nothing is overwritten unasked"
    assert run("vehicle", "--replace", "--format", "pdf", "-o", "vehicle.csv").returncode == 0 and path.read_bytes().startswith(b"%PDF")
    path.unlink()


def test_the_filter_is_the_line_a_person_types():
    done = run("customer", "-f", "kind=person code^M1", "-C", "kind,name", "-S", "-name", "-o", "-")
    got = rows(done.stdout)
    assert done.returncode == 0 and got and all(row["kind"] == "person" for row in got)
    assert list(got[0]) == ["Type", "kind", "Name"]
    assert run("customer", "-f", "很多客户17 ", "-C", "name", "-o", "-").returncode == 0
    chinese = subprocess.run([*command("vehicle", "-o", "-")[:1], "--lang", "zh_TW", *command("vehicle", "-o", "-")[1:]], cwd=home, env=environment(),
                             capture_output=True)
    assert chinese.returncode == 0 and "編號" in chinese.stdout.decode().splitlines()[0]


def test_exit_codes():
    for words, code in (((), 64), (("customer", "supplier"), 64), (("Cust omer",), 64), (("customer", "-F", "doc"), 64), (("customer", "--colour"), 64),
                        (("customer", "-f", "colour=red"), 64), (("customer", "-C", "colour"), 65), (("nothing",), 64),
                        (("customer", "-o", "/nowhere/x.csv"), 73), (("customer", "-o", "/tmp/"), 73), (("customer", "-F", "pdf"), 75)):
        done = run(*words)
        assert done.returncode == code and done.stderr and not done.stdout, (words, done)
    assert run("customer", user="order_clerk").returncode == 77
    assert left() == [], left()


def test_full_disks_are_told():
    with open("/dev/full", "wb") as full:
        process = start("customer", "-o", "-", stdout=full)
        assert process.wait(60) == 74 and b"No space" in process.stderr.read()


def test_an_interrupt_leaves_nothing():
    process = start("customer", "-F", "csv")
    begun(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 128 + signal.SIGINT
    assert left() == [], left()


def test_a_lost_line_begins_again():
    whole = run("customer", "-S", "id", "-o", "-").stdout
    process = start("customer", "-S", "id", "-o", "lost.csv")
    begun(process)
    server.kill()
    server.restart()
    assert process.wait(60) == 0, process.stderr.read()
    assert (pathlib.Path(home) / "lost.csv").read_bytes() == whole and left() == ["lost.csv"]


def test_what_went_out_cannot_be_taken_back():
    process = start("customer", "-o", "-", stdout=subprocess.PIPE)
    assert process.stdout.read(100_000)
    server.kill()
    server.restart()
    process.stdout.read()
    assert process.wait(60) == 69 and b"taken back" in process.stderr.read()


yz.main(globals())
