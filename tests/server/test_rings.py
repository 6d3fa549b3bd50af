"""What the text of the source must keep to: floors, SQL, money, sizes; and what the tables must say of every verb, entity and field.

Each gate is also shown something it must refuse, so that none is blind.
"""
import pathlib
import re

import company
import yz

ROOT = yz.ROOT
PRODUCT = [p for top in ("shared", "server", "client") for p in sorted((ROOT / top).rglob("*.[ch]"))]


def name_of(path):
    return str(path.relative_to(ROOT))


def code_of(text):
    """Without remarks; what stands in quotes stays."""
    return re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda f: f[1] or " ", text, flags=re.S)


# ---------------------------------------------------------------------------------------------------------------- floors

AREAS = ("org", "base", "finance", "party", "messages", "calls", "repair", "rescue", "tracks", "partner")       # from the bottom up: each may call those before it, by their area.h alone
BELOW = {
    "shared/base": set(), "shared/wire": {"shared/base"}, "shared/model": {"shared/base"},
    "server/net": {"shared/base", "shared/wire"}, "server/db": {"shared/base", "shared/model", "schema"},
    "server/core": {"shared/base", "shared/wire", "shared/model", "server/net", "server/db"},
    "server/gateway": {"shared/base", "shared/wire", "shared/model", "server/core", "server/db"},
    "server/entity": {"shared/base", "shared/wire", "shared/model", "server/core", "server/db"},
    "client/link": {"shared/base", "shared/wire"}, "client/ui": {"shared/base"},
    "client/views": {"shared/base", "shared/wire", "shared/model", "client/link", "client/ui"},
    "client/desks": {"shared/base", "shared/wire", "shared/model", "client/link", "client/ui", "client/views"},
}


def room_of(path):
    parts = path.split("/")
    if parts[:2] == ["server", "areas"] and len(parts) > 3:
        return "/".join(parts[:3])
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def target_of(include):
    parts = include.split("/")
    if parts[0] in ("base", "wire", "model"):
        return "shared/" + parts[0]
    if parts[0] == "schema":
        return "schema"
    return room_of(include) if parts[0] in ("server", "client") else None     # what the build makes beside a file


def breaches(path, text):
    room = room_of(path)
    for include in re.findall(r'^\s*#\s*include "([^"]+)"', text, re.M):
        target = target_of(include)
        if target in (None, room):
            continue
        if room in BELOW:
            good = target in BELOW[room]
        elif room.startswith("server/areas/"):
            good = area_may(room.split("/")[2], target, include)
        else:
            good = not (room.startswith("client") and target.startswith("server")) and not (room.startswith("server") and target.startswith("client")) and not room.startswith("shared")
        if not good:
            yield f"{path} includes {include}"


def area_may(area, target, include):
    if target.startswith("server/areas/"):
        other = target.split("/")[2]
        return include.endswith(("/area.h", "/postings.h") if other == "finance" else "/area.h") and AREAS.index(other) < AREAS.index(area)
    return target in ("shared/base", "shared/wire", "shared/model", "server/core", "server/entity", "server/db")


def test_floors():
    found = [b for p in PRODUCT for b in breaches(name_of(p), p.read_text())]
    yz.check(len(PRODUCT) > 150 and not found, f"{len(PRODUCT)} files keep to their floor {found[:5]}")
    for path, include in (("shared/base/x.c", "wire/json.h"), ("shared/wire/x.c", "model/field.h"), ("server/net/x.c", "server/core/core.h"), ("server/db/x.c", "server/core/request.h"),
                          ("server/core/x.c", "server/entity/entity.h"), ("server/entity/x.c", "server/areas/org/area.h"), ("server/areas/org/x.c", "server/areas/rescue/area.h"),
                          ("server/areas/rescue/x.c", "server/areas/finance/accounts.h"), ("client/ui/x.c", "client/views/view.h"), ("client/views/x.c", "client/desks/desk.h"),
                          ("client/desks/x.c", "server/core/core.h"), ("server/areas/finance/x.c", "server/net/net.h"), ("client/main.c", "server/settings.h")):
        yz.check(list(breaches(path, f'#include "{include}"\n')), f"{path} may not include {include}")


# ---------------------------------------------------------------------------------------------------------------- SQL

KEYWORD = r'"\s*(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|TRUNCATE|COPY)\b'
MAKERS = r"\b(?:s?n?printf|asprintf|vsnprintf|str_addf?|str_add_n|arena_printf|strcat|strncat)\s*\("
# Generated text: identifiers from descriptors alone, values as parameters. And what the operator's own tools run as the owner.
GENERATED = ("server/entity/", "server/seed/", "server/db/")


