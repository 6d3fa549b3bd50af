"""The protocol as a person types it: files of lines sent and lines expected, played against the real server; and hostile lines made by a seed.

In a script every line begins with what it is:
    #       a remark
    > text  a line sent;  >+ the same, held back until the next line that is not (so that they arrive together);  >- without its end
    < text  the line expected next; … stands for anything;  <? one of several lines that may come in any order
    <.      the server closes
    2> 2<   the same on a second connection, opened at its first use (and 3, 4 …)
In what is sent, «9000×x» is 9000 times x, «1b» a byte by its hexadecimal number, $name what an earlier answer had there, and $key a new key. In what
is expected, $name takes a number (or, in quotes, a text), or must be what it was before.
"""
import pathlib
import random
import re
import subprocess
import uuid

import company
import yz

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 15
co = company.Company()


class Line(yz.Client):
    """A connection that reads nothing by itself, not even the greeting."""

    def _next_event(self, name):
        return None


class Script:
    def __init__(self, path):
        self.path = path
        self.lines = {}
        self.held = {}
        self.any_order = {}
        self.values = {"date": yz.utc_now()[:10], "now": yz.utc_now(), **{f"branch_{k}": v for k, v in co.branch.items()}, **{f"party_{k}": v for k, v in co.party.items()},
                       **{f"vehicle_{k}": v for k, v in co.vehicle.items()}, **{f"employee_{k}": v for k, v in co.employee.items()}}

    def play(self):
        for number, text in enumerate(self.path.read_text().split("\n"), 1):
            if not text.strip() or text.startswith("#"):
                continue
            found = re.match(r"(\d?)(>\+|>-|>|<\?|<\.|<) ?(.*)$", text)
            if not found:
                raise AssertionError(f"{self.path.name}:{number}: no line of a script: {text}")
            try:
                self.step(found[1] or "1", found[2], found[3])
            except (AssertionError, KeyError, yz.Closed, OSError) as error:
                raise AssertionError(f"{self.path.name}:{number}: {text}\n    {error!r}"[:1500]) from None
        for which in list(self.any_order):
            self.settle(which)
        for line in self.lines.values():
            line.close()

    def line(self, which):
        if which not in self.lines:
            self.lines[which] = Line(co.server, timeout=SECONDS)
        return self.lines[which]

    def step(self, which, what, text):
        if what != "<?":
            for other in [which] if what[0] == "<" else list(self.any_order):
                self.settle(other)
        if what[0] == ">":
            data = self.held.pop(which, b"") + self.bytes_of(text) + (b"" if what == ">-" else b"\n")
            if what == ">+":
                self.held[which] = data
            else:
                self.line(which).send_bytes(data)
        elif what == "<?":
            self.any_order.setdefault(which, []).append(text)
        elif what == "<.":
            self.expect_end(which)
        else:
            got = self.line(which).line()
            if not self.matches(text, got):
                raise AssertionError(f"got {got}")

    def settle(self, which):
        wanted = self.any_order.pop(which, [])
        while wanted:
            got = self.line(which).line()
            hit = next((w for w in wanted if self.matches(w, got)), None)
            if hit is None:
                raise AssertionError(f"got {got}, wanted one of {wanted}")
            wanted.remove(hit)

    def expect_end(self, which):
        try:
            got = self.line(which).line()
        except yz.Closed:
            return
        raise AssertionError(f"not closed, got {got}")

    def bytes_of(self, text):
        def value(found):
            if found[1] == "key":
                return uuid.uuid4().hex
            return str(self.values[found[1]])

        text = re.sub(r"\$([A-Za-z_]\w*)", value, text)
        text = re.sub(r"«(\d+)×([^»]+)»", lambda f: f[2] * int(f[1]), text)
        parts = re.split(r"«([0-9a-f]{2}(?: [0-9a-f]{2})*)»", text)
        return b"".join(bytes.fromhex(p) if i % 2 else p.encode() for i, p in enumerate(parts))

    def matches(self, pattern, got):
        names = []

        def place(found):
            if found[0] == "…":
                return ".*?"
            name = found[1]
            if name in self.values:
                return re.escape(str(self.values[name]))
            names.append(name)
            return f"(?P<{name}>-?\\d+|(?<=\")[^\"]*(?=\"))"

        parts = re.split(r"(…|\$[A-Za-z_]\w*)", pattern)
        built = "".join(place(re.match(r"(?:…|\$(\w+))", p)) if p == "…" or p.startswith("$") else re.escape(p) for p in parts)
        found = re.fullmatch(built, got, re.S)
        if found:
            self.values.update({n: found[n] for n in names})
        return bool(found)


