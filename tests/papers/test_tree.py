"""The tree: its folders as the architecture names them, nothing of one machine in it, and `./dev help` with every command."""
import re
import subprocess

import papers
import yz

TOP = {".ci", ".clang-format", ".editorconfig", ".gitignore", "LICENSE", "NEWS", "README", "client", "dev", "man", "meson.build", "meson_options.txt", "schema",
       "server", "shared", "tests"}
FLOORS = {"shared": {"base", "wire", "model", "po"}, "client": {"link", "ui", "views", "desks"},
          "server": {"net", "core", "db", "entity", "areas", "gateway", "seed", "install"},
          "tests": {"unit", "tables", "server", "protocol", "screens", "faults", "fuzz", "bench", "papers", "lib"}}


def texts():
    for name in papers.tracked():
        path = yz.ROOT / name
        if not path.is_file() or "/corpus/" in name:
            continue
        data = path.read_bytes()
        if b"\0" not in data:
            yield name, data.decode()


def test_top_level():
    top = {name.split("/")[0] for name in papers.tracked()}
    assert top == TOP, (top - TOP, TOP - top)


def test_rooms():
    for floor, rooms in FLOORS.items():
        have = {name.split("/")[1] for name in papers.tracked() if name.startswith(floor + "/") and name.count("/") > 1}
        assert have <= rooms, (floor, have - rooms)


def test_nothing_of_a_machine():
    here = str(yz.ROOT) + "/"
    for name, text in texts():
        found = [here] if here in text else re.findall(r"/home/\w+", text)
        assert not found or name.startswith("tests/papers/"), (name, found)


def test_nothing_is_left_for_later():
    for name, text in texts():
        found = re.findall(r"\b(?:TODO|FIXME)\b", text)
        assert not found or name.startswith("tests/papers/"), (name, found)


def test_reasons_stand_where_they_are_needed():
    """A comment says why; it does not send the reader to a paper that is not here."""
    for name, text in texts():
        found = re.findall(r"\b[Dd]ecisions? \d+|\b\w+\.md\b|\brequirement [A-Z]\d", text) if not name.startswith("tests/papers/") else []
        assert not found, (name, found)


def test_text_files_are_clean():
    for name, text in texts():
        assert "\r" not in text or "corpus" in name, name
        assert not text or text.endswith("\n"), f"{name}: no line end at the end"


def test_no_large_files():
    for name in papers.tracked():
        path = yz.ROOT / name
        assert not path.is_file() or path.stat().st_size < 600_000, name


def test_dev_help_lists_each_command():
    text = (yz.ROOT / "dev").read_text()
    accepted = set(re.search(r"^(demo \|[^)]*)\)", text, re.M).group(1).replace(" ", "").split("|"))
    listed = set(re.findall(r"^\./dev ([a-z]+)", papers.output(yz.ROOT / "dev", "help"), re.M))
    functions = set(re.findall(r"^cmd_(\w+)\(\)", text, re.M)) | {"build"}
    assert accepted == listed == functions, (accepted, listed, functions)


def test_dev_refuses_what_it_does_not_know():
    done = subprocess.run([str(yz.ROOT / "dev"), "nonsense"], capture_output=True, text=True)
    assert done.returncode != 0 and "no such command" in done.stderr


def test_scripts_run_from_anywhere():
    done = subprocess.run([str(yz.ROOT / "dev"), "help"], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0 and "./dev demo" in done.stdout


yz.main(globals())
