"""Files: sent in parts, checked, hung on records, read back, removed; by the rights of the record and nobody else's."""
import base64
import hashlib
import os
import struct
import uuid

import company
import yz

yz.UNKEYED |= {"chunk", "read"}
PART = 40 * 1024
co = company.Company(servers=2)
clerk, clerk_b, manager, auditor = (co.as_(u) for u in ("order_clerk", "order_clerk_b", "finance_manager", "auditor"))
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PDF = b"%PDF-1.7\n" + b"%\xe2\xe3\xcf\xd3\n" * 20


def key():
    return uuid.uuid4().hex


def begin(client, data, name="scene.jpg", **more):
    return client.do("file.begin", {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more})


def send(client, upload, data, offset=0, part=PART):
    while offset < len(data):
        offset = client.call("file.chunk", {"upload": upload, "offset": offset, "data": base64.b64encode(data[offset:offset + part]).decode()})["offset"]
    return offset


def put(client, data, name="scene.jpg", **end):
    upload = begin(client, data, name)["upload"]
    send(client, upload, data)
    return client.do("file.end", {"upload": upload, **end})["id"]


def get(client, id):
    data, size = b"", 1
    while len(data) < size:
        part = client.call("file.read", {"id": id, "offset": len(data), "length": PART})
        size = part["size"]
        data += base64.b64decode(part["data"])
    return data


def on(customer):
    return {"entity": "customer", "id": co.party[customer]}


def files(client, customer):
    return client.call("file.list", on(customer))["rows"]


def parts(id):
    return int(co.one(f"SELECT count(*) FROM file_part WHERE file_id = {id}"))


def test_there_and_back():
    big = JPEG + os.urandom(1_000_000)
    id = put(clerk, big, "C:\\photos\\scene.jpg", note="front left", **on("PA"))
    row = next(r for r in files(clerk, "PA") if r["id"] == id)
    yz.check((row["name"], row["type"], row["size"], row["note"], row["by_label"]) == ("scene.jpg", "jpeg", len(big), "front left", "order_clerk"), f"listed {row}")
    yz.check(row["sha256"] == hashlib.sha256(big).hexdigest() and row["removed_at"] is None and row["at"], "with checksum and time")
    yz.check(get(clerk, id) == big, "every byte comes back")
    yz.check(base64.b64decode(clerk.call("file.read", {"id": id, "offset": 40000, "length": 3000})["data"]) == big[40000:43000], "from the middle, over two parts")
    yz.check(clerk.call("file.read", {"id": id, "offset": len(big), "length": 10})["data"] == "", "nothing behind the end")
    change = clerk.call("customer.history", {"id": co.party["PA"]})["rows"][0]
    yz.check(change["verb"] == "customer.attach" and change["now"]["file"]["name"] == "scene.jpg", f"in the trail of the record {change}")


def test_small_and_odd_parts():
    data = PDF * 100
    upload = begin(clerk, data, "a.pdf")["upload"]
    offset = 0
    for size in (1, 2, 3, 1000, 7, 4096):
        offset = send(clerk, upload, data[:offset + size], offset, size)
    again = clerk.call("file.chunk", {"upload": upload, "offset": 3, "data": base64.b64encode(data[3:6]).decode()})
    yz.check(again["offset"] == offset, "a part sent again changes nothing")
    for at in (offset + 1, offset - 1):
        got = clerk.refused("file.chunk", {"upload": upload, "offset": at, "data": base64.b64encode(data[at:at + 50]).decode()})
        yz.check((got.code, got.field, got.error["offset"]) == ("conflict", "offset", offset), f"no gap, no overlap {got}")
    got = clerk.refused("file.end", {"upload": upload})
    yz.check((got.code, got.error["offset"]) == ("conflict", offset), f"not all is here {got}")
    got = clerk.refused("file.chunk", {"upload": upload, "offset": offset, "data": base64.b64encode(data[offset:] + b"x").decode()})
    yz.check((got.code, got.field) == ("invalid", "data"), f"no more than announced {got}")
    send(clerk, upload, data, offset)
    id = clerk.do("file.end", {"upload": upload, **on("PA")})["id"]
    yz.check(get(clerk, id) == data, "odd parts make the same file")


def test_what_is_no_part():
    upload = begin(clerk, b"%PDF-" + os.urandom(100), "x.pdf")["upload"]
    for data, code in (("", "invalid"), ("abc", "invalid"), ("ab=c", "invalid"), ("====", "invalid"), ("a b=", "invalid"), ("YWJj\nYWJj", "invalid"),
                       ("*" * 8, "invalid"), ("A" * 55000, "invalid"), ("A" * 54620, "limit")):
        got = clerk.refused("file.chunk", {"upload": upload, "offset": 0, "data": data})
        yz.check((got.code, got.field) == (code, "data"), f"{data[:12]!r}: {got}")
    for other in (clerk_b, auditor):
        yz.check(other.refused("file.chunk", {"upload": upload, "offset": 0, "data": "YWJj"}).code == "not_found", "another's upload is not there")
        yz.check(other.refused("file.end", {"upload": upload}).code == "not_found", "nor can it be ended")


