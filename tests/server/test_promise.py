"""The promise: a new entity is one file, one migration, one word, and its lines in the po files. Kept in a scratch copy of the tree."""
import os
import re
import shutil
import subprocess
import uuid

import yz

SAMPLE = yz.ROOT / "tests" / "server" / "sample"
HASH = "$argon2id$v=19$m=19456,t=2,p=1$EJXaNSKBJtRS9FhU02hjYA$kpbb0YYJptzmpHh6GUQxvP58iSgctkqWFUjKpECNgrI"
scratch = yz.temp_dir("yizhan-scratch-") / "tree"
build = scratch / yz.BUILD.name


def run(*argv, **more):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, **more)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def translate(text):
    """The sample's lines for the po files: each of its texts gets one."""
    own = set(re.findall(r'N_\("([^"]+)"\)', (SAMPLE / "tool.c").read_text()))
    for msgid in own:
        entry = re.compile(r'(?:^#[,|].*\n)*^msgid ' + re.escape(f'"{msgid}"') + r'\nmsgstr ""$', re.M)
        text = entry.sub(lambda match: f'msgid "{msgid}"\nmsgstr "译"', text)
    return text


def copy_tree():
    """The tree, and what this run has built of it: file times stay, so that only what the sample touches is built again."""
    ignore = shutil.ignore_patterns(".git", "build*", "__pycache__", ".cache", ".state")
    shutil.copytree(yz.ROOT, scratch, ignore=ignore)
    if yz.BUILD.parent == yz.ROOT:
        shutil.copytree(yz.BUILD, build, symlinks=True)
        run("meson", "setup", "--reconfigure", build, scratch)
    else:
        run("meson", "setup", build, scratch, "-Dbuildtype=debug", "-Dtests=true")


def test_one_file_one_migration_one_word():
    copy_tree()
    shutil.copy(SAMPLE / "tool.c", scratch / "server" / "areas" / "org")
    shutil.copy(SAMPLE / "900_tool.sql", scratch / "schema")
    words = scratch / "server" / "areas" / "meson.build"
    words.write_text(words.read_text().replace("'org/branch',", "'org/branch', 'org/tool',", 1))
    run("ninja", "-C", build, "server/yizhand", "server/yizhanctl", "client/yizhan", "tests/tables/check_tables")


def test_the_rows_are_good_and_agree_with_the_migration():
    global database
    database = "t_" + uuid.uuid4().hex[:12]
    yz.shared_cluster().create(database)
    assert "ok" in run(build / "tests" / "tables" / "check_tables")
    run(build / "tests" / "tables" / "check_tables", yz.shared_cluster().conninfo(database, "yizhan_owner"))