def built_sql(path, text):
    """SQL that is put together out of pieces where it has no business to be."""
    code = code_of(text)
    if not path.startswith("server/") or path.startswith(GENERATED):
        return
    for found in re.finditer(MAKERS, code):
        call = call_at(code, found.end() - 1)
        if re.search(KEYWORD, call):
            yield f"{path}: {call[:80]}"
    for found in re.finditer(r"^(?!.*\bstatic const struct sql\b)[^\n{;]*\bstruct sql\s+\w+\s*=(?!\s*\{job->name, job->statement\};)", code, re.M):
        yield f"{path}: a statement that is not static and const: {found[0].strip()[:80]}"
    for found in re.finditer(r"\(struct sql\)\s*\{", code):
        yield f"{path}: a statement made on the spot: {code[found.start():found.start() + 80]}"


def call_at(code, at):
    depth = 0
    for i in range(at, len(code)):
        depth += {"(": 1, ")": -1}.get(code[i], 0)
        if depth == 0:
            return code[at:i + 1]
    return code[at:]


def statements(code):
    """name → text of the statements a file declares."""
    found = {}
    for match in re.finditer(r"static const struct sql (\w+)\s*=\s*\{(.*?)\};", code, re.S):
        strings = re.findall(r'"((?:\\.|[^"\\])*)"', match[2])
        found[match[1]] = "".join(strings[1:] if not match[2].lstrip().startswith("NULL") else strings)
    return found


# Statements that may hit any number of rows, and why that is right.
ANY_NUMBER = {
    "sql_end_sessions": "all sessions of a person",
    "end_session": "one that has ended already is as good",
    "set_end": "one that has ended already is as good",
    "sql_drop_parts": "all parts of a file",
    "mark_read": "those of a person that are unread yet",
    "let_go": "what was let go already is as good",
    "end_others": "every session of a person but one",
    "sql_ends_taken": "the parts of messages whose end was taken over",
    "sql_came_taken": "what came by the modem and was taken over",
    "sql_release": "the lines of a statement that live",
}


def loose_updates(path, text):
    """An UPDATE or DELETE that must hit a row, and is not made to."""
    if not path.startswith("server/") or path.startswith(("server/seed/", "server/ctl", "server/db/")):
        return
    code = code_of(text)
    for name, sql in statements(code).items():
        if not re.match(r"\s*(?:UPDATE|DELETE)\b|\s*WITH\b.*?\((?:UPDATE|DELETE)\b", sql, re.S) or name in ANY_NUMBER:
            continue
        if re.search(r"SELECT must_be_one\(\(count\(\*\) = \$\d+\)::int\) FROM u\s*$", sql):
            continue    # so many at once, and all of them
        uses = re.findall(r"\b(tx_\w+)\s*\([^;]*?&" + name + r"\b", code)
        if not uses or any(use != "tx_write_one" for use in uses):
            yield f"{path}: {name} is used by {uses or 'nobody here'}"
        if not re.search(r"RETURNING 1\s*$", sql):
            yield f"{path}: {name} does not end in RETURNING 1"


def foreign_libpq(path, text):
    if not path.startswith(("server/db/", "server/seed/", "server/embedded")) and re.search(r"\bPQ(?:exec|send|connect|prepare|getvalue|escape)\w*\s*\(|<libpq-fe\.h>", code_of(text)):
        yield path


def test_sql():
    for gate, what in ((built_sql, "no SQL is built from text"), (loose_updates, "no write that must hit a row may miss it"), (foreign_libpq, "libpq is behind one door, but for filling and starting a cluster")):
        found = [b for p in PRODUCT for b in gate(name_of(p), p.read_text())]
        yz.check(not found, f"{what} {found[:6]}")
    total = sum(len(statements(code_of(p.read_text()))) for p in PRODUCT)
    yz.check(total > 80, f"{total} statements were looked at")
    planted = (
        (built_sql, 'str_addf(&s, "SELECT * FROM party WHERE name = \'%s\'", name);'),
        (built_sql, 'const char *q = arena_printf(a,\n    "UPDATE party SET name = \'%s\'", x);'),
        (built_sql, "    struct sql late = {NULL, text};"),
        (built_sql, "tx_read(tx, &(struct sql){NULL, text});"),
        (loose_updates, 'static const struct sql sql_x = {"x", "UPDATE party SET a = 1 WHERE id = $1 RETURNING 1"};\nvoid f(void) { tx_write(tx, &sql_x, p_int(1)); }'),
        (loose_updates, 'static const struct sql sql_x = {"x", "DELETE FROM party WHERE id = $1"};\nvoid f(void) { tx_write_one(tx, &sql_x, p_int(1)); }'),
        (loose_updates, 'static const struct sql sql_x = {"x", "WITH u AS (UPDATE party SET a = 1 RETURNING 1) SELECT count(*) FROM u"};\nvoid f(void) { tx_read(tx, &sql_x); }'),
        (foreign_libpq, "PGresult *r = PQexec(c, text);"),
    )
    for gate, text in planted:
        yz.check(list(gate("server/areas/rescue/x.c", text)), f"refused: {text.splitlines()[0][:90]}")
    clean = 'static const struct sql sql_x = {"x", "UPDATE party SET a = 1 WHERE id = $1 RETURNING 1"};\nvoid f(void) { tx_write_one(tx, &sql_x, p_int(1)); }'
    yz.check(not list(loose_updates("server/areas/rescue/x.c", clean)) and not list(built_sql("server/areas/rescue/x.c", clean)), "and what is right passes")