def falls_silent(upload):
    co.sql(f"UPDATE file SET touched_at = now() - interval '1 minute' WHERE id = {upload}")


def test_two_terminals_send_the_same():
    data = PNG + os.urandom(100_000)
    one, two = yz.Client(co.servers[0], "order_clerk"), yz.Client(co.servers[1], "order_clerk")
    a = begin(one, data, "same.png")
    send(one, a["upload"], data[:PART])
    b = begin(two, data, "same.png")
    yz.check(b["upload"] != a["upload"] and b["offset"] == 0, f"what the other terminal sends is left to it {a} {b}")
    send(two, b["upload"], data)
    yz.check(begin(one, data, "same.png") == {"upload": a["upload"], "offset": PART}, "each goes on with its own")
    send(one, a["upload"], data, PART)
    ids = [client.do("file.end", {"upload": upload["upload"], **on(place)})["id"] for client, upload, place in ((one, a, "PA"), (two, b, "PA"))]
    yz.check(ids[0] != ids[1] and all(get(clerk, id) == data for id in ids), "and both are whole")
    one.close()
    two.close()


def test_goes_on_elsewhere():
    data = PNG + os.urandom(200_000)
    first = begin(clerk, data, "resume.png")
    send(clerk, first["upload"], data[:3 * PART])
    falls_silent(first["upload"])
    other = yz.Client(co.servers[1], "order_clerk")
    again = begin(other, data, "resume.png")
    yz.check(again == {"upload": first["upload"], "offset": 3 * PART}, f"another server goes on where the first one was {again}")
    send(other, again["upload"], data, again["offset"])
    id = other.do("file.end", {"upload": again["upload"], **on("PA")})["id"]
    yz.check(get(clerk, id) == data, "and it is whole")
    yz.check(begin(clerk, data, "resume.png")["upload"] != id, "a finished one is not gone on with")
    other.close()


def test_a_killed_server_forgets_nothing():
    data = PNG + os.urandom(150_000)
    client = yz.Client(co.servers[1], "order_clerk2")
    upload = begin(client, data, "kill.png")["upload"]
    send(client, upload, data[:2 * PART])
    client.close()
    co.servers[1].kill()
    co.servers[1].restart()
    falls_silent(upload)
    client = yz.Client(co.servers[1], "order_clerk2")
    again = begin(client, data, "kill.png")
    yz.check(again == {"upload": upload, "offset": 2 * PART}, "after kill -9 the parts are there")
    send(client, upload, data, 2 * PART)
    id = client.do("file.end", {"upload": upload, **on("PA")})["id"]
    yz.check(get(client, id) == data, "and it is whole")
    client.close()


def test_wrong_bytes():
    data = JPEG + b"wrong"
    upload = begin(clerk, data)["upload"]
    send(clerk, upload, data[:-1] + b"X")
    got = clerk.refused("file.end", {"upload": upload, **on("PA")})
    yz.check((got.code, got.field) == ("invalid", "sha256"), f"bytes that do not fit the checksum {got}")
    again = begin(clerk, data)
    yz.check(again == {"upload": upload, "offset": 0} and parts(upload) == 0, f"are sent again from the start {again}")
    send(clerk, upload, data)
    yz.check(clerk.do("file.end", {"upload": upload, **on("PA")})["id"] == upload, "and then they hold")
    for sha in ("", "x" * 64, "A" * 64, "0" * 63):
        got = clerk.refused("file.begin", {"name": "x", "size": 3, "sha256": sha})
        yz.check((got.code, got.field) == ("invalid", "sha256"), f"no checksum {sha[:3]} {got}")


def xlsx():
    def entry(name, data, at):
        head = struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, 0, 0, 0, 0, 0, len(data), len(data), len(name), 0) + name + data
        central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 20, 20, 0, 0, 0, 0, 0, len(data), len(data), len(name), 0, 0, 0, 0, 0, at) + name
        return head, central
    body, central = b"", b""
    for name in (b"[Content_Types].xml", b"xl/workbook.xml"):
        head, index = entry(name, b"<x/>", len(body))
        body, central = body + head, central + index
    return body + central + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, 2, 2, len(central), len(body), 0)


