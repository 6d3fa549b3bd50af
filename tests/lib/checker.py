"""The one checker of all tests of faults: reads the database as it lies and decides.

Nothing acknowledged is lost; no key has two effects, a refused one has none; every entry sums to 0 and balances equal lines; the trail is
whole; vehicles, drivers and orders agree; nobody is in who should not be. What cannot be read cannot be right: then it fails too.

It trusts neither the server nor the functions the server trusts: sums are added here again, beside `yizhanctl check`.
"""
import collections
import json

import yz

LIVE = ("dispatched", "accepted", "on_the_way", "arrived")
VEHICLE_STATE = {"dispatched": "assigned", "accepted": "assigned", "on_the_way": "on_the_way", "arrived": "working"}
SHOWN = 12  # problems that are told


class Broken(AssertionError):
    """The data does not hold; says what and which rows."""


class Key:
    """One command as the people at the terminals saw it."""

    def __init__(self, who, verb, args):
        self.who, self.verb, self.args = who, verb, args
        self.outcome, self.answer, self.code = "open", None, None


class Seen:
    """The acknowledgement file, read."""

    def __init__(self, path):
        self.keys, self.sessions, self.out = {}, {}, set()
        text = path.read_bytes()
        for n, line in enumerate(text.split(b"\n")[:-1], 1):
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError) as error:
                raise Broken(f"the acknowledgement file cannot be read: line {n}: {error!r}") from None
        if text and not text.endswith(b"\n"):
            raise Broken("the acknowledgement file ends in mid-line")

    def _take(self, note):
        what = note["what"]
        if what == "sent":
            self.keys[note["key"]] = Key(note["who"], note["verb"], note["args"])
        elif what == "ok":
            self.keys[note["key"]].outcome, self.keys[note["key"]].answer = "ok", note["answer"]
        elif what == "refused":
            self.keys[note["key"]].outcome, self.keys[note["key"]].code = "refused", note["code"]
        elif what == "session":
            self.sessions[note["id"]] = note["who"]
        elif what == "out":
            self.out.add(note["id"])
        else:
            raise KeyError(what)

    def of(self, *outcomes):
        return {k: v for k, v in self.keys.items() if v.outcome in outcomes}


def as_int(text):
    return int(text) if text else None


class Data:
    """What lies in the database. Table after table, so nobody may be at work meanwhile."""

    def __init__(self, store):
        self.employees = {login: int(id) for login, id in store.sql("SELECT login, id FROM employee")}
        self.stored = {(int(user), key): (verb, json.loads(answer)) for user, key, verb, answer in store.sql(
            "SELECT user_id, key, verb, answer FROM command_key")}
        self.changes = [(int(id), as_int(who), verb, int(row), as_int(version), note) for id, who, verb, row, version, note in store.sql(
            "SELECT id, who, verb, row_id, version, coalesce(now ->> 'remarks', '') FROM change WHERE entity = 'rescue' ORDER BY id")]
        self.orders = {int(r[0]): dict(zip(("id", "version", "state", "money_state", "vehicle_id", "driver_id", "price_fen", "received_fen",
                                            "clear_reason", "remarks"), r)) for r in store.sql(
            "SELECT id, version, state, money_state, vehicle_id, driver_id, price_fen, received_fen, clear_reason, remarks FROM rescue_order")}
        self.documents = [dict(zip(("id", "number", "kind", "state", "row_id", "amount_fen", "red_of", "entry_id", "reason"), r)) for r in store.sql(
            "SELECT id, number, kind, state, row_id, amount_fen, red_of, entry_id, reason FROM document WHERE entity = 'rescue' ORDER BY id")]