# ---------------------------------------------------------------------------------------------------------------- money, sizes, habits

def test_money_is_whole():
    """No floating point where money is reckoned."""
    def bad(path, text):
        code = code_of(text)
        for line in code.splitlines():
            if re.search(r"\b(double|float)\b", line) and re.search(r"_fen\b|money|amount|price(?!_time)", line):
                yield f"{path}: {line.strip()[:80]}"

    found = [b for p in PRODUCT for b in bad(name_of(p), p.read_text())]
    yz.check(not found, f"no amount is a double {found[:3]}")
    whole = [name_of(p) for p in PRODUCT if "finance/" in name_of(p) or name_of(p) in ("shared/base/money.c", "server/areas/rescue/price.c", "server/areas/rescue/settle.c", "server/areas/rescue/money.c")]
    used = [p for p in whole if re.search(r"\b(double|float|strtod|atof|round)\b", code_of((ROOT / p).read_text()))]
    yz.check(len(whole) > 12 and not used, f"{len(whole)} files of money know no fractions {used}")
    yz.check(list(bad("x.c", "    double price_fen = 1.5;")), "a double of fen would be found")


def test_sizes():
    longest = sorted(((len(p.read_text().splitlines()), name_of(p)) for p in PRODUCT), reverse=True)
    yz.check(longest[0][0] <= 500, f"no source file over 500 lines: {longest[:3]}")
    tests = sorted(((len(p.read_text().splitlines()), name_of(p)) for p in (ROOT / "tests").rglob("*") if p.suffix in (".c", ".h", ".py")), reverse=True)
    yz.check(tests[0][0] <= 850, f"no test over 850 lines: {tests[:3]}")
    wide = [(name_of(p), n) for p in PRODUCT for n, line in enumerate(p.read_text().splitlines(), 1) if len(line) > 200]
    yz.check(not wide, f"no line nobody can read {wide[:3]}")


def test_letters():
    """Small letters are the actions' of a record, capitals the tools' of every list; money's capitals are no tool's."""
    tools = {k: name_of(p) for p in PRODUCT if name_of(p).startswith("client/views/") for k in re.findall(r"\.key = '(.)'", p.read_text())}
    actions = {k: name_of(p) for p in PRODUCT if name_of(p).startswith("server/areas/") for k in re.findall(r"\.key = '(.)'", p.read_text())}
    yz.check(len(tools) >= 8 and len(actions) >= 20 and not set(tools) & set(actions), f"no letter means two things {[(k, tools[k], actions[k]) for k in set(tools) & set(actions)]}")


def loose_texts(text):
    """Texts that are freed at every return, and have not been begun at the first."""
    code = code_of(text)
    for declared in re.finditer(r"struct str ((?:\w+ cleanup\(cleanup_str\)(?:,\s*)?)+);", code):
        body = code[declared.end():]
        body = body[:body.index("\n}")]
        for name in re.findall(r"(\w+) cleanup", declared[1]):
            begun, left = body.find(f"str_init(&{name}"), body.find("return")
            if begun < 0 or 0 <= left < begun:
                yield name


def test_texts_are_begun():
    found = [(name_of(p), name) for p in PRODUCT for name in loose_texts(p.read_text())]
    yz.check(not found, f"no text is freed that was never begun {found}")
    bad = "int f(void)\n{\n    struct str a cleanup(cleanup_str);\n    if (x)\n        return 1;\n    str_init(&a, NULL);\n    return 0;\n}\n"
    yz.check(list(loose_texts(bad)) == ["a"], "and one that is, is found")


