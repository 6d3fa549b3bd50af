"""The manual against the programs: mandoc's lint, options, commands, settings, verbs, entities, error codes, limits, exit codes, variables."""
import re
import subprocess

import papers
import yz

PAGES = {p.name: p for folder in (yz.ROOT / "man", yz.BUILD / "man") for p in folder.glob("*.[1578]")}
WANTED = ("yizhan.1", "yizhand.8", "yizhanctl.8", "yizhand.conf.5", "yizhan-protocol.7", "yizhan-screens.7")
PROGRAMS = {"yizhan.1": yz.YIZHAN, "yizhand.8": yz.YIZHAND, "yizhanctl.8": yz.YIZHANCTL}


def text(page):
    return PAGES[page].read_text()


def same(left, right, what):
    assert set(left) == set(right), f"{what}: only here {sorted(set(left) - set(right))}, only there {sorted(set(right) - set(left))}"


def sources(*folders):
    return "\n".join(p.read_text() for f in folders for p in sorted((yz.ROOT / f).rglob("*.c")))


def test_pages_are_there():
    same(PAGES, WANTED, "pages")


def test_lint():
    for name, path in PAGES.items():
        done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", str(path)], capture_output=True, text=True)
        yz.check(done.returncode == 0, f"lint {name} {done.stdout.strip()[:600]}")


def test_references():
    names = {tuple(name.rsplit(".", 1)) for name in WANTED}
    for name in WANTED:
        for other, section in re.findall(r"^\.Xr (yizhan\S*) (\d)", text(name), re.M):
            assert (other, section) in names, f"{name} refers to {other}({section})"


# Words with options of their own, which they tell when they are asked wrongly.
WORDS = {"yizhan.1": ("export", "import")}


def test_options():
    for page, program in PROGRAMS.items():
        documented = re.findall(r"^\.It Fl (?:\w , )?-([a-z-]+)", text(page), re.M)
        known = set(re.findall(r"--([a-z][a-z-]+)", papers.output(program, "--help")))
        for word in WORDS.get(page, ()):
            known |= set(re.findall(r"--([a-z][a-z-]+)", subprocess.run([str(program), word], capture_output=True, text=True).stderr))
        if page == "yizhanctl.8":
            known |= {"version", "help"}
        same(documented, known, page)
        assert len(documented) == len(set(documented)), page


def test_options_of_the_sources():
    """--help cannot forget an option either."""
    for page, *sources_ in (("yizhan.1", "client/options.c", *(f"client/batch_{word}.c" for word in WORDS["yizhan.1"])), ("yizhand.8", "server/main.c"),
                            ("yizhanctl.8", "server/ctl.c")):
        source = ", ".join(sources_)
        rows = [row for path in sources_ for row in re.findall(r'\{"([a-z-]+)", (?:required|no)_argument', (yz.ROOT / path).read_text())]
        same(rows, re.findall(r"^\.It Fl (?:\w , )?-([a-z-]+)", text(page), re.M), source)


def test_commands():
    known = re.findall(r"^  (\w+) ", papers.output(yz.YIZHANCTL, "--help"), re.M)
    same(re.findall(r"^\.It Ic (\w+)", text("yizhanctl.8"), re.M), known, "commands of yizhanctl")


def test_settings():
    page = re.search(r"^\.Sh SETTINGS$(.*?)^\.Sh ", text("yizhand.conf.5"), re.M | re.S).group(1)
    same(re.findall(r"^\.It Ic (\w+)", page, re.M), papers.settings(), "settings")
    header = (yz.ROOT / "server/settings.h").read_text()
    members = re.search(r"struct settings \{(.*?)\n\};", header, re.S).group(1)
    members = re.sub(r"/\*.*?\*/", "", members)
    same(re.findall(r"(\w+)(?=[,;])", members), papers.settings(), "struct settings")


def generated(page, section):
    """What stands in the built page is what the program prints now."""
    fresh = papers.manual(section).strip("\n")
    assert fresh and fresh in text(page), f"the section {section} of {page} is stale"
    return fresh


