"""What the tests of the papers share: the README taken apart, and the programs' own words."""
import functools
import json
import re
import shutil
import subprocess

import yz

README = yz.ROOT / "README"


def readme():
    return README.read_text()


def commands():
    """The lines of the README that are typed, with continued ones joined."""
    text = readme().replace("\\\n", " ")
    return [" ".join(line.split()) for line in re.findall(r"^    (?=\S).*$", text, re.M)]


def block(beginning):
    """The indented block of the README of which a line begins so."""
    blocks = re.findall(r"(?:^    .*\n)+", readme(), re.M)
    found = [b for b in blocks if any(line.startswith("    " + beginning) for line in b.split("\n"))]
    assert len(found) == 1, f"{len(found)} blocks of the README have a line that begins with {beginning!r}"
    return [line.strip() for line in found[0].strip("\n").split("\n")]


@functools.cache
def output(*argv):
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=True, errors="strict").stdout


def manual(section):
    return output(yz.YIZHANCTL, "man", section)


def settings():
    return re.findall(r"^\.It Ic (\w+)", manual("settings"), re.M)


@functools.cache
def tracked():
    """The files of the product, from the root: as git knows them; without git, or outside a clone, all but what is built here."""
    root = str(yz.ROOT)
    done = None
    if shutil.which("git") and (yz.ROOT / ".git").exists():
        done = subprocess.run(["git", "-c", f"safe.directory={root}", "-C", root, "ls-files", "-z"], capture_output=True, text=True)
    if done and done.returncode == 0:
        return done.stdout.rstrip("\0").split("\0")
    skipped = {".git", ".state", "__pycache__"}
    return sorted(str(p.relative_to(root)) for p in yz.ROOT.rglob("*")
                  if p.is_file() and p.name != "bench.json" and not any(part in skipped or part.startswith("build") for part in p.relative_to(root).parts[:-1]))


def introspect(*what):
    return json.loads(output("meson", "introspect", *what, yz.BUILD))
