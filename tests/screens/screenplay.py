"""Screen scripts: plain files of keys sent and of what must then stand on the screen.

A line is a word and what belongs to it; `#` begins a comment. Before the first key:

    language en zh_CN       the script runs once in each
    size 80x24 40x20        of the terminal: once in each, in each language
    user order_clerk        who is logged in; `-`: nobody, the script logs in itself. `driver*` is the one of the first branch
                            for the run in English, of the second (driver_b) for the others, here and below.
                            `new ROLE…`: somebody hired for this run alone; `$login` and `$me`, the id, are known
    options --plain         more for the command line
    environment TERM=xterm  of the program; `$here` is the folder of the script

A file may hold several cases. Each begins with a client of its own, just logged in, and what stands before the first case is the
beginning of every one; a case may have such lines of its own before its first key:

    case NAME

and then, in order:

    keys Down Enter F10     keys by tmux's names
    press Enter see text    a key, and again after two seconds in vain, until a line has the text
    type 138 0013           text, as typed
    enter 3                 a line of the plain mode: text as typed, and the line's end
    paste 10000 text        pasted in one piece, the text repeated up to so many bytes
    see text                waits until a line of the screen has the text, or several have it as text is wrapped
    row 2 text              waits until that line has it: 1 is the first, -1 the last
    gone text               waits until no line has it
    screen                  waits until the whole screen is as the lines that follow, each behind a `|`
    plain                   no colour is on the screen
    painted 208 text        the text is there in this one of 256 colours, or in `#rrggbb`
    resize 100x30
    let o = clerk V {…}     another user sends a request; later `$o.id` is the id of its answer
    do clerk V {…}          the same, the answer is not needed
    refused clerk V {…}     the same, and the server must refuse
    file NAME               is in the person's home: the lines that follow, each behind a `|`; `file NAME 5000`: a picture of so many bytes;
                            `file NAME tests/here/four.png`: that one
    same NAME OTHER         waits until two files there are alike, byte by byte
    free driver*            the driver is this script's alone, and whatever job he has is taken away; `$driver_id` and `$vehicle_id` are
                            known from here on
    ended                   waits until the program has left the terminal
    if 40x20 see text       a line for runs in this size only; sizes and languages, several with a comma; `if not 40x20 …`: the others

Nothing ever waits for a time. In what is expected `…` stands for anything on the line, `{Save}` for the words of that msgid in
the language of the run, and `<Tow|拖车|拖車>` for words of the data in English, simplified and traditional Chinese. `$language`,
`$n` and `$phone` differ from run to run: what one makes, no other finds. `$now` is the time of the start, `$size` the terminal's.
"""
import collections
import gettext
import hashlib
import itertools
import json
import pathlib
import re
import threading
import time

import people
import yz
from glass import Glass

LANGUAGES = ("en", "zh_CN", "zh_TW")
SECONDS = yz.PATIENCE
REQUESTS = ("let", "do", "refused")
EXPECTATIONS = ("see", "press", "row", "gone", "screen", "plain", "painted", "ended", "refused", "same")
HEADER = ("language", "size", "user", "options", "environment")


_numbers = itertools.count(101)


class Step:
    """One line of a script."""

    def __init__(self, number, word, rest, only=None):
        self.number, self.word, self.rest, self.only, self.lines = number, word, rest, only, []

    def is_for(self, language, size):
        if not self.only:
            return True
        none, which = self.only
        return none != (language in which or size in which)

    def __str__(self):
        return f"{self.number}: {self.word} {self.rest}".rstrip()