def test_habits():
    headers = [p for p in PRODUCT if p.suffix == ".h"]
    bare = [name_of(p) for p in headers if "#pragma once" not in p.read_text()]
    yz.check(not bare, f"each header is read once {bare}")
    banned = r"\b(gets|strcpy|strcat|sprintf|vsprintf|strtok|alloca|system|popen|tmpnam|mktemp|rand|srand|setenv|putenv)\s*\("
    used = {(name_of(p), f) for p in PRODUCT for f in re.findall(banned, code_of(p.read_text()))}
    # before the threads, of the client's one thread, a command that is a constant, or behind a look at the length
    allowed = {("client/language.c", "setenv"), ("client/ui/term_locale.c", "setenv"), ("server/privilege.c", "setenv"), ("server/embedded_programs.c", "setenv"), ("server/embedded_programs.c", "popen"),
               ("server/db/rows.c", "strcpy"), ("server/embedded.c", "strcpy")}
    yz.check(not used - allowed, f"no call that cannot be used safely {used - allowed}")
    tabs = [name_of(p) for p in PRODUCT if "\t" in p.read_text() and not re.search(r'\\t', p.read_text())]
    yz.check(not tabs, f"no tabs {tabs[:3]}")
    loop = [name_of(p) for p in PRODUCT if name_of(p).startswith("server/net/") and re.search(r"\b(sleep|usleep|nanosleep|pthread_mutex_lock|tx_\w+|getaddrinfo)\s*\(", code_of(p.read_text()))]
    yz.check([p for p in loop if not p.endswith("listener.c")] == [], f"the loop never waits {loop}")


# ---------------------------------------------------------------------------------------------------------------- what the tables say

def test_every_verb_is_described():
    co = company.Company()
    co.as_("admin").do("role.create", {"code": "rest", "name": "Rest", "scope": "all", "permissions": ["rescue.resubmit", "pii.view"]})
    co.person("everything", [*company.ROLES, "rest"])
    client = co.as_("everything")
    verbs = {}
    for entity in sorted({v.split(".")[0] for v in co.verbs()}):
        for verb in client.call("session.help", {"entity": entity})["verbs"]:
            verbs[verb["name"]] = verb
    missing = set(co.verbs()) - set(verbs)
    yz.check(not missing, f"{len(verbs)} verbs can be asked about {missing}")
    for name, verb in verbs.items():
        args = verb["args"]
        mute = [a["name"] for a in args if not (a["label"] and a["help"] and (a["type"] or a["name"] in ("filter", "mapping", "body")))]      # objects of their own kind
        names = [a["name"] for a in args]
        yz.check(verb["label"] and verb["help"] and not mute and len(names) == len(set(names)), f"{name} has label, help and described arguments {mute}")
    rows = {r["name"]: r for r in client.call("session.describe")["rows"]}
    codes = [e["code"] for e in rows.values() if e.get("code")]
    for name, entity in rows.items():
        fields, actions = entity["fields"], entity.get("actions", [])
        mute = [f["name"] for f in fields if not (f.get("label") and f.get("help") and f.get("type"))]
        yz.check(not mute and entity["label"] and entity["help"], f"{name}: every field has label, help and type {mute}")
        keys = [a["key"] for a in actions if a.get("key")]
        labels = [a["label"] for a in actions]
        yz.check(len(keys) == len(set(keys)) and len(labels) == len(set(labels)), f"{name}: no two actions share a key or a name {keys}")
        shown = [f["label"] for f in fields if f["name"] in {c for t in entity.get("form", {}).get("tabs", []) for c in t["fields"]}]
        twice = {s for s in shown if shown.count(s) > 1}
        yz.check(not twice, f"{name}: no two fields of the form share a label {twice}")
        tabbed = [c for t in entity.get("form", {}).get("tabs", []) for c in t["fields"]]
        known = {f["name"] for f in fields}
        yz.check(set(tabbed) <= known and set(entity["list"]["columns"]) <= known, f"{name}: tabs and columns name its fields")
    yz.check(len(codes) == len(set(codes)), f"no two entities share a screen code {codes}")
    co.stop()


def test_migrations_only_go_forward():
    names = sorted(p.name for p in (ROOT / "schema").glob("[0-9]*.sql"))
    numbers = [n.split("_")[0] for n in names]
    yz.check(len(numbers) == len(set(numbers)) and all(re.fullmatch(r"\d{3}_[a-z_]+\.sql", n) for n in names), f"{len(names)} migrations, each with a number of its own")
    for path in [ROOT / "schema" / n for n in names]:
        text = re.sub(r"--[^\n]*", "", path.read_text())
        definers = re.findall(r"CREATE (?:OR REPLACE )?FUNCTION\s+(\w+)[^;]*?AS\s+\$", text, re.S)
        loose = [f for f in definers if re.search(rf"FUNCTION\s+{f}\b(?:(?!\$\$).)*SECURITY DEFINER(?:(?!\$\$).)*AS \$", text, re.S)
                 and not re.search(rf"FUNCTION\s+{f}\b(?:(?!\$\$).)*SET search_path = pg_catalog, public, pg_temp", text, re.S)]
        yz.check(not loose, f"{path.name}: whoever lends his rights says where names are looked up {loose}")


yz.main(globals())
