"""What every request gets: keys, one changing at a time, limits, batches, faults of the database, the end of the server."""
import contextlib
import json
import signal
import ssl
import threading
import uuid

import bare
import yz

server = bare.make_server()
admin = bare.client(server, "admin")


def make(client=admin, **more):
    return client.call("branch.create", {"code": "C" + uuid.uuid4().hex[:8], "name": "A branch", "kind": "station",
                                         "key": uuid.uuid4().hex, **more})


def count(code):
    return int(server.cluster.sql(f"SELECT count(*) FROM branch WHERE code = '{code}'", server.database)[0][0])


def test_a_repeated_key_gives_the_first_answer():
    args = {"code": "K1", "name": "One", "kind": "station", "key": "a-key-that-comes-twice"}
    first = admin.call("branch.create", args)
    with bare.client(server, "admin") as other:
        assert other.call("branch.create", dict(reversed(args.items()))) == first
    assert count("K1") == 1
    changed = bare.refusal(admin.call, "branch.create", {**args, "name": "Two"})
    assert (changed.code, changed.field) == ("conflict", "key")
    assert bare.refusal(admin.call, "branch.disable", {"id": first["id"], "version": 1, "key": args["key"]}).code == "conflict"


def test_a_key_is_wanted():
    for key in (None, "short", "with blank", "a:colon:in:it", 12345678, "x" * 65):
        args = {"code": "K2", "name": "Two", "kind": "station"} | ({} if key is None else {"key": key})
        assert bare.refusal(admin.call, "branch.create", args).field == "key", key
    assert count("K2") == 0


def test_one_key_at_once_from_many():
    clients = [bare.client(server, "admin") for _ in range(6)]
    key, code, answers = uuid.uuid4().hex, "K3" + uuid.uuid4().hex[:6], []

    def run(client):
        try:
            answers.append(json.dumps(make(client, code=code, key=key)))
        except yz.Refused as refused:
            answers.append(refused.code)

    threads = [threading.Thread(target=run, args=(c,)) for c in clients]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert count(code) == 1
    assert len({a for a in answers if a != "busy"}) == 1, answers


def test_a_refused_command_may_be_repeated_with_its_key():
    key = uuid.uuid4().hex
    assert bare.refusal(make, code="K1", key=key).code == "duplicate"
    assert make(code="K4", key=key)["id"] > 0


def test_changing_requests_keep_their_order():
    tags = [admin.send("branch.create", {"code": f"O{i:03}", "name": "In order", "kind": "station", "key": uuid.uuid4().hex}) for i in range(16)]
    order, ids = [], []
    for _ in tags:
        tag, kind, data = admin.message()
        assert kind == "ok", data
        order.append(tag)
        ids.append(data["id"])
    assert order == tags and ids == sorted(ids)


def test_sixteen_in_flight_and_tags_of_their_own():
    with bare.client(server, "admin") as client:
        client.send_bytes(b"".join(b"t%d branch.list {}\n" % i for i in range(30)))
        got = [client.message() for _ in range(30)]
        kinds = [data.get("code") if kind == "err" else kind for _, kind, data in got]
        assert kinds.count("ok") + kinds.count("limit") == 30 and kinds.count("ok") >= 16
        client.send_bytes(b"same branch.list {}\nsame branch.list {}\n")
        codes = sorted(data.get("code", kind) for _, kind, data in (client.message(), client.message()))
        assert codes == ["bad_request", "ok"], codes


def test_lines_that_are_no_messages():
    for first, second in ((b"garbage\n", b"a session.ping {\n"), (b"x" * 9000 + b"\n", b"a session.ping {\"a\":1,\"a\":2}\n"),
                          (b"\xff\xfe a.b\n", b"a b.c [1]\n"), (b"a session.ping {\"a\":\"\x1b\"}\n", b"\0\n")):
        with bare.client(server) as client:
            client.send_bytes(first)
            assert client.message()[1] == "err"
            assert client.call("session.ping") == {}
            client.send_bytes(second)
            kinds = [client.message()[1], client.message()[1]]
            assert kinds == ["err", "bye"], (first, kinds)


