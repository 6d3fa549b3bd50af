"""The headers: what is public is used by somebody, and on the floors that everything else stands on it is said what it does."""
import collections
import re

import papers
import yz

# Rooms whose words are read by who never sees their bodies.
FLOORS = ("shared/", "server/core/", "server/net/", "server/db/", "server/entity/", "client/link/")
DECLARATION = re.compile(r"^(?!typedef|extern|static|enum|#)(?:must_check )?[\w \*]+?[ \*](\w+)\([^;{}]*\)[^;{}]*;", re.M | re.S)
DEFINITION = r"^(?!static)\w[^\n=;]*\b{}\([^;{{}}]*\)\s*\n\{{"
NO_FUNCTIONS = {"VEC", "ARG", "FIELD", "container_of", "_Atomic", "printf_like", "__attribute__", "sizeof"}


def spoken(text):
    """Without comments, letters and texts."""
    return re.sub(r"/\*.*?\*/|'(?:\\.|[^'\\])+'|" + r'"(?:\\.|[^"\\])*"', " ", text, flags=re.S)


def bare(text):
    """Without the bodies of macros either."""
    return re.sub(r"^#(?:.*\\\n)*.*$", "", spoken(text), flags=re.M)


def sources():
    names = [name for name in papers.tracked() if name.endswith((".c", ".h", ".in"))]
    return {name: (yz.ROOT / name).read_text() for name in names if (yz.ROOT / name).is_file()}


TEXTS = sources()
HEADERS = {name: text for name, text in TEXTS.items() if name.endswith(".h") and not name.startswith("tests/")}


def declared(text):
    return [name for name in DECLARATION.findall(text) if name not in NO_FUNCTIONS]


def test_what_is_public_is_used():
    """By a program, by a macro, or at least by a test: what nobody calls goes."""
    count = collections.Counter(word for text in TEXTS.values() for word in re.findall(r"\b[a-z_]\w+\b", spoken(text)))
    idle = []
    for header, text in HEADERS.items():
        for name in declared(bare(text)):
            definitions = sum(bool(re.search(DEFINITION.format(name), other, re.M)) for other in TEXTS.values() if name in other)
            if count[name] <= 1 + definitions:
                idle.append(f"{header}: {name}()")
    assert not idle, idle


def test_what_is_public_is_told():
    """A comment stands above each function or above the ones it belongs to, without an empty line between."""
    silent = []
    for header, text in HEADERS.items():
        for block in re.split(r"\n\s*\n", text) if header.startswith(FLOORS) else ():
            if "/*" not in block:
                silent += [f"{header}: {name}()" for name in declared(bare(block))]
    assert not silent, silent


def test_files_say_what_they_are_for():
    """In their first lines; where a file has a header of its own name, that one does."""
    silent = []
    for name, text in TEXTS.items():
        stem = name.rpartition(".")[0]
        if name.startswith("tests/") or name.endswith(".in") or (name.endswith(".c") and (stem + ".h" in TEXTS or stem + "-private.h" in TEXTS)):
            continue
        beginning = re.sub(r"\A(?:#.*\n|(?:struct|enum) \w+;\n|\s*\n)*", "", text)
        if not text.startswith("/*") and not beginning.startswith("/*"):
            silent.append(name)
    assert not silent, silent


TORN = re.compile(r"^ +(?:const |struct |enum )*\w+ ?\**\n +[\w*\[\]]+; /\*|^ +\w+ =\n(?: +1\n)? +[^\n;]*, /\*|^\w[\w *]*\(\n +[^\n]*\); /\*"
                  r"|^\w[\w *]*\n\w+\([^\n]*\); /\*", re.M)


def test_no_comment_tears_what_it_tells():
    """A comment that is too long to stand behind stands above; the formatter would break the declaration instead."""
    torn = [f"{name}: {found.group(0).split()[-2:]}" for name, text in TEXTS.items() for found in TORN.finditer(text)]
    assert not torn, torn


yz.main(globals())
