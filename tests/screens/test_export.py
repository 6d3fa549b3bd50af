"""A long export beside other work: its count is shown, Ctrl-C leaves nothing of it, and after a lost line it begins again by itself."""
import pathlib
import re

import yz
from screenplay import Stage, Words

cluster, database = yz.fresh_demo()
cluster.sql("INSERT INTO party (branch_id, code, name, kind, roles, remarks) SELECT b.branch_id, 'M' || i, '很多客户' || i, 'person', '{customer}',"
            " repeat('a remark of some length ', 20) || i FROM generate_series(1, 300000) i,"
            " (SELECT branch_id FROM employee WHERE login = 'accountant') b; ANALYZE party", database)
server = yz.Server(cluster, database)
stage = Stage(server)


def open_customers(language):
    words = Words(language)
    terminal = stage.terminal("accountant", language)
    terminal.wait(words.expand("{Customers}"))
    terminal.type("cu")
    terminal.wait("cu")
    terminal.keys("Enter")
    terminal.wait("M29")
    return terminal, words


def export_everything(terminal, words, name):
    terminal.type("E")
    terminal.wait(words.expand("{Export}"))
    terminal.keys("Tab")
    terminal.type(words.expand("{every field}")[:2])
    terminal.keys("Tab", "C-u")
    terminal.type(f"~/{name}")
    terminal.keys("F10")


def parts(terminal):
    return list(pathlib.Path(terminal.home).glob(".*.part-*"))


def begun(terminal):
    return yz.wait_until("the first bytes", lambda: sum(p.stat().st_size for p in parts(terminal)))


def stopped(language):
    terminal, words = open_customers(language)
    export_everything(terminal, words, "stopped.csv")
    begun(terminal)
    terminal.wait("/3001")
    yz.check(True, f"{language}: the count is shown")
    terminal.keys("Down")
    terminal.wait("2/")
    yz.check(True, f"{language}: other work goes on")
    terminal.keys("C-c")
    terminal.wait(words.expand("{Cancelled; nothing was done}"))
    yz.check(not parts(terminal) and not (pathlib.Path(terminal.home) / "stopped.csv").exists(), f"{language}: Ctrl-C leaves nothing of it")
    terminal.close()


def test_stopped_zh_CN():
    stopped("zh_CN")


def test_stopped_zh_TW():
    stopped("zh_TW")


def lost(language):
    terminal, words = open_customers(language)
    export_everything(terminal, words, "lost.csv")
    begun(terminal)
    server.kill()
    terminal.wait(words.lost())
    yz.check(True, f"{language}: the person is told of the line")
    server.restart()
    terminal.wait([words.expand("{Written: {rows} rows, {path}}").split("…")[0], "~/lost.csv"])
    path = pathlib.Path(terminal.home) / "lost.csv"
    lines = path.read_bytes().count(b"\n")
    said = int(re.search(r"(\d{6,})[^\n]*lost.csv", terminal.text()).group(1))
    yz.check(said >= 300000 and lines >= said, f"{language}: it begins again by itself and is whole ({said} rows, {lines} lines)")
    yz.check(path.stat().st_mode & 0o777 == 0o600 and not parts(terminal), f"{language}: for its owner alone")
    terminal.close()


def test_lost_en():
    lost("en")


def test_lost_zh_CN():
    lost("zh_CN")


def test_given_up_while_the_line_is_away():
    terminal, words = open_customers("zh_CN")
    export_everything(terminal, words, "away.csv")
    begun(terminal)
    server.kill()
    terminal.wait(words.lost())
    terminal.keys("C-c")
    yz.wait_until("nothing of it", lambda: not parts(terminal))
    yz.check(True, "given up, though nobody can be asked to stop")
    server.restart()
    terminal.wait("●")
    terminal.close()


def test_the_program_ends_and_leaves_nothing():
    terminal, words = open_customers("zh_CN")
    export_everything(terminal, words, "ended.csv")
    begun(terminal)
    home = terminal.home
    terminal.keys("F3", "F3")
    terminal.wait(words.expand("{Leave Yizhan?}"))
    terminal.type("y")
    yz.wait_until("nothing of it", lambda: not list(pathlib.Path(home).glob(".*.part-*")))
    yz.check(not (pathlib.Path(home) / "ended.csv").exists(), "the program ends, and leaves no part")
    terminal.close()


def test_the_server_ends_clean():
    stage.people.close()
    server.stop()


yz.main(globals())