class Checker:
    """Keeps the head of the chain between two looks: a chain that was cut short or made anew does not hold it."""

    def __init__(self, store, record, others=("admin",)):
        self.store, self.record, self.others = store, record, set(others)
        self.head = None
        self.counts = {}

    def problems(self):
        """Every problem found, as text that names the row."""
        try:
            self.found = []
            seen = Seen(self.record.path)
            data = Data(self.store)
            if not seen.of("ok"):
                self._say("nothing was acknowledged: there is nothing to compare with")
            self._keys(seen, data)
            self._changes(seen, data)
            self._orders(seen, data)
            self._documents(seen, data)
            self._books()
            self._chain()
            self._vehicles()
            self._sessions(seen)
            self._operators_check()
            self.counts = {"keys": len(seen.keys), "acknowledged": len(seen.of("ok")), "refused": len(seen.of("refused")),
                           "open": len(seen.of("open")), "orders": len(data.orders), "documents": len(data.documents),
                           "changes": len(data.changes)}
        except (RuntimeError, OSError, ValueError, IndexError, Broken) as error:
            self._say(f"cannot be read: {error}")
        return self.found

    def must_hold(self):
        problems = self.problems()
        if problems:
            more = f"\n  and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
            raise Broken(f"{len(problems)} problems\n  " + "\n  ".join(problems[:SHOWN]) + more)
        return self.counts

    def _say(self, text):
        self.found.append(text)

    # ---- keys: what was answered is there, what was refused is not, and nothing twice

    def _keys(self, seen, data):
        users = {login: data.employees.get(login) for login in {k.who for k in seen.keys.values()}}
        for login, id in users.items():
            if id is None:
                self._say(f"employee {login} is gone")
        by_id = {id: login for login, id in users.items()}
        for key, command in seen.keys.items():
            stored = data.stored.get((users[command.who], key))
            if command.outcome == "ok":
                if not stored:
                    self._say(f"{command.verb} key {key} of {command.who} was acknowledged and is not stored")
                elif stored != (command.verb, command.answer):
                    self._say(f"{command.verb} key {key} was answered {command.answer} and is stored as {stored}")
            elif command.outcome == "refused" and stored:
                self._say(f"{command.verb} key {key} was refused ({command.code}) and is stored as done: {stored[1]}")
        for (user, key), (verb, answer) in data.stored.items():
            if user in by_id and key not in seen.keys:
                self._say(f"{verb} key {key} of {by_id[user]} was never sent: {answer}")

    # ---- changes: one per key, one per version

    def _changes(self, seen, data):
        effects = collections.Counter((who, verb, row, version) for _, who, verb, row, version, _ in data.changes)
        versions = collections.Counter((row, version) for _, _, _, row, version, _ in data.changes)
        for (row, version), n in versions.items():
            if n != 1:
                self._say(f"rescue {row} has {n} changes to version {version}")
        done = collections.Counter()
        for (user, key), (verb, answer) in data.stored.items():
            if verb.startswith("rescue.") and "version" in answer:
                done[(user, verb, answer["id"], answer["version"])] += 1
        for what, n in (done - effects).items():
            self._say(f"a key says {what[1]} of rescue {what[2]} to version {what[3]} by employee {what[0]}, and there is no such change")
        users = {data.employees.get(k.who) for k in seen.keys.values()}
        for what, n in (effects - done).items():
            if what[0] in users:
                self._say(f"the change {what[1]} of rescue {what[2]} to version {what[3]} by employee {what[0]} has no key")
        for what, n in done.items():
            if n > 1:
                self._say(f"{n} keys say {what[1]} of rescue {what[2]} to version {what[3]}")
        self._marks(seen, data)

    def _marks(self, seen, data):
        """An order carries the key that made it in its remarks, so that two orders of one key are seen whatever the keys' table says."""
        made = collections.defaultdict(list)
        for order in data.orders.values():
            if order["remarks"].startswith("key "):
                made[order["remarks"][4:]].append(int(order["id"]))
        tracked = collections.Counter(note[4:] for _, _, verb, _, _, note in data.changes if verb == "rescue.create" and note.startswith("key "))
        for key, command in seen.keys.items():
            if command.verb != "rescue.create":
                continue
            orders = made.get(key, [])
            if len(orders) > 1 or tracked[key] > 1:
                self._say(f"rescue.create key {key} made {len(orders)} orders {orders} with {tracked[key]} changes")
            elif command.outcome == "ok" and orders != [command.answer["id"]]:
                self._say(f"rescue {command.answer['id']} was acknowledged under key {key}; there is {orders or 'none'}")
            elif command.outcome == "refused" and orders:
                self._say(f"rescue.create key {key} was refused and made rescue {orders}")
        for key in made:
            if key not in seen.keys:
                self._say(f"rescue {made[key]} carries key {key}, which was never sent")

    # ---- orders: at least as far as was acknowledged, and their trail without a gap

    def _orders(self, seen, data):
        trail = collections.defaultdict(set)
        for _, _, _, row, version, _ in data.changes:
            trail[row].add(version)
        last = {}
        for command in seen.of("ok").values():
            answer = command.answer
            if command.verb.startswith("rescue.") and answer["version"] > last.get(answer["id"], {"version": 0})["version"]:
                last[answer["id"]] = answer
        for id, answer in last.items():
            order = data.orders.get(id)
            if not order:
                self._say(f"rescue {id} was acknowledged at version {answer['version']} and is gone")
                continue
            version = int(order["version"])
            if version < answer["version"]:
                self._say(f"rescue {id} was acknowledged at version {answer['version']} and is at {version}")
            elif version == answer["version"] and "state" in answer:
                is_now = (order["state"], order["money_state"] or None)
                if is_now != (answer["state"], answer.get("money_state", is_now[1])):
                    self._say(f"rescue {id} was acknowledged as {answer['state']} {answer.get('money_state')} and is {is_now}")
            if trail[id] != set(range(1, version + 1)):
                self._say(f"rescue {id} is at version {version} and its trail has {sorted(trail[id])}")

    # ---- documents: one per money step

    def _documents(self, seen, data):
        of = collections.defaultdict(list)
        for document in data.documents:
            of[int(document["row_id"])].append(document)
        steps = collections.defaultdict(list)
        for (_, key), (verb, answer) in data.stored.items():
            if key in seen.keys and verb in ("rescue.price", "rescue.receive"):
                steps[answer["id"]].append((verb, seen.keys[key].args))
        for id, order in data.orders.items():
            if order["remarks"].startswith("key ") and order["remarks"][4:] in seen.keys:
                self._papers(order, of[id], steps[id])
        used = collections.Counter(d["reason"] for d in data.documents if d["reason"].startswith("key "))
        for note, n in used.items():
            command = seen.keys.get(note[4:])
            if n > 1 or not command or command.outcome == "refused":
                self._say(f"{n} documents were made by key {note[4:]} ({command.outcome if command else 'never sent'})")
        for key, command in seen.of("ok").items():
            if command.verb == "rescue.receive" and used["key " + key] != 1:
                self._say(f"rescue.receive key {key} of rescue {command.answer['id']} was acknowledged and has {used['key ' + key]} documents")

    def _papers(self, order, documents, steps):
        name = f"rescue {order['id']}"
        count = collections.Counter(d["kind"] for d in documents if not d["red_of"])
        want = collections.Counter()
        for verb, args in steps:
            if verb == "rescue.receive":
                want["receipt"] += 1
            elif args.get("price_fen") != 0:
                want["receivable"] += 1
        if order["clear_reason"] not in ("", "no_charge"):
            want["adjustment"] += 1
        for kind in set(count) | set(want):
            if count[kind] != want[kind]:
                papers = ", ".join(d["number"] for d in documents if d["kind"] == kind and not d["red_of"])
                self._say(f"{name} took {want[kind]} steps that make a {kind} and has {count[kind]}: {papers}")
        stands = [d for d in documents if d["kind"] == "receivable" and not d["red_of"] and d["state"] == "posted"]
        owed = sum(int(d["amount_fen"]) for d in stands)
        due = int(order["price_fen"]) if order["money_state"] in ("priced", "received", "cleared") else 0
        if owed != due or len(stands) > 1:
            self._say(f"{name} is priced {due} and its standing receivables say {owed}: {', '.join(d['number'] for d in stands)}")
        got = sum(int(d["amount_fen"]) for d in documents if d["kind"] == "receipt")
        if got != int(order["received_fen"]):
            self._say(f"{name} received {order['received_fen']} and its receipts say {got}")
        entries = [d["entry_id"] for d in documents if d["entry_id"]]
        if len(entries) != len(set(entries)) or any(not d["entry_id"] and d["state"] in ("posted", "reversed") for d in documents):
            self._say(f"{name} has documents that share an entry or lack one: {', '.join(d['number'] for d in documents)}")

    # ---- books: added again here

    def _books(self):
        side = "CASE side WHEN 'D' THEN amount_fen ELSE -amount_fen END"
        for entry, sum_, lines in self.store.sql(f"SELECT e.id, coalesce(sum({side}), 0), count(l.n) FROM ledger_entry e LEFT JOIN ledger_line l"
                                                 f" ON l.entry_id = e.id GROUP BY e.id HAVING coalesce(sum({side}), 1) <> 0"):
            self._say(f"ledger_entry {entry} with {lines} lines is out by {sum_}")
        for account, branch, party, period, kept, lines in self.store.sql(
                "WITH kept AS (SELECT account, branch_id, party_id, period_id, debit_fen - credit_fen AS fen FROM balance),"
                f" added AS (SELECT account, branch_id, coalesce(party_id, 0) AS party_id, period_id, sum({side}) AS fen FROM ledger_line,"
                " balance_fold f WHERE (era, tx) < (f.at_era, f.to_tx) GROUP BY 1, 2, 3, 4)"
                " SELECT account, branch_id, party_id, period_id, coalesce(kept.fen, 0), coalesce(added.fen, 0) FROM kept"
                " FULL JOIN added USING (account, branch_id, party_id, period_id) WHERE coalesce(kept.fen, 0) <> coalesce(added.fen, 0)"):
            self._say(f"balance {account} branch {branch} party {party} period {period} is kept as {kept}, its lines make {lines}")
        for entry, document in self.store.sql("SELECT e.id, coalesce(e.document_id::text, 'none') FROM ledger_entry e LEFT JOIN document d ON"
                                              " d.id = e.document_id AND d.entry_id = e.id WHERE d.id IS NULL AND e.kind = 'normal'"):
            self._say(f"ledger_entry {entry} belongs to no document (it names {document})")

    def _chain(self):
        noted = f"decode('{self.head}', 'hex')" if self.head else "NULL"
        seals, rows, unsealed, seal, entity, row, problem = self.store.sql(
            f"SELECT seals, rows, unsealed, bad_seal, bad_entity, bad_row, problem FROM seal_verify({noted})")[0]
        if problem:
            self._say(f"seal {seal}: {entity} {row}: {problem}")
        else:
            head = self.store.sql("SELECT encode(hash, 'hex') FROM seal ORDER BY n DESC LIMIT 1")
            self.head = head[0][0] if head else None
        self.unsealed = int(unsealed)

    # ---- vehicles and drivers

    def _vehicles(self):
        live = "('" + "', '".join(LIVE) + "')"
        for column in ("vehicle_id", "driver_id"):
            for id, orders in self.store.sql(f"SELECT {column}, string_agg(id::text, ' ' ORDER BY id) FROM rescue_order WHERE state IN {live}"
                                             f" GROUP BY 1 HAVING count(*) > 1"):
                self._say(f"{column.removesuffix('_id')} {id} is on several live orders: {orders}")
        rows = self.store.sql(f"SELECT v.id, v.state, v.order_id, v.driver_id, o.id, o.state, o.driver_id FROM vehicle v FULL JOIN (SELECT * FROM"
                              f" rescue_order WHERE state IN {live}) o ON o.vehicle_id = v.id")
        for vehicle, state, order, driver, real, real_state, real_driver in rows:
            if order != real:
                self._say(f"vehicle {vehicle or '?'} is on order {order or 'none'} and the orders say {real or 'none'}")
            elif real and (state != VEHICLE_STATE[real_state] or driver != real_driver):
                self._say(f"vehicle {vehicle} is {state} with driver {driver}, its order {real} {real_state} with driver {real_driver}")
            elif not real and state not in ("idle", "off_duty"):
                self._say(f"vehicle {vehicle} is {state} without an order")

    # ---- sessions

    def _sessions(self, seen):
        users = {k.who for k in seen.keys.values()} | set(seen.sessions.values()) | self.others
        for id, login, barred, over in self.store.sql(
                "SELECT s.id, e.login, e.disabled_at IS NOT NULL OR e.state = 'left', s.expires_at < now() - interval '3 minutes'"
                " FROM session s JOIN employee e ON e.id = s.employee_id WHERE s.ended_at IS NULL"):
            if barred == "t":
                self._say(f"session {id}: {login} may not log in any more and is in")
            if over == "t":
                self._say(f"session {id} of {login} has expired and was not ended")
            if int(id) in seen.out:
                self._say(f"session {id} of {login} logged out and is in")
            if login not in users:
                self._say(f"session {id}: {login} never logged in and is in")
            if seen.sessions.get(int(id), login) != login:
                self._say(f"session {id} was given to {seen.sessions[int(id)]} and is {login}'s")
        for (ids,) in self.store.sql("SELECT string_agg(id::text, ' ') FROM session WHERE ended_at IS NOT NULL AND token_hash IS NOT NULL"):
            if ids:
                self._say(f"sessions that ended and could be resumed: {ids}")

    # ---- the operator's own tool

    def _operators_check(self):
        done = self.store.command("check", timeout=300)
        wrong = [line for line in done.stdout.splitlines() if line.startswith("WRONG")]
        for line in wrong:
            self._say(f"yizhanctl: {line}")
        if done.returncode != (1 if wrong else 0) or (not wrong and "were added up" not in done.stdout):
            self._say(f"yizhanctl check ended with {done.returncode}: {(done.stdout + done.stderr)[-300:]}")

    def seal(self):
        """Seals what there is, as the job does each second: one that a dead server claimed is not taken over before its lease ends."""
        yz.wait_until("the trail to be sealed", lambda: self.store.sql("SELECT seal_run()") and self.store.one("SELECT seal_count_unsealed()") == "0")