def connections():
    """How many the server has open, by its descriptors."""
    return sum(1 for f in pathlib.Path(f"/proc/{co.server.process.pid}/fd").iterdir() if is_socket(f))


def is_socket(path):
    try:
        return str(path.readlink()).startswith("socket:")
    except OSError:
        return False


def test_scripts():
    paths = sorted(HERE.glob("*.txt"))
    yz.check(len(paths) >= 40, f"{len(paths)} scripts")
    for path in paths:
        try:
            Script(path).play()
        except AssertionError as error:
            yz.check(False, f"{path.stem}\n    {error}")
        else:
            yz.check(True, path.stem)


def test_by_hand():
    """Typed into openssl s_client, line by line, as a person would."""
    typed = [f'a session.login {{"user":"order_clerk","password":"{yz.PASSWORD}"}}', 'b rescue.list {"limit":1}', 'c session.whoami', 'd session.logout']
    process = subprocess.Popen(["openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", str(co.server.ca), "-connect", co.server.address],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yz.check(process.stdout.readline().startswith("* hello "), "openssl s_client is greeted")
    for line in typed:
        process.stdin.write(line + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        yz.check(answer.startswith(f"{line[0]} ok "), f"typed {line.split()[1]}: {answer[:80].strip()}")
    process.terminate()
    process.wait(SECONDS)


# ---------------------------------------------------------------------------------------------------------------- every text field

HOSTILE_TEXTS = ["'; DROP TABLE rescue_order; --", "' OR '1'='1", '" OR ""="', "\\'; SELECT pg_sleep(9); --", "$1", "$$; SELECT 1; $$", "%s%n%x", "{0}", "{name}", "\\", "\\\\",
                 "\\x41", "\\u0041", "a'b\"c`d", "NULL", "null", "undefined", "1; SELECT 1", "/* x */", "-- x", "=HYPERLINK(\"x\")", "+1", "@SUM(1)", "<script>alert(1)</script>",
                 "&lt;", "../../etc/passwd", "$(id)", "`id`", "${HOME}", "{\"a\":1}", "[1]", "a\u00a0b", "𠮷野家", "👨‍👩‍👧".replace("\u200d", ""), "e\u0301".encode().decode(), "ﷺ", "Ω≈ç√∫", "İı",
                 "東京", "粤A·12345", "%", "_", "%_%", "{1,2}", "{", "(1,2)", "a,b", "'a'", "''", "E'\\n'", "::text", "1e999", "0x41", "TRUE", "now()", "current_user", "|", ";", "ǆ", "ß", "½"]
FIELDS = {"rescue": ("order_clerk", ["principal", "contact_name", "colour", "place", "destination", "remarks"]),
          "customer": ("admin", ["name", "short_name", "email", "address", "id_number", "invoice_title", "invoice_address", "bank_name", "bank_account", "remarks"]),
          "employee": ("admin", ["name", "job_title", "email", "licence_number", "id_number", "address", "education", "emergency_contact", "bank_name", "bank_account", "remarks"]),
          "branch": ("admin", ["name", "contact", "address", "remarks"]), "vehicle": ("admin", ["remarks"]), "role": ("admin", ["name", "help"])}


def base_of(entity, n):
    return {"rescue": co.order_args(), "customer": {"name": "x", "kind": "insurer"}, "employee": {"code": f"H{n}", "name": "x", "login": f"h{n}", "branch_id": co.branch["A"]},
            "branch": {"code": f"H{n}", "name": "x", "parent_id": co.branch["A"]}, "vehicle": {"code": f"H{n}", "plate": f"粤H{n:05d}", "type": "flatbed", "branch_id": co.branch["A"]},
            "role": {"code": f"h{n}", "name": "x"}}[entity]


def test_texts_are_stored_byte_for_byte():
    """What would be an injection anywhere is a text like any other: given back as it was typed, found by search and filter, and nothing else changes."""
    tables = co.one("SELECT string_agg(table_name, ' ' ORDER BY table_name) FROM information_schema.tables WHERE table_schema = 'public'")
    n = 0
    for entity, (login, names) in FIELDS.items():
        client, bad = co.as_(login), []
        for at in range(0, len(HOSTILE_TEXTS)):
            n += 1
            texts = {name: HOSTILE_TEXTS[(at + i * 7) % len(HOSTILE_TEXTS)] for i, name in enumerate(names)}
            args = {**base_of(entity, n), **{k: v[:{"colour": 20, "contact_name": 40, "short_name": 40, "bank_account": 40}.get(k, 60)] for k, v in texts.items()}}
            texts = {k: args[k] for k in texts}
            try:
                id = client.do(f"{entity}.create", args)["id"]
            except yz.Refused as refusal:
                if not (refusal.code == "invalid" and refusal.field in texts and not is_nfc(texts[refusal.field])):
                    bad.append((texts, str(refusal)))
                continue
            row = client.call(f"{entity}.get", {"id": id})
            bad += [(k, v, row[k]) for k, v in texts.items() if row[k] != v]
            column = names[0]
            found = client.call(f"{entity}.list", {"filter": {column: texts[column]}, "limit": 500})["rows"]
            if id not in [r["id"] for r in found] or any(r[column] != texts[column] for r in found):
                bad.append(("filter", texts[column], len(found)))
            client.call(f"{entity}.list", {"q": texts[column], "filter": {column: {"contains": texts[column]}}, "limit": 5})
            if entity != "role":
                co.sql(f"UPDATE {({'customer': 'party', 'rescue': 'rescue_order'}).get(entity, entity)} SET created_at = created_at WHERE false")
        yz.check(not bad, f"{entity}: {len(HOSTILE_TEXTS)} texts in {len(names)} fields {bad[:3] or ''}")
    yz.check(tables == co.one("SELECT string_agg(table_name, ' ' ORDER BY table_name) FROM information_schema.tables WHERE table_schema = 'public'"), "every table is still there")


def is_nfc(text):
    import unicodedata
    return unicodedata.normalize("NFC", text) == text


# ---------------------------------------------------------------------------------------------------------------- hostile lines by a seed

SEED = 20260101
VERBS = co.verbs()


def hostile(rng):
    """One line that is wrong somewhere, or only looks so."""
    verb = rng.choice(VERBS + ["rescue.list", "customer.create", "x.y", "session.login"])
    tag = rng.choice(["a", "t1", "A.b-c_9", "*", "", "é", "x" * 33, " ", "a b", "\x1b[2J"])
    args = rng.choice([
        lambda: "{" * rng.randrange(1, 200),
        lambda: "[" * rng.randrange(1, 5000),
        lambda: '{"a":' * rng.randrange(1, 40) + "1" + "}" * rng.randrange(0, 40),
        lambda: "{" + ",".join(f'"k{i}":{i}' for i in range(rng.randrange(1, 400))) + "}",
        lambda: '{"id":1,"id":2}',
        lambda: '{"id":%d}' % rng.choice([2 ** 63, -2 ** 63 - 1, 10 ** 400, 0, -1, 2 ** 53]),
        lambda: '{"id":%s}' % rng.choice(["1.0", "1e5", "NaN", "Infinity", "-0", "01", "0x10", "1_000", "١"]),
        lambda: '{"q":"%s"}' % rng.choice(["\\u0000", "\\ud800", "\\u202e", "\\u001b[2J", "\\x41", "\\", "\t", "\x07", "\x9b", "\u200b", "'; DROP TABLE party; --"]),
        lambda: '{"filter":%s}' % rng.choice(['5', '[]', '{"a\\"b":1}', '{"id":{"$gt":1}}', '{"id":{"gte":{}}}', '{"name":{"like":"%"}}', '{"name":{"in":5}}', '"x"', 'null', '{"1=1--":1}']),
        lambda: '{"sort":%s}' % rng.choice(['["id; DROP"]', '"id"', '[5]', '[["id"]]', '["--id"]', '["-"]', '["id","id"]', '[""]', 'true']),
        lambda: '{"limit":%s}' % rng.choice(["-1", "0", "501", "1e9", '"5"', "null", "[]"]),
        lambda: '{"after":%s}' % rng.choice(['"x"', '"AAAA"', '5', '"' + "A" * 5000 + '"', '""', '"..//"']),
        lambda: rng.choice(["'a'", "null", "5", "[]", '"x"', "{}{}", "{} x", "{,}", '{"a"}', "{a:1}", "// x", "{\"a\":1,}"]),
        lambda: "".join(chr(rng.randrange(32, 0x2fff)) for _ in range(rng.randrange(1, 300))),
        lambda: '{"key":"%s","name":"%s"}' % ("k" * rng.randrange(0, 70), "n" * rng.randrange(0, 9000)),
        lambda: "{}",
    ])()
    line = f"{tag} {verb} {args}".encode("utf-8", "surrogatepass")
    if rng.random() < 0.25:
        line = bytearray(line)
        for _ in range(rng.randrange(1, 6)):
            line[rng.randrange(len(line))] = rng.randrange(256)
        line = bytes(line)
    if rng.random() < 0.05:
        line = rng.randbytes(rng.randrange(1, 2000))
    return line.replace(b"\n", b" ")


def send_some(client, lines):
    """Sends, and reads what comes until the server has enough of it or has answered a ping behind them all. Returns its last words when it closed."""
    try:
        for line in lines:
            client.send_bytes(line + b"\n")
        client.send_bytes(b"last session.ping\n")
    except OSError:
        pass        # it has closed already: what it said before is still to be read
    last = ""
    try:
        while True:
            text = client.line()
            if text.startswith("last ok"):
                return None
            if '"code":"internal"' in text:
                raise AssertionError(f"an incident by {lines}: {text}")
            last = text
    except (yz.Closed, ConnectionError):
        return last


def test_hostile_lines():
    rng = random.Random(SEED)
    before, closed, connected, sent = connections(), [], 0, 0
    while sent < 500:
        lines = [hostile(rng) for _ in range(rng.randrange(1, 4))]
        sent += len(lines)
        connected += 1
        client = yz.Client(co.server, timeout=SECONDS)
        if rng.random() < 0.7:
            client.call("session.login", {"user": rng.choice(["counter", "auditor", "order_clerk"]), "password": yz.PASSWORD})
        last = send_some(client, lines)
        closed += [last] if last is not None else []
        client.close()
    yz.check(sent >= 500, f"{sent} hostile lines on {connected} connections, {len(closed)} closed by the server")
    rude = [c for c in closed if not c.startswith("* bye {")]
    yz.check(not rude, f"with a word each {rude[:3]}")
    yz.check(co.as_("order_clerk").call("session.ping") == {}, "who was there works on")
    yz.wait_until("connections to go", lambda: connections() <= before + 20, 20)
    yz.check(True, "the connection count is back")
    with co.new_client("dispatcher") as client:
        yz.check("rows" in client.call("rescue.list", {"limit": 1}), "a new one works")


def test_half_lines():
    """Connections that say half a line, or nothing, and go."""
    before = connections()
    rng = random.Random(SEED + 1)
    for n in range(100):
        client = Line(co.server, timeout=SECONDS)
        client.send_bytes(hostile(rng)[:rng.randrange(1, 60)])
        client.close() if n % 2 else client.socket.shutdown(2)
        client.close()
    yz.wait_until("connections to go", lambda: connections() <= before + 2, 20)
    yz.check(co.as_("order_clerk").call("session.ping") == {}, "100 half lines")


def finish():
    co.stop()


yz.main(globals())
