#!/usr/bin/env python3
"""Files of notices: taken whole, line by line, once, whatever comes in between; and what a stranger may put into such a folder."""
import csv
import os
import shutil
import time
import uuid

import company
import yz
from yz import check

OWNER = yz.shared_cluster().owner
drop = yz.temp_dir("yizhan-drop-")
folder, other = drop / "pingan", drop / "stranger"
HEAD = ["foreign_number", "contact_name", "contact_phone", "plate", "service", "place", "remarks"]
OPTIONS = [f'notice_drop = "{drop}"']


def give(path):
    """To whom the server runs as."""
    if os.getuid() == 0:
        shutil.chown(path, OWNER)


give(drop)
for made in (folder, other):
    made.mkdir()
    give(made)
house = company.Company(settings=OPTIONS)


def start():
    house.clients.clear()
    house.server.start()


house.as_("admin").do("partner.create", {"party_id": house.party["F1"], "code": "pingan", "branch_id": house.branch["A"], "day_max": 100000})


def line(**more):
    row = {"foreign_number": f"CSV{uuid.uuid4().int % 10**12}", "contact_name": "赵先生", "contact_phone": "13912345678", "plate": "粤A12345",
           "service": "tow", "place": "广州市天河区体育西路", "remarks": "", **more}
    return [row[name] for name in HEAD]


def text(rows, head=HEAD):
    out = []
    for row in [head, *rows]:
        out.append(",".join('"' + cell.replace('"', '""') + '"' for cell in row))
    return "\r\n".join(out) + "\r\n"


def put(name, data, encoding="utf-8", into=None):
    """Renamed into the folder, as whoever minds does."""
    into = into or folder
    draft = drop / f".{uuid.uuid4().hex}"
    draft.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    give(draft)
    draft.rename(into / name)


def results(name, where="done", seconds=yz.PATIENCE):
    path = folder / where / (name[:-4] + ".result.csv")
    moved = folder / where / name
    try:
        yz.wait_until(f"{where}/{name}", lambda: path.exists() and moved.exists(), seconds)
    except AssertionError as error:
        raise AssertionError(f"{error}; there is {sorted(str(p.relative_to(drop)) for p in drop.rglob('*'))}\n{house.server.log_tail(10)}") from None
    return list(csv.DictReader(path.read_text().splitlines()))


def count(number):
    return int(house.one(f"SELECT count(*) FROM order_notice WHERE foreign_number = '{number}'"))


# ---------------------------------------------------------------------------------------------------------------- taken

def test_a_file_is_taken():
    rows = [line(), line(remarks='说 "快点"，=1+1'), line(service="拖车"), line(service="Jump-start")]
    put("first.csv", text(rows))
    got = results("first.csv")
    check([r["outcome"] for r in got] == ["taken"] * 4 and [r["number"] for r in got] == [r[0] for r in rows] and [r["line"] for r in got] == ["2", "3", "4", "5"],
          f"each line is a notice {got}")
    notice = house.as_("order_clerk").call("order_notice.get", {"id": int(got[1]["id"])})
    check(notice["how"] == "csv" and notice["source"] == "first.csv:3" and notice["partner_id"] == house.party["F1"] and notice["remarks"] == '说 "快点"，=1+1'
          and notice["plate"] == "粤A12345" and notice["state"] == "received", "as if it had been told over the line")
    check([house.one(f"SELECT service FROM order_notice WHERE id = {r['id']}") for r in got[2:]] == ["tow", "jump_start"], "words of any of our languages are read")
    check(not (folder / "first.csv").exists() and (folder / "done" / "first.csv").read_bytes() == text(rows).encode(), "the file is put away as it was")
    trail = house.one(f"SELECT verb || ' ' || terminal FROM change WHERE entity = 'order_notice' AND row_id = {got[1]['id']}")
    check(trail == "order_notice.create first.csv:3", f"the trail says where it came from: {trail}")


def test_heads_and_encodings():
    titles = ["对方单号", "联系人", "电话", "车牌", "服务", "地点", "备注"]
    labels = house.as_("order_clerk").call("session.describe")["rows"]
    check(any(e.get("name") == "order_notice" for e in labels), "the entity is described")
    one = line(remarks="国标码")
    put("gb.csv", text([one], titles), encoding="gb18030")
    two = line(remarks="BOM")
    put("bom.csv", b"\xef\xbb\xbf" + text([two], ["Their number", "Contact", "Phone", "Plate", "Service", "Place", "Remarks"]).replace(",", ";").encode())
    got = results("gb.csv")
    check(got[0]["outcome"] == "taken" and house.one(f"SELECT remarks FROM order_notice WHERE id = {got[0]['id']}") == "国标码", f"GB18030 and Chinese titles {got}")
    check(results("bom.csv")[0]["outcome"] == "taken", "a mark of order, semicolons and English titles")