def test_types_by_their_bytes():
    good = {"jpeg": (JPEG, "a.txt"), "png": (PNG, "a"), "gif": (b"GIF89a" + b"\1" * 30, "b.gif"), "webp": (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20, "c.exe"),
            "pdf": (PDF, "d.pdf"), "csv": ("姓名,电话\n张三,138\n".encode("gb18030"), "e.CSV"), "text": ("你好\n".encode(), "f.txt"), "xlsx": (xlsx(), "g.xlsx")}
    for type, (data, name) in good.items():
        upload = begin(clerk, data, name)["upload"]
        send(clerk, upload, data)
        yz.check(clerk.do("file.end", {"upload": upload})["type"] == type, f"{type} is known by its bytes")
    bad = {"a program": b"\x7fELF\2\1\1" + b"\0" * 50, "a page": b"PK\3\4" + b"\0" * 40 + b"word/document.xml[Content_Types].xml", "bytes": bytes(range(256)),
           "a broken letter": b"abc\xff\xff\xffdef" * 10, "an escape": b"hello \x1b[2J", "a sheet in name": b"PK\3\4" + b"\0" * 40}
    for what, data in bad.items():
        upload = begin(clerk, data, "holiday.jpg", type="jpeg")["upload"]
        send(clerk, upload, data)
        got = clerk.refused("file.end", {"upload": upload, **on("PA")})
        yz.check((got.code, got.field) == ("invalid", "type"), f"{what} under a picture's name {got}")
    co.sql("UPDATE setting SET value = 'png pdf' WHERE name = 'file.types'")
    got = clerk.refused("file.begin", {"name": "x.jpg", "size": 5, "sha256": "0" * 64, "type": "jpeg"})
    yz.check((got.code, got.field) == ("invalid", "type"), "a type that is not taken is refused before a byte is sent")
    upload = begin(clerk, JPEG + b"1")["upload"]
    send(clerk, upload, JPEG + b"1")
    yz.check(clerk.refused("file.end", {"upload": upload}).field == "type", "and by its bytes")
    co.sql("UPDATE setting SET value = 'jpeg png gif webp pdf csv xlsx text' WHERE name = 'file.types'")
    yz.check(clerk.do("file.end", {"upload": upload, **on("PA")})["type"] == "jpeg", "until the setting says otherwise")


def test_sizes_and_quota():
    co.sql("UPDATE setting SET value = '1000' WHERE name = 'file.max_bytes'")
    got = clerk.refused("file.begin", {"name": "x.jpg", "size": 1001, "sha256": "1" * 64})
    yz.check((got.code, got.field) == ("limit", "size"), f"too big {got}")
    co.sql("UPDATE setting SET value = '20971520' WHERE name = 'file.max_bytes'")
    got = clerk.refused("file.begin", {"name": "x.jpg", "size": 20971521, "sha256": "1" * 64})
    yz.check((got.code, got.field) == ("limit", "size"), "over 20 MiB")
    for size in (0, -5, "9", None):
        yz.check(clerk.refused("file.begin", {"name": "x", "size": size, "sha256": "1" * 64}).field == "size", f"no size {size}")
    client = co.as_("call_taker")
    for n in range(5):
        begin_args = {"name": "x.jpg", "size": 20971520, "sha256": f"{n}" * 64}
        first = client.do("file.begin", begin_args)
    yz.check(client.do("file.begin", begin_args)["upload"] == first["upload"], "one that is under way is gone on with")
    got = client.refused("file.begin", {"name": "x.jpg", "size": 1, "sha256": "9" * 64})
    yz.check((got.code, got.field) == ("limit", "size"), f"100 MiB that hang on nothing are enough {got}")
    yz.check("upload" in clerk.do("file.begin", {"name": "x.jpg", "size": 1, "sha256": "9" * 64}), "another's are another's")


def test_other_branches():
    id = put(clerk, JPEG + b"ours", **on("PA"))
    absent = clerk_b.refused("file.read", {"id": 10**12, "offset": 0})
    hidden = clerk_b.refused("file.read", {"id": id, "offset": 0})
    yz.check(hidden.error == absent.error and hidden.code == "not_found", f"a file of another branch is not there {hidden}")
    yz.check(clerk_b.refused("file.remove", {"id": id, "reason": "x"}).error == clerk_b.refused("file.remove", {"id": 10**12, "reason": "x"}).error, "nor to be removed")
    yz.check(clerk_b.refused("file.list", on("PA")).error == clerk_b.refused("file.list", {"entity": "customer", "id": 10**12}).error, "nor is its record")
    upload = begin(clerk_b, JPEG + b"theirs")["upload"]
    send(clerk_b, upload, JPEG + b"theirs")
    yz.check(clerk_b.refused("file.end", {"upload": upload, **on("PA")}).code == "not_found", "nothing is hung on another branch's record")
    yz.check(clerk_b.do("file.end", {"upload": upload, **on("PB")})["id"] == upload, "but on one's own")
    yz.check(auditor.call("file.list", on("PA"))["may_attach"] is False and get(auditor, id) == JPEG + b"ours", "who may only see, sees")
    yz.check(auditor.refused("file.remove", {"id": id, "reason": "x"}).code == "forbidden", "and removes nothing")
    upload = begin(auditor, JPEG + b"audit")["upload"]
    send(auditor, upload, JPEG + b"audit")
    yz.check(auditor.refused("file.end", {"upload": upload, **on("PA")}).code == "forbidden", "nor attaches")
    counter = co.as_("counter")
    yz.check(counter.refused("file.list", on("PA")).code == "forbidden", "who may not see such records is told so")
    loose = put(clerk, JPEG + b"loose")
    yz.check(clerk_b.refused("file.read", {"id": loose}).code == "not_found", "what hangs on nothing is its sender's alone")
    for entity, code in (("ledger_entry", "invalid"), ("nothing", "invalid"), ("document", "invalid"), ("file", "invalid")):
        yz.check(manager.refused("file.list", {"entity": entity, "id": 1}).code == code, f"no files hang on {entity}")