class Script:
    """A case: a file without cases is one by itself."""

    def __init__(self, path, name, before=None):
        self.path, self.name = path, name
        self.header = dict(before.header) if before else {"language": "en zh_CN", "size": "80x24", "user": "order_clerk", "options": "",
                                                          "environment": ""}
        self.steps = list(before.steps) if before else []
        self.own = 0

    def take(self, number, line):
        if line.startswith("|"):
            self.steps[-1].lines.append(line[1:].rstrip())
            return
        word, _, rest = line.partition(" ")
        if not word or word.startswith("#"):
            return
        if word in HEADER and not self.own:
            self.header[word] = rest.strip()
            return
        only = None
        if word == "if":
            only, word, rest = self._condition(number, rest)
        if not hasattr(Run, "do_" + word):
            raise ValueError(f"{self.path.name}:{number}: no such word: {word}")
        self.own += 1
        self.steps.append(Step(number, word, rest if word in ("type", "enter") else rest.lstrip(), only))

    def _condition(self, number, text):
        no, _, rest = text.partition(" ")
        which, _, rest = rest.partition(" ") if no == "not" else (no, _, rest)
        which, (word, _, rest) = which.split(","), rest.partition(" ")
        for name in which:
            if name not in LANGUAGES and not re.fullmatch(r"\d+x\d+", name):
                raise ValueError(f"{self.path.name}:{number}: neither a size nor a language: {name}")
        return (no == "not", which), word, rest

    def languages(self):
        return self.header["language"].split()

    def sizes(self):
        return self.header["size"].split()


def read_scripts(path):
    """The cases of a file."""
    path = pathlib.Path(path)
    first = Script(path, path.stem)
    cases = [first]
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("case "):
            cases.append(Script(path, f"{path.stem}/{line[5:].strip()}", first))
        else:
            cases[-1].take(number, line)
    names = [case.name for case in cases]
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name}: two cases of one name")
    return cases[1:] if len(cases) > 1 else cases


class Words:
    """What is expected, in one language."""

    def __init__(self, language):
        self.language = language
        self.catalogue = {name: gettext.translation("yizhan", yz.BUILD / "shared" / "po", [name]) for name in LANGUAGES[1:]}

    def of(self, msgid):
        chinese = self.catalogue["zh_CN"].gettext(msgid)
        if chinese == msgid and re.search("[a-z]", msgid):
            raise AssertionError(f"the catalogue has no {msgid!r}")
        words = msgid if self.language == "en" else self.catalogue[self.language].gettext(msgid)
        return re.sub(r"%[0-9.]*(?:zu|llu|lld|ld|[dsu])|\{\w+\}", "…", words).replace("%%", "%")

    def expand(self, text):
        text = re.sub(r"\{((?:[^{}]|\{\w+\})+)\}", lambda m: self.of(m.group(1)), text)
        return re.sub(r"<([^<>|]+)\|([^<>|]+)\|([^<>|]+)>", lambda m: m.group(1 + LANGUAGES.index(self.language)), text)

    def lost(self):
        """What the status line says while there is no line to the server."""
        return self.of("RETRY %ds").partition("…")[0].strip()

    def pattern(self, text, whole=False):
        """`…` is anything, on its line."""
        found = ".*".join(re.escape(part) for part in self.expand(text).split("…"))
        return re.compile("^" + found + r"\s*$" if whole else found)


class Stage:
    """One server, and the protocol clients of the people who act beside the terminal."""

    def __init__(self, server):
        self.server = server
        self.reports = yz.temp_dir() / "report"
        self.drivers = collections.defaultdict(threading.Lock)
        self.people = people.People(server)

    def faults(self):
        """What the sanitizers wrote about the programs at the terminals."""
        return "".join(path.read_text(errors="replace") for path in self.reports.parent.iterdir())

    def request(self, user, verb, args):
        return self.people.do(user, verb, args)

    def free_driver(self, login):
        """Takes away what the driver has to do; says who that is and what he drives."""
        dispatcher = login.replace("driver", "dispatcher")
        last = self.request(login, "rescue.list", {"limit": 1, "sort": ["-created_at"]})["rows"][0]
        live = {"state": {"in": ["dispatched", "accepted", "on_the_way", "arrived"]}}
        for order in self.request(login, "rescue.list", {"filter": live})["rows"]:
            step = {"id": order["id"], "version": order["version"]}
            if order["state"] == "arrived":
                self.request(dispatcher, "rescue.complete", {**step, "km": 1})
            else:
                self.request(dispatcher, "rescue.recall", {**step, "reason": "too_far"})
        return {"driver_id": last["driver_id"], "vehicle_id": last["vehicle_id"]}

    def command(self, user, language, options=""):
        """The client's command line and environment."""
        argv = [yz.YIZHAN, "--server", self.server.address, "--ca", self.server.ca, "--lang", language, *options.split()]
        environment = {"ASAN_OPTIONS": f"detect_leaks=0:log_path={self.reports}"}
        if user != "-":
            argv += ["--user", user]
            environment["YIZHAN_PASSWORD"] = yz.PASSWORD
        return argv, environment

    def terminal(self, user, language, columns=80, lines=24, options="", environment=None, **more):
        argv, known = self.command(user, language, options)
        return Glass(argv, columns, lines, env={**known, **(environment or {})}, **more)