def test_repeats():
    rows = [line(), line()]
    put("one.csv", text(rows))
    ids = [r["id"] for r in results("one.csv")]
    put("two.csv", text([rows[0], line(), rows[0]]))
    got = results("two.csv")
    check([r["outcome"] for r in got] == ["known", "taken", "known"] and got[0]["id"] == ids[0] and count(rows[0][0]) == 1, "a number we have is named, and not taken twice")
    put("one.csv", text(rows))
    again = yz.wait_until("the same file again", lambda: sorted((folder / "done").glob("one.*.result.csv")))
    rows = list(csv.DictReader(again[0].read_text().splitlines()))
    check([r["outcome"] for r in rows] == ["taken"] * 2 and [r["id"] for r in rows] == ids, "the same file again makes nothing new and stands beside the first")


def test_bad_lines_harm_no_other():
    good = line()
    put("mixed.csv", text([line(contact_phone=""), good, line(service="nonsense"), line(place=""), line(foreign_number="")]))
    got = results("mixed.csv", "failed")
    check([r["outcome"] for r in got] == ["refused", "taken", "refused", "refused", "refused"] and all(r["message"] for r in got if r["outcome"] == "refused"),
          f"bad lines are named with the reason {got}")
    check(count(good[0]) == 1, "and the good one is taken")
    told = lambda: house.sql("SELECT e.login FROM notice n JOIN employee e ON e.id = n.employee_id WHERE n.args ->> 'file' = 'mixed.csv' AND n.args ->> 'count' = '4' ORDER BY 1")       # noqa: E731
    who = [r[0] for r in yz.wait_until("the bell", told)]
    check(who == ["admin", "admin2", "order_clerk", "order_clerk2"], f"who can ask the third party is told, once {who}")


def test_a_column_of_theirs():
    one = line()
    put("more.csv", text([[*one, "=cmd"]], [*HEAD, "their own"]))
    got = results("more.csv")
    check([r["outcome"] for r in got] == ["ignored", "taken"] and "their own" in got[0]["message"] and count(one[0]) == 1, f"a column that is none of ours is named, and the line is taken {got}")


def test_limits():
    house.sql(f"UPDATE partner SET day_max = (SELECT count(*) + 1 FROM order_notice WHERE partner_id = {house.party['F1']})")
    put("quota.csv", text([line(), line()]))
    put("lines.csv", text([line()] * 1) + "x\r\n" * 5001)
    put("bytes.csv", b"foreign_number\r\n" + b"x" * (8 * 1024 * 1024))
    check([r["outcome"] for r in results("quota.csv", "failed")] == ["taken", "limit"], "what is over the day's limit is said to be")
    house.sql("UPDATE partner SET day_max = 100000")
    check(results("lines.csv", "failed")[0]["outcome"] == "refused", "too many lines")
    check(results("bytes.csv", "failed")[0]["outcome"] == "refused", "too many bytes")


# ---------------------------------------------------------------------------------------------------------------- hostile

def test_hostile_files():
    files = (("empty.csv", b""), ("head.csv", b"foreign_number,contact_phone\r\n"), ("nul.csv", b"foreign_number,place\r\nA\0B,x\r\n"),
             ("noise.csv", bytes(range(128, 256)) * 40), ("quote.csv", b'foreign_number,place\r\n"never closed,x\r\n'), ("titles.csv", b"a,b,c\r\n1,2,3\r\n"))
    for name, data in files:
        put(name, data)
    for name, _ in files:
        check(results(name, "failed")[0]["outcome"] == "refused", f"{name} is refused as a whole")
    put("evil.csv", text([line(foreign_number="=CMD|'/C CALC'!A0", remarks="\x1b[31m"), line(remarks="‮evil"), line(place="x" * 5000)]))
    got = results("evil.csv", "failed")
    check([r["outcome"] for r in got] == ["refused"] * 3 and not any(r["number"].startswith("=") for r in got), f"escapes, hidden letters and too long texts are refused, formulas defused {got}")


