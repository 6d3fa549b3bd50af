"""The README: what it names is there, it is plain text of readable width, and it speaks of the product alone."""
import re
import shutil
import subprocess

import papers
import yz

TEXT = papers.readme()
OWN = {"./dev", "yizhan", "yizhand", "yizhanctl"}
DEBIANS = {"meson", "ninja", "sudo", "runuser", "chown", "chmod", "systemctl", "systemd-sysusers", "systemd-tmpfiles", "journalctl", "mandb", "man",
           "export", "cp", "update-ca-certificates"}
CONFIGURATION = {"local", "listen", "state", "database", "tls_names", "max_connections"}


def test_shape():
    lines = TEXT.split("\n")
    long = [line for line in lines if len(line) > 100]
    yz.check(not long, f"width {long[:3]}")
    yz.check("\t" not in TEXT and not any(line != line.rstrip() for line in lines), "no tabs, no spaces at line ends")
    yz.check(TEXT.endswith("\n") and not TEXT.endswith("\n\n"), "one line end at the end")


def test_words():
    for path in (papers.README, yz.ROOT / "NEWS", *(yz.ROOT / "man").glob("*.*")):
        found = re.findall(r"\bTODO\b|\bFIXME\b|\bXXX\b|/home/\w+", path.read_text())
        yz.check(not found, f"words of {path.name} {found}")


def test_screenshot():
    rows = [line for line in TEXT.split("\n") if line.startswith("    |")]
    yz.check(len(rows) >= 20, "a screenshot of a whole screen")


def test_dev_commands():
    told = set(re.findall(r"\./dev ([a-z]+)", TEXT))
    known = set(re.findall(r"^\./dev ([a-z]+)", papers.output(yz.ROOT / "dev", "help"), re.M))
    assert {"demo", "test", "help"} <= told <= known, (told, known)


def test_own_programs():
    commands = {c for c in re.findall(r"^  (\w+) ", papers.output(yz.YIZHANCTL, "--help"), re.M)}
    for words in re.findall(r"yizhanctl ((?:--\w+ \S+ )*)(\w+)", TEXT.replace("\\\n", " ").replace("        ", "")):
        assert words[1] in commands, words
    for name, program in (("yizhand", yz.YIZHAND), ("yizhanctl", yz.YIZHANCTL), ("yizhan", yz.YIZHAN), ("./dev client", yz.YIZHAN)):
        known = set(re.findall(r"--[a-z-]+", papers.output(program, "--help")))
        for command in papers.commands():
            found = re.search(rf"(?:^|-- ){re.escape(name)}( .*)", command)
            told = set(re.findall(r"(?<= )--[a-z-]+", found.group(1))) if found else set()
            assert told <= known, (command, told - known)


def test_first_words():
    """Each indented line begins with one of our programs, one that Debian has, or a word of a configuration file."""
    for command in papers.commands():
        first = command.split()[0]
        yz.check(first in OWN or first in DEBIANS or first in CONFIGURATION or first[0] in "|+", f"first word {first}")
    missing = [p for p in ("meson", "ninja", "psql", "runuser", "pg_dump") if not shutil.which(p)]
    assert not missing, missing


def test_settings_and_files():
    told = set(re.findall(r"\b((?:tls|database|max)_\w+|listen|state)\b(?= =)", TEXT)) - {"max_connections"}
    assert told and told <= set(papers.settings()), told - set(papers.settings())
    for name in re.findall(r"\b((?:shared|server|client|schema|tests)/[\w/.]*)", TEXT):
        yz.check((yz.ROOT / name.rstrip(".")).exists(), f"path {name}")
    for page in set(re.findall(r"^    man (\S+)", TEXT, re.M)):
        yz.check(any((yz.ROOT / "man").glob(page + ".[1578]*")), f"page {page}")
    for name in ("NEWS", "LICENSE"):
        yz.check(name in TEXT and (yz.ROOT / name).is_file(), name)


def test_packages_of_dev():
    """What ./dev installs are Debian's own packages."""
    text = (yz.ROOT / "dev").read_text()
    names = " ".join(re.findall(r'^\w+_packages="([^"]*)"', text, re.M)).split()
    assert len(names) > 20
    done = subprocess.run(["apt-cache", "show", "--no-all-versions", *names], capture_output=True, text=True)
    if not done.stdout:
        return  # no package lists on this machine
    known = set(re.findall(r"^Package: (\S+)", done.stdout, re.M))
    assert set(names) <= known, set(names) - known


yz.main(globals())