def test_everything_works_on_it():
    cluster = yz.shared_cluster()
    cluster.sql("INSERT INTO branch (code, name, kind) VALUES ('A', 'A', 'station'), ('B', 'B', 'station');"
                + "".join(f"INSERT INTO employee (branch_id, code, name, login, password_hash, must_change_password, roles) VALUES "
                          f"({branch}, '{login}', '{login}', '{login}', '{HASH}', false, '{{{role}}}');"
                          for branch, login, role in ((1, "boss", "branch_manager"), (2, "boss_b", "branch_manager"), (1, "clerk", "order_clerk"))), database)
    yz.YIZHAND = build / "server" / "yizhand"
    server = yz.Server(cluster, database)
    boss, boss_b, clerk = (yz.Client(server, login) for login in ("boss", "boss_b", "clerk"))
    boss.call("session.watch", {"entities": ["tool"]})

    described = {row["name"]: row for row in boss.call("session.describe")["rows"]}["tool"]
    assert [tab["label"] for tab in described["form"]["tabs"]] == ["Tool", "Purchase and parts"]
    assert [action["name"] for action in described["actions"]] == ["lend", "take_back"] and described["code"] == "tz"
    assert [line["name"] for field in described["fields"] if field["name"] == "parts" for line in field["lines"]] == ["name", "pieces"]
    assert "tool" not in clerk.call("session.describe")["entities"] and clerk.refused("tool.list").code == "forbidden"

    id = boss.do("tool.create", {"code": "T1", "name": "扳手", "price_fen": 12000, "parts": [{"name": "套筒"}, {"name": "Handle", "pieces": 2}]})["id"]
    assert boss.refused("tool.create", {"code": "t2", "name": "x"}).field == "code"
    assert boss.refused("tool.create", {"code": "T1", "name": "x"}).code == "duplicate"
    assert boss.refused("tool.create", {"code": "T2", "name": "x", "parts": [{"name": "y", "pieces": 0}]}).field == "parts.1.pieces"
    assert boss.wait_event("event", lambda e: e["entity"] == "tool" and e["id"] == id)["version"] == 1
    row = boss.call("tool.get", {"id": id})
    assert (row["state"], row["kind"], [p["pieces"] for p in row["parts"]]) == ("shelf", "hand", [1, 2]), row
    assert set(row["can"]) == {"lend", "update", "disable", "delete"}
    for q in ("banshou", "bs", "taotong", "t1"):
        assert [r["id"] for r in boss.call("tool.list", {"q": q})["rows"]] == [id], q
    assert not boss_b.call("tool.list")["rows"] and boss_b.refused("tool.get", {"id": id}).code == "not_found"

    assert boss.do("tool.lend", {"id": id, "version": 1, "borrower_id": 3})["state"] == "lent"
    wrong = boss.refused("tool.lend", {"id": id, "version": 2, "borrower_id": 3})
    assert wrong.code == "conflict" and "take_back" in wrong.error["allowed"]
    assert boss.call("tool.get", {"id": id})["borrower_label"] == "clerk"
    boss.do("tool.take_back", {"id": id, "version": 2})
    boss.do("tool.update", {"id": id, "version": 3, "parts": []})
    assert [r["verb"] for r in boss.call("tool.history", {"id": id})["rows"]] == ["tool.update", "tool.take_back", "tool.lend", "tool.create"]
    boss.do("tool.disable", {"id": id, "version": 4, "reason": "lost"})
    assert [r["id"] for r in boss.call("tool.list", {"filter": {"disabled_at": {"null": False}}})["rows"]] == [id]
    boss.do("tool.enable", {"id": id, "version": 5})
    boss.do("tool.delete", {"id": id, "version": 6})
    work_at_a_terminal(server, boss)
    for client in (boss, boss_b, clerk):
        client.close()
    server.stop()


def work_at_a_terminal(server, boss):
    """The client was not told of it either: a record is made in its form, and stands in its list."""
    terminal = yz.Terminal([build / "client" / "yizhan", "--server", server.address, "--ca", server.ca, "--user", "boss", "--lang", "en"],
                           env={"YIZHAN_PASSWORD": yz.PASSWORD})
    terminal.wait("Tools")
    terminal.keys("F2")
    terminal.type("tz+")
    terminal.keys("Enter")
    terminal.wait(["Purchase and parts", "Hand tool"])
    terminal.type("T9")
    terminal.keys("Tab")
    terminal.type("梯子")
    terminal.keys("PgDn")
    terminal.wait(["Parts", "Bought"])
    terminal.keys("F10")
    terminal.wait(["Saved", "Tool 梯子", "Lend"])
    assert [row["name"] for row in boss.call("tool.list", {"q": "T9"})["rows"]] == ["梯子"]
    terminal.keys("F2")
    terminal.type("tz")
    terminal.keys("Enter")
    terminal.wait(["Borrower", "T9", "梯子", "l Lend"])
    terminal.close()


def test_the_manual_knows_it():
    entities, verbs = (run(build / "server" / "yizhanctl", "man", section) for section in ("entities", "verbs"))
    assert ".Ss tool\n" in entities and "Whether it bites." in entities
    assert ".It Ic tool.lend\n" in verbs and "Gives the tool to a colleague." in verbs


def test_the_translators_hear_of_it():
    update = scratch / "shared" / "po" / "update"
    before = subprocess.run([update, "--check"], capture_output=True, text=True, cwd=scratch)
    assert before.returncode and "Whether it bites." in before.stdout + before.stderr, before.stdout[-2000:]
    run(update, cwd=scratch)
    for language in ("zh_CN", "zh_TW"):
        po = scratch / "shared" / "po" / f"{language}.po"
        po.write_text(translate(po.read_text()))
        run("msgfmt", "-o", os.devnull, po)
    after = subprocess.run([update, "--check"], capture_output=True, text=True, cwd=scratch)
    assert "it bites" not in after.stdout + after.stderr, after.stdout[-2000:]


def finish():
    yz.shared_cluster().sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


yz.main(globals())