def test_a_batch_gives_a_result_per_item():
    ids = [make()["id"] for _ in range(3)]
    key = uuid.uuid4().hex
    items = [{"id": id, "version": 1} for id in ids]
    items[1]["version"] = 9
    batch = {"items": items, "key": key, "reason": "tidy up"}
    verb = next((v for v in ("branch.disable", "job.run") if any(
        a["name"] == "items" for row in admin.call("session.help", {"entity": v.split(".")[0]})["verbs"] if row["name"] == v for a in row["args"])), None)
    if verb != "branch.disable":
        jobs = admin.call("job.list", {})["rows"]
        batch = {"items": [{"id": jobs[0]["id"], "version": jobs[0]["version"]}, {"id": 999999, "version": 1}], "key": key}
    done = admin.call(verb, batch)
    assert [("ok" in r, "err" in r) for r in done["items"]][0] == (True, False) and "err" in done["items"][1]
    again = admin.call(verb, batch)
    assert again["items"][0] == done["items"][0]
    assert bare.refusal(admin.call, verb, {**batch, "id": 1}).field == "items"
    strange = admin.call(verb, {**batch, "items": [{"id": 1, "version": 1, "name": "x"}], "key": uuid.uuid4().hex})
    assert strange["items"][0]["err"]["field"] == "items"
    assert bare.refusal(admin.call, verb, {**batch, "items": []}).field == "items"


def test_each_statement_of_a_command_may_fail():
    for kind in ("fail", "miss", "cut", "cut_after"):
        for nth in range(1, 12):
            code, key = f"F{kind}{nth}", uuid.uuid4().hex
            admin.call("session.fault", {"kind": kind, "nth": nth})
            try:
                make(code=code, key=key)
                answer = "ok"
            except yz.Refused as refused:
                answer = refused.code
            admin.call("session.fault", {"kind": "none", "nth": 0})
            rows = count(code)
            trail = int(server.cluster.sql(f"SELECT count(*) FROM change WHERE entity = 'branch' AND now ->> 'code' = '{code}'", server.database)[0][0])
            assert rows == trail, (kind, nth, answer, rows, trail)
            if answer == "ok":
                assert rows == 1, (kind, nth)
            elif answer == "unknown_outcome":
                pass
            else:
                assert rows == 0, (kind, nth, answer)
            assert make(code=code, key=key)["id"] > 0
            assert count(code) == 1, (kind, nth, answer)


def test_a_database_that_comes_back():
    with bare.client(server, "admin") as client:
        server.cluster.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{server.database}'"
                           " AND pid <> pg_backend_pid()")
        for _ in range(40):
            assert client.call("branch.list", {"limit": 1})["rows"]
        assert make(client)["id"] > 0


def wait_locked():
    yz.wait_until("a worker to wait for a row", lambda: server.cluster.sql(
        f"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '{server.database}'"))


def test_a_cancelled_request_stops():
    row = make()
    with server.cluster.session(server.database) as holder:
        holder.sql(f"BEGIN; SELECT 1 FROM branch WHERE id = {row['id']} FOR UPDATE")
        tag = admin.send("branch.update", {"id": row["id"], "version": 1, "name": "Too late", "key": uuid.uuid4().hex})
        wait_locked()
        cancel = admin.send("session.cancel", {"tag": tag})
        answers = {}
        while len(answers) < 2:
            got, kind, data = admin.message()
            answers[got] = (kind, data)
        holder.sql("ROLLBACK")
    assert answers[cancel][0] == "ok"
    assert answers[tag][0] == "err" and answers[tag][1]["code"] == "unavailable", answers[tag]
    assert server.cluster.sql(f"SELECT version FROM branch WHERE id = {row['id']}", server.database) == [["1"]]


