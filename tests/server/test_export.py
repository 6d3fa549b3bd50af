"""Files of lists: what is in them, what is not, who may, what the trail says, and that a slow or a vanished reader costs nothing."""
import base64
import csv
import hashlib
import io
import re
import time

import yz

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
admin, accountant, clerk, auditor = (yz.Client(server, login) for login in ("admin", "accountant", "order_clerk", "auditor"))


def export(client, entity, **args):
    """(reply, bytes of the file)"""
    tag = client.send(f"{entity}.export", args)
    reply = client.answer(tag, f"{entity}.export")
    parts = reply.pop("rows") if isinstance(reply.get("rows"), list) else None
    return reply, parts


def fetch(client, entity, **args):
    tag = client.send(f"{entity}.export", args)
    data, progress = b"", []
    while True:
        got, kind, body = client.message()
        if got == "*":
            client.events.append((kind, body))
        elif kind == "row":
            data += body["text"].encode() if "text" in body else base64.b64decode(body["data"])
        elif kind == "progress":
            progress.append(body)
        elif kind == "err":
            raise yz.Refused(f"{entity}.export", body)
        else:
            assert got == tag
            assert body["size"] == len(data) and body["sha256"] == hashlib.sha256(data).hexdigest(), body
            body["progress"] = progress
            return body, data


def table(client, entity, **args):
    """Rows by title."""
    reply, data = fetch(client, entity, **args)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert reply["rows"] == len(rows), (reply, len(rows))
    return rows


def trail(where="true"):
    return cluster.sql(f"SELECT e.login, c.verb, c.now FROM change c JOIN employee e ON e.id = c.who WHERE c.verb ~ 'export' AND {where}"
                       " ORDER BY c.id", database)


def test_a_file_holds_the_list():
    reply, data = fetch(accountant, "customer")
    assert re.fullmatch(r"customer-\d{8}\.csv", reply["name"]) and reply["type"] == "text/csv; charset=utf-8"
    listed, after = [], None
    while True:
        page = accountant.call("customer.list", {"limit": 500, "after": after})
        listed += page["rows"]
        after = page["next"]
        if not after:
            break
    rows = table(accountant, "customer")
    assert [int(row["Id"]) for row in rows] == [row["id"] for row in listed]
    for row, one in zip(rows, listed):
        assert row["Name"].removeprefix("'") == one["name"] and row["branch_id"] == str(one["branch_id"] or "")
        assert row["Branch"] == (one.get("branch_label") or "") and row["Phone"] == (one["phone"] or "")



yz.main(globals())