def test_the_right_to_attach_alone():
    co.as_("admin").do("role.create", {"code": "photographer", "name": "Photographer", "scope": "branch", "permissions": ["customer.get", "customer.attach"]})
    co.person("photographer", ["photographer"])
    client = co.as_("photographer")
    yz.check(client.call("file.list", on("PA"))["may_attach"], "E.attach is enough")
    id = put(client, JPEG + b"by right", **on("PA"))
    yz.check(client.do("file.remove", {"id": id, "reason": "blurred"})["id"] == id, "to attach and to remove")


def test_removal():
    id = put(clerk, JPEG + b"remove", **on("PA"))
    yz.check(clerk.refused("file.remove", {"id": id}).field == "reason", "a reason is wanted")
    k = key()
    done = clerk.do("file.remove", {"id": id, "reason": "wrong car", "key": k})
    yz.check(clerk.do("file.remove", {"id": id, "reason": "wrong car", "key": k}) == done, "a repeat gives the first answer")
    row = next(r for r in files(clerk, "PA") if r["id"] == id)
    yz.check((row["removed_reason"], row["removed_by_label"]) == ("wrong car", "order_clerk") and row["removed_at"], f"the row is kept {row}")
    yz.check(parts(id) == 0 and clerk.refused("file.read", {"id": id}).code == "not_found", "the bytes are gone")
    yz.check(clerk.refused("file.remove", {"id": id, "reason": "again"}).code == "conflict", "once")
    change = clerk.call("customer.history", {"id": co.party["PA"]})["rows"][0]
    yz.check((change["verb"], change["reason"], change["was"]["file"]["id"]) == ("customer.remove_file", "wrong car", id), f"in the trail {change}")
    loose = put(clerk, JPEG + b"nowhere")
    yz.check(clerk.refused("file.remove", {"id": loose, "reason": "x"}).code == "conflict", "a loose one goes by itself")


def test_keys_and_ends():
    data = JPEG + b"keys"
    upload = begin(clerk, data)["upload"]
    send(clerk, upload, data)
    k = key()
    first = clerk.do("file.end", {"upload": upload, **on("PA"), "key": k})
    yz.check(clerk.do("file.end", {"upload": upload, **on("PA"), "key": k}) == first, "the end is told again")
    yz.check(clerk.refused("file.end", {"upload": upload, **on("PA")}).code == "not_found", "but it is no upload any more")
    yz.check(clerk.refused("file.end", {"upload": upload, "entity": "customer"}).field == "id", "a record has both names")
    loose = put(clerk, data + b"later")
    yz.check(clerk.do("file.end", {"upload": loose, **on("PA")})["id"] == loose, "what ended may be hung on a record later")


def test_sweeping():
    old = begin(clerk, b"%PDF-1" + os.urandom(50), "old.pdf")["upload"]
    ended = put(clerk, JPEG + b"old, ended")
    hung = put(clerk, JPEG + b"old, hung", **on("PA"))
    young = begin(clerk, b"%PDF-2" + os.urandom(50), "young.pdf")["upload"]
    co.sql(f"UPDATE file SET touched_at = now() - interval '25 hours' WHERE id IN ({old}, {ended}, {hung})")
    co.sql("UPDATE job SET next_at = now() WHERE name = 'file_sweep'")
    yz.wait_until("the sweeper", lambda: co.one(f"SELECT count(*) FROM file WHERE id IN ({old}, {ended})") == "0")
    yz.check(co.one(f"SELECT count(*) FROM file WHERE id IN ({hung}, {young})") == "2", "only what is loose and old is swept")
    yz.check(parts(ended) == 0 and parts(hung) == 1, "with its bytes")
    yz.wait_until("the job's end", lambda: co.one("SELECT last_ok FROM job WHERE name = 'file_sweep'") == "t")


def finish():
    co.stop()


if __name__ == "__main__":
    yz.main(globals())