def test_generated_sections_are_fresh():
    generated("yizhand.conf.5", "settings")
    generated("yizhan-protocol.7", "verbs")
    generated("yizhan-protocol.7", "entities")


def test_verbs():
    """Every row of a verb in the sources, and every step of a flow, is in the manual; those nobody can call are not."""
    listed = set(re.findall(r"^\.It Ic ([a-z_]+\.[a-z_]+)$", generated("yizhan-protocol.7", "verbs"), re.M))
    rows = set(re.findall(r'\.name = "([a-z_]+\.[a-z_]+)"', sources("server/core", "server/areas", "server/entity")))
    hidden = {"session.idle", "session.reload", "session.fault", "session.popup", "session.clock"}
    assert rows - hidden - listed == set(), rows - hidden - listed
    steps = set(re.findall(r"^\.It Ic ([a-z_]+\.[a-z_]+)\nFrom", papers.manual("entities"), re.M))
    generic = ("update", "disable", "enable", "delete")
    assert {s for s in steps if s.split(".")[1] not in generic} <= listed, steps - listed


def test_verbs_of_a_running_server():
    """What session.describe tells an administrator and an auditor of verbs stands there too."""
    import bare
    server = bare.make_server()
    listed = set(re.findall(r"^\.It Ic (\S+)$", papers.manual("verbs"), re.M))
    with yz.Client(server, "admin") as admin:
        verbs = {verb if isinstance(verb, str) else verb["name"] for row in admin.call("session.describe")["rows"] for verb in row["verbs"]}
        unknown = admin.refused("session.nothing")
    assert unknown.code == "unknown_verb"
    names = {v if "." in v else None for v in verbs}
    assert len(verbs) > 20 and names - {None} <= listed, names - listed
    server.stop()


def test_entities():
    words = re.findall(r"'\w+/(\w+)'", (yz.ROOT / "server/areas/meson.build").read_text())
    same(re.findall(r"^\.Ss (\w+)$", generated("yizhan-protocol.7", "entities"), re.M), words, "entities")


def test_field_types():
    types = set(re.findall(r"Pq ([a-z]+)", papers.manual("verbs") + papers.manual("entities")))
    page = re.search(r"^\.Ss Values$(.*?)^\.Ss ", text("yizhan-protocol.7"), re.M | re.S).group(1)
    told = {t for line in re.findall(r"^\.It Cm (.*)$", page, re.M) for t in line.split(" , ")}
    assert types <= told, types - told


def test_error_codes():
    source = (yz.ROOT / "shared/wire/error.c").read_text()
    exits = dict(re.findall(r'\[ERR_\w+\] = \{"(\w+)", (EX_\w+)\}', source))
    numbers = {name: number for name, number in re.findall(r"#define (EX_\w+)\s+(\d+)", open("/usr/include/sysexits.h").read())}
    page = re.search(r"^\.Sh ERROR CODES$(.*?)^\.Sh ", text("yizhan-protocol.7"), re.M | re.S).group(1)
    same(re.findall(r"^\.It Cm (\w+) Pq (\d+)", page, re.M), {(code, numbers[name]) for code, name in exits.items()}, "error codes")
    status = re.search(r"^\.Sh EXIT STATUS$(.*?)^\.Sh ", text("yizhan.1"), re.M | re.S).group(1)
    for code, name in exits.items():
        entry = re.search(rf"^\.It {numbers[name]}$(.*?)(?=^\.It |^\.El)", status, re.M | re.S)
        assert entry and re.search(rf"\b{code}\b", entry.group(1)), f"yizhan.1 has not {code} under {numbers[name]}"


def exit_codes(*files):
    names = {name for f in files for name in re.findall(r"\bEX_[A-Z]+\b", (yz.ROOT / f).read_text())} - {"EX_OK"}
    numbers = dict(re.findall(r"#define (EX_\w+)\s+(\d+)", open("/usr/include/sysexits.h").read()))
    return {numbers[n] for n in names}


