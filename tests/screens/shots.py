"""Takes the pictures of the manual anew, from the real screens of a demo company: man/yizhan-screens.7, and the one in the README.

    YIZHAN_BUILD=build python3 tests/screens/shots.py     (with tests/lib on PYTHONPATH)
"""
import re

import people
import yz
from screenplay import Stage

HEAD = r""".\" Made by tests/screens/shots.py from the program itself: take the pictures anew rather than mend them here.
.Dd November 22, 2026
.Dt YIZHAN-SCREENS 7
.Os
.Sh NAME
.Nm yizhan-screens
.Nd how the desks of Yizhan look on small and large terminals
.Sh DESCRIPTION
Screens of
.Xr yizhan 1
on the demo company, as text.
Colours are not shown; nothing on a screen is said by colour alone.
"""
FOOT = """.Sh SEE ALSO
.Xr yizhan 1
"""


def screen(terminal):
    terminal.quiet(1.0)
    rows = [row.rstrip() for row in terminal.screen()]
    return rows


def framed(rows, columns):
    def cells(text):
        return sum(2 if "\u1100" <= c <= "\u115f" or "\u2e80" <= c <= "\ua4cf" or "\uac00" <= c <= "\ud7a3" or "\uf900" <= c <= "\ufaff" or
                   "\ufe30" <= c <= "\ufe6f" or "\uff00" <= c <= "\uff60" or "\uffe0" <= c <= "\uffe6" else 1 for c in text)
    edge = "+" + "-" * columns + "+"
    return [edge, *("|" + row + " " * max(columns - cells(row), 0) + "|" for row in rows), edge]


def section(title, words, rows):
    text = [f".Ss {title}", words, ".Bd -literal"]
    text += [row.replace("\\", "\\e") for row in rows]
    return "\n".join(text + [".Ed", ""])


def open_code(stage, user, code, wait, size):
    terminal = stage.terminal(user, "en", *size)
    terminal.wait("Rescue orders")
    terminal.type(code)
    terminal.keys("Enter")
    terminal.wait(wait)
    return terminal


def board(stage, size, keys=()):
    terminal = open_code(stage, "dispatcher", "dp", "Due in", size)
    terminal.wait("1 粤")
    for key in keys:
        terminal.keys(key) if len(key) > 1 else terminal.type(key)
        terminal.quiet(0.5)
    rows = screen(terminal)
    terminal.close()
    return rows


def vehicles(stage, size):
    terminal = open_code(stage, "dispatcher", "ve", "1/", size)
    terminal.type("M")
    terminal.wait("├─")
    rows = screen(terminal)
    terminal.close()
    return rows


def driver(stage):
    who = stage.free_driver("driver")
    new = stage.request("dispatcher", "rescue.list", {"filter": {"state": "new", "to_confirm": False}, "limit": 1})["rows"][0]
    stage.request("dispatcher", "rescue.dispatch", {"id": new["id"], "version": new["version"], **who})
    terminal = stage.terminal("driver", "en", 40, 20)
    terminal.wait("Enter: Accept")
    terminal.wait("Photos")
    rows = screen(terminal)
    terminal.close()
    return rows


def put_readme(rows):
    path = yz.ROOT / "README"
    text = path.read_text()
    block = "".join(f"    {row}\n" for row in framed(rows, 80))
    text, count = re.subn(r"(?m)^    \+-{80}\+\n(?:    \|.*\|\n)+    \+-{80}\+\n", lambda _: block, text, count=1)
    assert count == 1, "the README has no picture to take anew"
    path.write_text(text)


def main():
    cluster, database = yz.fresh_demo()
    people.cheap_passwords(cluster, database)
    server = yz.Server(cluster, database)
    stage = Stage(server)
    down = ("Down",) * 3                            # to one that needs no call first
    small = board(stage, (80, 24), down)
    pages = [
        section("Dispatch, 80x24", "The orders that wait, the best three vehicles for the one under the cursor, and the road.", small),
        section("Dispatch with the map, 80x24", ".Ic M\nputs the map beside the orders.", board(stage, (80, 24), (*down, "M"))),
        section("Dispatch, 200x60", "All of it at once.", board(stage, (200, 60), down)),
        section("Vehicles on the map, 80x24", "The list of vehicles under\n.Ic M .", vehicles(stage, (80, 24))),
        section("Vehicles on the map, 200x60", "The same on a large terminal.", vehicles(stage, (200, 60))),
        section("A driver's jobs, 40x20", "On a telephone.", driver(stage)),
    ]
    (yz.ROOT / "man/yizhan-screens.7").write_text(HEAD + "".join(pages) + FOOT)
    put_readme(small)
    stage.people.close()
    server.stop()


if __name__ == "__main__":
    main()