def cancel_among_many(client, row):
    """The answers in order, to: what waits for a lock, what stands behind it, two cancels."""
    tag = client.send("branch.update", {"id": row["id"], "version": 1, "name": "Too late", "key": uuid.uuid4().hex})
    waits = f"SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '{server.database}' AND application_name LIKE 'yizhand%'"
    with contextlib.suppress(AssertionError):              # it has waited already
        yz.wait_until("the only worker to wait", lambda: server.cluster.sql(waits), 4)
    behind = {client.send("branch.list", {"limit": 1}) for _ in range(15)}
    cancels = [client.send("session.cancel", {"tag": t}) for t in (tag, "nobody")]
    return tag, behind, cancels, [client.message() for _ in range(18)]


def test_a_cancel_stands_behind_nothing():
    """The loop runs it: neither a lane whose every worker waits, nor sixteen requests under way keep it."""
    busy = yz.Server(server.cluster, server.database, settings=["workers = 1"])
    row = make()
    with server.cluster.session(server.database) as holder, bare.client(busy, "admin") as client:
        holder.sql(f"BEGIN; SELECT 1 FROM branch WHERE id = {row['id']} FOR UPDATE")
        for _ in range(10):
            tag, behind, cancels, order = cancel_among_many(client, row)
            answers = {got: (kind, data) for got, kind, data in order}
            assert all(answers[t] == ("ok", {}) for t in cancels) and all(answers[t][0] == "ok" for t in behind), answers
            if answers[tag][1].get("code") != "busy":      # else we were slower than the two seconds a lock is waited for
                break
        assert answers[tag][1].get("code") == "unavailable", answers[tag]
        assert [got for got, _, _ in order][:2] == cancels, order[:3]
        assert client.refused("session.cancel", {}).field == "tag"
        holder.sql("ROLLBACK")
    busy.stop()


def test_answers_come_after_the_end_of_input():
    with bare.client(server, "admin") as client:
        client.send("branch.list", {"limit": 1}, tag="last")
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError, OSError):
            client.socket.settimeout(0)
            client.socket.unwrap()  # says that nothing more will come, and does not wait for the other side
        client.socket.settimeout(10)
        # nothing may be left under way at the server: it says so by ending well in the last test


def test_jobs_ran():
    def sealed():
        rows = dict(server.cluster.sql("SELECT name, coalesce(last_ok, false) FROM job", server.database))
        return rows.get("seal") == "t" and rows.get("balance_roll") == "t" and rows.get("session_expire") == "t"
    yz.wait_until("the jobs", sealed, 90)


def test_the_trail_is_whole():
    import subprocess
    done = subprocess.run([str(yz.YIZHANCTL), "--database", server.cluster.conninfo(server.database, "yizhan_app"), "check"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    server.cluster.sql("ALTER TABLE change DISABLE TRIGGER ALL; UPDATE change SET now = '{\"code\": \"forged\"}' WHERE id ="
                       " (SELECT min(id) FROM change WHERE entity = 'branch'); ALTER TABLE change ENABLE TRIGGER ALL", server.database)
    done = subprocess.run([str(yz.YIZHANCTL), "--database", server.cluster.conninfo(server.database, "yizhan_app"), "check"],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "change" in done.stdout, done.stdout + done.stderr


def can_enter():
    try:
        bare.client(server).close()
        return True
    except (OSError, yz.Closed):
        return False


def test_the_end_waits_for_what_is_under_way():
    code, key = "LAST", uuid.uuid4().hex
    row = make()
    idle = bare.client(server, "admin")
    with server.cluster.session(server.database) as holder:
        holder.sql(f"BEGIN; SELECT 1 FROM branch WHERE id = {row['id']} FOR UPDATE")
        tag = admin.send("branch.update", {"id": row["id"], "version": 1, "name": "In time", "key": key})
        wait_locked()
        server.process.send_signal(signal.SIGTERM)
        yz.wait_until("it to end", lambda: not can_enter())
        holder.sql("ROLLBACK")
    got, kind, data = admin.message()
    assert (got, kind) == (tag, "ok"), data
    assert admin.message()[1] == "bye"
    assert idle.message()[1] == "bye"
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
