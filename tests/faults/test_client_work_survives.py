#!/usr/bin/env python3
"""The real client in the middle of its work: many rows acted on, a file on its way up, a list on its way down, a form half typed; and the line,
the server, or the database goes away under it. Nothing is lost, nothing happens twice, it is told, and it goes on by itself."""
import hashlib
import random

import time

import company
import load
import proxy
import yz
from yz import check

ROWS, ROLES, BYTES = 30000, 60, 6_000_000
cluster, database = company.fresh()
cluster.sql("CHECKPOINT", database)     # a copied database's sequences would else begin anew after a crash
store = load.Store.of_cluster(cluster, database)
server = yz.Server(cluster, database)
between = proxy.Proxy(server)
home = yz.temp_dir("yizhan-home-")
terminal = None


def database_away():
    cluster.stop("immediate")
    cluster.start()


def server_away():
    server.kill()
    server.restart()


WAYS = (("the line", between.sever), ("the server", server_away), ("the database", database_away))


def sit_down(user):
    global terminal
    if terminal:
        terminal.close()
    terminal = yz.Terminal([yz.YIZHAN, "--server", f"{between.host}:{between.port}", "--ca", str(server.ca), "--user", user, "--lang", "en"],
                           columns=100, lines=30, env={"YIZHAN_PASSWORD": yz.PASSWORD, "HOME": str(home)})
    terminal.wait("Customers")


def go(line, *seen):
    terminal.keys("F2")
    terminal.wait("Command")
    terminal.type(line)
    terminal.keys("Enter")
    terminal.wait(list(seen))


def sql(text):
    return cluster.sql(text, database)


def many_customers():
    sql(f"""INSERT INTO party (branch_id, code, name, phone, kind) SELECT {company_branch()}, 'ZX' || n, '客户' || n, '1' || (8000000000 + n), 'person'
            FROM generate_series(1, {ROWS}) n""")


def company_branch():
    return sql("SELECT id FROM branch WHERE code = 'A'")[0][0]


# ---------------------------------------------------------------------------------------------------------------- a list on its way down

def test_an_export_begins_again_by_itself():
    many_customers()
    sit_down("accountant")
    go("cu", "▸ ZX")
    for n, (what, break_it) in enumerate(WAYS):
        path = home / f"list{n}.csv"
        terminal.type("E")
        terminal.wait("Export")
        terminal.keys("Tab", "Tab", "Tab", "C-u")
        terminal.type(f"~/{path.name}")
        terminal.keys("F10")
        yz.wait_until("a part to be there", lambda: any(p.stat().st_size > 50_000 for p in home.glob("*") if p.is_file() and path.stem in p.name), 60)
        break_it()
        terminal.wait(["Written", path.name], 120)
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
        check(len(lines) > ROWS and len({line.split(",")[0] for line in lines}) == len(lines), f"{what} went: every row is in the file, once")
        check([p.name for p in home.glob("*") if p.is_file() and path.stem in p.name] == [path.name], "and no part is left behind")


# ---------------------------------------------------------------------------------------------------------------- a file on its way up

def test_an_upload_goes_on_where_it_was():
    sit_down("order_clerk")
    for n, (what, break_it) in enumerate(WAYS):
        data = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.Random(n).randbytes(BYTES)
        (home / f"scene{n}.jpg").write_bytes(data)
        go(f"cu code=ZX{n + 1}", f"▸ ZX{n + 1}")
        terminal.type("F")
        terminal.wait("No files yet")
        terminal.type("a")
        terminal.wait("Attach a file")
        terminal.type(f"~/scene{n}.jpg")
        terminal.keys("Enter")
        yz.wait_until("some parts to be there", lambda: int(sql(f"SELECT coalesce(max(received), 0) FROM file WHERE name = 'scene{n}.jpg'")[0][0]) > BYTES // 10, 60)
        break_it()
        terminal.wait(["Attached", f"scene{n}.jpg"], 180)
        kept = sql(f"SELECT sha256 FROM file WHERE name = 'scene{n}.jpg' AND row_id IS NOT NULL")
        check(len(kept) == 1 and hashlib.sha256(data).hexdigest() in kept[0][0], f"{what} went: the file is there, once and whole")


# ---------------------------------------------------------------------------------------------------------------- many rows acted on

def test_what_is_done_to_many_rows_is_done_once_to_each():
    sit_down("admin")
    for n, (what, break_it) in enumerate(WAYS):
        sql(f"INSERT INTO role (code, name, scope) SELECT 'zz{n}_' || lpad(i::text, 3, '0'), 'r' || i, 'own' FROM generate_series(1, {ROLES}) i")
        go(f"role code~zz{n}_", "Roles", f"▸ zz{n}_001")
        terminal.type("+")
        terminal.wait("All rows at hand")
        terminal.keys("Enter")
        terminal.wait("marked")
        terminal.keys("DC")
        terminal.wait("Reason")
        terminal.type("gone")
        terminal.keys("F10")
        yz.wait_until("some to be done", lambda: int(sql(f"SELECT count(*) FROM role WHERE code LIKE 'zz{n}%' AND disabled_at IS NOT NULL")[0][0]) > 3, 60)
        break_it()
        terminal.wait("done", 120)
        left = sql(f"SELECT count(*) FROM role WHERE code LIKE 'zz{n}%' AND disabled_at IS NULL")[0][0]
        twice = sql(f"SELECT count(*) FROM (SELECT row_id FROM change WHERE verb = 'role.disable' AND reason = 'gone' GROUP BY row_id HAVING count(*) > 1) x")[0][0]
        check(twice == "0", f"{what} went: nothing is done twice")
        check(left == "0" or "refused" in terminal.text() or "left" in terminal.text(), f"{what} went: what was not done ({left}) is told")
        terminal.keys("Escape")


# ---------------------------------------------------------------------------------------------------------------- a form, and no database

def test_a_form_outlives_the_database():
    sit_down("order_clerk")
    go("cu+", "New: Customer")
    terminal.type("江上客")
    terminal.wait("江上客")
    cluster.stop("immediate")
    terminal.keys("F10")
    terminal.keys("Tab", "Tab")
    check("江上客" in terminal.text(), "the database is away: what was typed stays")
    cluster.start()
    for _ in range(3):
        if sql("SELECT count(*) FROM party WHERE name = '江上客'")[0][0] == "1":
            break
        terminal.keys("F10")
        try:
            yz.wait_until("it to be saved", lambda: sql("SELECT count(*) FROM party WHERE name = '江上客'")[0][0] == "1", 20)
        except AssertionError:
            print(terminal.text())
    check(sql("SELECT count(*) FROM party WHERE name = '江上客'")[0][0] == "1", "and is saved, once, when it is back")


def test_nobody_is_asked_for_a_password_while_the_database_is_away():
    sit_down("order_clerk")
    go("cu+", "New: Customer")
    terminal.type("海上客")
    terminal.wait("海上客")
    cluster.stop("immediate")
    came = between.came
    between.sever()
    yz.wait_until("it to come back in vain, and again", lambda: between.came >= came + 3, 60)
    check("海上客" in terminal.text() and "Password" not in terminal.text(), "the server is there, the database is not: the form stays, and waits")
    cluster.start()
    terminal.wait("●", 60)
    check("海上客" in terminal.text(), "and goes on by itself when the database is back")


def finish():
    terminal.close()
    between.close()
    server.stop()
    check(load.defects_in_log(server.log_path) == [], f"the server met no fault of its own {load.defects_in_log(server.log_path)[:3]}")


if __name__ == "__main__":
    yz.main(globals())