def test_exit_codes():
    for page, files in (("yizhand.8", ["server/main.c"]), ("yizhanctl.8", ["server/ctl.c", "server/ctl_look.c", "server/ctl_man.c", "server/ctl_passwd.c"]),
                        ("yizhan.1", ["client/main.c", "client/batch.c", "client/options.c", "client/app.c"])):
        section = re.search(r"^\.Sh EXIT STATUS$(.*?)^\.Sh ", text(page), re.M | re.S).group(1)
        told = {n for line in re.findall(r"^\.It ([\d ,]+)", section, re.M) for n in line.split(" , ")}
        missing = exit_codes(*files) - told
        assert not missing, f"{page}: {missing}"


def test_limits():
    page = re.search(r"^\.Sh LIMITS$(.*?)^\.Sh ", text("yizhan-protocol.7"), re.M | re.S).group(1)
    header = (yz.ROOT / "shared/wire/limits.h").read_text()
    values = {name: eval(value) for name, value in re.findall(r"WIRE_(\w+) = ([\d *]+)", header)}
    shown = {
        "LINE_BEFORE_LOGIN": "{} bytes", "LINE_FROM_CLIENT": "{} bytes", "LINE_TO_CLIENT": "{} bytes", "JSON_DEPTH_MAX": "{}\nlevels",
        "JSON_KEYS_MAX": "{}\nkeys", "JSON_NUMBER_MAX": "{}\ncharacters of a number", "TAG_MAX": "{}\ncharacters of a tag",
        "VERB_MAX": "{} of a verb", "KEY_MIN": "{} to", "KEY_MAX": "to {} of a key", "IN_FLIGHT_MAX": "{}\nrequests under way",
        "FAULTS_MAX": "{}\nlines that are no message", "LIST_LIMIT_MAX": "{}\nrows of a list",
        "CONNECTIONS_PER_ADDRESS_BEFORE_LOGIN": "{}\nconnections", "HANDSHAKE_MS": "{} s\nfor the TLS", "LOGIN_MS": "{} s\nto log in",
        "LOGIN_ALL_MS": "but {} s in all",
        "LINE_MS": "{} s\nfrom the first byte", "STALLED_READER_MS": "{} s\nwithout a byte", "LIST_AS_ROWS": "{} bytes\nabove which",
    }
    for name, words in shown.items():
        value = values[name] // 1000 if name.endswith("_MS") else values[name]
        yz.check(words.format(value) in page, f"limit {name} = {value}")
    untold = {"PROTOCOL", "PORT", "PROGRESS_AFTER_MS", "ROWS_PAUSE", "EXPORT_PAUSE", "BEGIN_PAUSE", "ANSWER_KEPT_MAX", "FILE_CHUNK_MAX"}
    same(set(values) - untold, shown, "limits.h")
    assert f"port {values['PORT']}" in text("yizhan-protocol.7") and f"This is version {values['PROTOCOL']}." in text("yizhan-protocol.7")


def test_environment():
    told = {name for page in ("yizhan.1", "yizhand.8") for line in re.findall(r"^\.It Ev (.*)$", text(page), re.M) for name in line.split(" , Ev ")}
    read = set(re.findall(r'getenv\("(\w+)"\)', sources("client", "server", "shared")))
    read |= set(re.findall(r'"((?:LANG\w*|LC_\w+))"', (yz.ROOT / "client/language.c").read_text()))
    test_build_only = {"YIZHAN_NOW"}
    systemds = {"NOTIFY_SOCKET"}
    same(told - systemds, read - test_build_only, "environment")


def test_keys():
    """Keys of the map that the client knows are in the page."""
    page = text("yizhan.1")
    for n in range(1, 13):
        yz.check(re.search(rf"\bF{n}\b", page), f"key F{n}")
    used = set(re.findall(r"K_CTRL\('(\w)'\)", sources("client"))) | {"K", "X", "V"}
    for letter in sorted(used):
        yz.check(f"Ctrl-{letter}" in page, f"key Ctrl-{letter}")
    told = set(re.findall(r"Ctrl-(\w)", re.search(r"^\.Ss Keys$(.*?)^\.Ss ", page, re.M | re.S).group(1)))
    assert told <= used, f"told, but unknown to the client: {told - used}"


yz.main(globals())