def test_what_is_no_plain_file():
    secret = drop / ".secret"
    secret.write_text(text([line()]))
    give(secret)
    (folder / "link.csv").symlink_to(secret)
    os.link(secret, folder / "hard.csv")
    os.mkfifo(folder / "fifo.csv")
    (folder / "dir.csv").mkdir()
    outside = yz.temp_dir()
    (outside / "x.csv").write_text(text([line()]))
    (drop / "linked").symlink_to(outside)
    before = house.one("SELECT count(*) FROM order_notice")
    put("after.csv", text([line()]))
    check(results("after.csv")[0]["outcome"] == "taken", "the next file is taken in spite of them")
    put("whose.csv", text([line()]), into=other)
    put("later.csv", text([line()]))
    check(results("later.csv")[0]["outcome"] == "taken", "and the one after it, some looks later")
    check(int(house.one("SELECT count(*) FROM order_notice")) == int(before) + 2, "nothing of links, pipes and folders is read")
    check(all((folder / n).exists() or (folder / n).is_symlink() for n in ("link.csv", "hard.csv", "fifo.csv", "dir.csv")), "and they stay where they are")
    for name in ("link.csv", "hard.csv", "fifo.csv"):
        (folder / name).unlink()
    (drop / "linked").unlink()


def test_a_file_that_is_still_written():
    rows = [line() for _ in range(6)]
    whole = text(rows).encode()
    with open(folder / "slow.csv", "wb") as slow:
        give(folder / "slow.csv")
        for i in range(0, len(whole), len(whole) // 50):
            slow.write(whole[i:i + len(whole) // 50])
            slow.flush()
            time.sleep(0.06)
    got = results("slow.csv")
    check([r["outcome"] for r in got] == ["taken"] * 6, f"it is taken once it is whole {got}")


# ---------------------------------------------------------------------------------------------------------------- crashes, servers

def test_killed_in_between():
    rows = [line() for _ in range(400)]
    numbers = [r[0] for r in rows]
    put("killed.csv", text(rows))
    taken = "SELECT count(*) FROM order_notice WHERE source LIKE 'killed.csv:%'"
    house.sql("CREATE FUNCTION slow_line() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;"
              " CREATE TRIGGER slow_line BEFORE INSERT ON order_notice FOR EACH ROW EXECUTE FUNCTION slow_line()")
    for least in (20, 120):
        yz.wait_until("some lines", lambda: int(house.one(taken)) >= least)
        house.server.kill()
        check(int(house.one(taken)) < 400 and (folder / "killed.csv").exists(), f"killed after {house.one(taken)} of 400 lines")
        start()
    house.sql("DROP TRIGGER slow_line ON order_notice; DROP FUNCTION slow_line()")
    got = results("killed.csv")
    check([r["outcome"] for r in got] == ["taken"] * 400 and [r["number"] for r in got] == numbers, "every line is taken")
    check(house.one(taken) == "400" and house.one("SELECT count(DISTINCT foreign_number) FROM order_notice WHERE source LIKE 'killed.csv:%'") == "400", "once each")
    check(len({r["id"] for r in got}) == 400 and not (folder / "killed.csv").exists(), "and the results name them all")


def test_killed_before_it_was_put_away():
    """All lines are in the database, the results are written, the file still stands there: as a crash at that place leaves it."""
    rows = [line(), line()]
    put("late.csv", text(rows))
    first = results("late.csv")
    house.server.stop()
    (folder / "done" / "late.csv").rename(folder / "late.csv")
    start()
    second = results("late.csv")
    check(second == first, "begun anew it says the same and takes nothing again")


def test_two_servers_one_folder():
    extra = yz.Server(house.cluster, house.database, settings=OPTIONS)
    rows = {f"both{n}.csv": [line() for _ in range(15)] for n in range(8)}
    for name, lines in rows.items():
        put(name, text(lines))
    for name, lines in rows.items():
        got = results(name)
        check([r["outcome"] for r in got] == ["taken"] * 15 and [r["number"] for r in got] == [r[0] for r in lines], f"{name} is taken by one of two servers")
    check(house.one("SELECT count(*) FROM order_notice WHERE source LIKE 'both%'") == "120", "each line once")
    extra.stop()


def test_the_database_goes_away():
    house.server.stop()
    start()
    rows = [line() for _ in range(60)]
    put("away.csv", text(rows))
    yz.wait_until("a line", lambda: int(house.one("SELECT count(*) FROM order_notice WHERE source LIKE 'away.csv:%'")) >= 3)
    house.cluster.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yizhand notices' AND datname = '{house.database}'")
    got = results("away.csv")
    check([r["outcome"] for r in got] == ["taken"] * 60 and house.one("SELECT count(*) FROM order_notice WHERE source LIKE 'away.csv:%'") == "60", "a lost connection loses no line")


def test_whose_folder():
    check((other / "whose.csv").exists(), "a folder that belongs to no partner was left alone")


def finish():
    house.stop()


if __name__ == "__main__":
    yz.main(globals())