class Run:
    """A script in one language and one size."""

    def __init__(self, script, language, size, stage):
        self.script, self.language, self.size, self.stage = script, language, size, stage
        self.name = f"{script.name} {language}" + (f" {size}" if len(script.sizes()) > 1 else "")
        self.words = Words(language)
        self.held = []
        number = next(_numbers)
        self.values = {"language": language, "n": f"{number:03}", "phone": f"13{number * 7919:09}", "now": yz.utc_now(-1),
                       "size": size}
        columns, lines = size.split("x")
        user = script.header["user"]
        user = self.hire(user.split()[1:]) if user.startswith("new ") else self.who(user)
        environment = dict(pair.split("=", 1) for pair in script.header["environment"].replace("$here", str(script.path.parent)).split())
        self.terminal = stage.terminal(user, language, int(columns), int(lines), script.header["options"], environment,
                                       **({"term": environment["TERM"]} if "TERM" in environment else {}))

    def hire(self, roles):
        login = f"u{self.values['n']}"
        here = self.stage.request("admin", "employee.list", {"filter": {"login": "order_clerk"}})["rows"][0]["branch_id"]
        made = self.stage.request("admin", "employee.create", {"code": login.upper(), "name": f"员工{self.values['n']}", "login": login,
                                                               "branch_id": here, "roles": roles, "password": "for-the-first-day"})
        with yz.Client(self.stage.server, login, "for-the-first-day") as client:
            client.do("session.password", {"old": "for-the-first-day", "new": yz.PASSWORD})
        self.values.update({"login": login, "me": made["id"]})
        return login

    def close(self):
        self.terminal.close()
        for driver in self.held:
            driver.release()

    def checks(self):
        """Plays the script; yields (name, None or what went wrong) for each expectation. A wrong one ends it."""
        for step in self.script.steps:
            if not step.is_for(self.language, self.size):
                continue
            name = f"{self.name} {step}"
            try:
                getattr(self, "do_" + step.word)(step)
            except Exception as error:  # noqa: BLE001 - whatever happens at a line is that line's failure
                yield name, f"{type(error).__name__}: {error}\nthe screen was:\n{self.terminal.text()}\n{self.stage.faults()}"
                return
            if step.word in EXPECTATIONS:
                yield name, None

    def fill(self, text):
        def value(match):
            found = self.values[match.group(1)]
            for key in filter(None, (match.group(2) or "").split(".")):
                found = found[int(key) if key.isdigit() else key]
            return found if isinstance(found, str) else json.dumps(found)
        return re.sub(r"\$([a-z_]+)((?:\.[a-z0-9_]+)*)", value, text)

    def who(self, user):
        return user.replace("*", "" if self.language == "en" else "_b")

    def lines(self):
        return self.terminal.screen()

    def until(self, condition):
        self.terminal.until("this", condition, SECONDS)

    # ---- what a script does

    def do_keys(self, step):
        self.terminal.keys(*step.rest.split())

    def do_press(self, step):
        key, text = step.rest.split(" see ", 1)
        seen, at = self.seen(text), [0.0]

        def pressed():
            if time.monotonic() - at[0] > 2:
                at[0] = time.monotonic()
                self.terminal.keys(key)
            return seen()
        self.until(pressed)

    def do_type(self, step):
        self.terminal.type(self.words.expand(self.fill(step.rest)))

    def do_enter(self, step):
        self.do_type(step)
        self.terminal.send("\r")

    def do_paste(self, step):
        size, text = step.rest.split(" ", 1)
        whole = (text * (int(size) // len(text.encode()) + 1)).encode()[:int(size)].decode(errors="ignore")
        self.terminal.paste(whole)

    def do_resize(self, step):
        self.terminal.resize(*step.rest.split("x"))

    def _request(self, text):
        user, verb, args = self.fill(text).split(" ", 2)
        return self.stage.request(self.who(user), verb, json.loads(args))

    def do_free(self, step):
        driver = self.stage.drivers[self.who(step.rest)]
        driver.acquire()
        self.held.append(driver)
        self.values.update(self.stage.free_driver(self.who(step.rest)))

    def do_file(self, step):
        name, _, size = self.fill(step.rest).partition(" ")
        data = "".join(self.fill(line) + "\n" for line in step.lines).encode()
        if "/" in size:
            data = (yz.ROOT / size).read_bytes()
        elif size:
            data = (b"\xff\xd8\xff\xe0" + hashlib.sha256((name + self.name + self.values["n"]).encode()).digest() * (int(size) // 32 + 1))[:int(size)]
        (pathlib.Path(self.terminal.home) / name).write_bytes(data)

    def do_same(self, step):
        one, other = (pathlib.Path(self.terminal.home) / name for name in self.fill(step.rest).split())
        yz.wait_until(f"{other} like {one}", lambda: other.exists() and other.read_bytes() == one.read_bytes(), SECONDS)

    def do_let(self, step):
        name, text = re.match(r"(\w+)\s*=\s*(.*)", step.rest).groups()
        self.values[name] = self._request(text)

    def do_do(self, step):
        self._request(step.rest)

    def do_refused(self, step):
        try:
            answer = self._request(step.rest)
        except yz.Refused:
            return
        raise AssertionError(f"it was done: {answer}")

    # ---- what must be seen

    def seen(self, text):
        pattern = self.words.pattern(self.fill(text))

        def there():
            lines = self.lines()
            words = [line.strip(" │") for line in lines]
            wrapped = [" ".join(words), "".join(words)] if ".*" not in pattern.pattern else []
            return any(pattern.search(line) for line in [*lines, *wrapped])
        return there

    def do_see(self, step):
        self.until(self.seen(step.rest))

    def do_gone(self, step):
        pattern = self.words.pattern(self.fill(step.rest))
        self.until(lambda: not any(pattern.search(line) for line in self.lines()))

    def do_row(self, step):
        number, text = step.rest.split(" ", 1)
        pattern, at = self.words.pattern(self.fill(text)), int(number)
        at = at - 1 if at > 0 else at

        def there():
            lines = self.lines()
            return pattern.search(lines[at]) if -len(lines) <= at < len(lines) else False
        self.until(there)

    def do_screen(self, step):
        patterns = [self.words.pattern(self.fill(line), whole=True) for line in step.lines]
        wrong = []

        def all_as_written():
            lines = self.lines()
            lines += [""] * (len(patterns) - len(lines))
            wrong[:] = [i for i, line in enumerate(lines) if i >= len(patterns) or not patterns[i].match(line)]
            return not wrong
        try:
            self.until(all_as_written)
        except AssertionError:
            raise AssertionError(f"other than written: lines {[i + 1 for i in wrong]}") from None

    def do_plain(self, _):
        """Bold, underlined and reversed are no colours."""
        self.until(lambda: not self.terminal.colours())

    def do_painted(self, step):
        colour, text = step.rest.split(" ", 1)
        text = self.words.expand(self.fill(text))
        wanted = tuple(bytes.fromhex(colour[1:])) if colour[0] == "#" else (int(colour),)

        def there():
            for row in self.terminal.cells():
                cells = [cell for cell in row if cell.text]
                at = "".join(cell.text[0] for cell in cells).find(text)
                if at >= 0 and all(cell.fg and cell.fg[1:1 + len(wanted)] == wanted for cell in cells[at:at + len(text)] if cell.text != " "):
                    return True
            return False
        self.until(there)

    def do_ended(self, _):
        self.until(self.terminal.dead)
