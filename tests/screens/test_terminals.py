"""Every kind of terminal there is a description of: the same screens, the same keys. And what happens to terminals: they are pasted into, they
are slow, they change their size, they are closed."""
import os
import signal
import time

import people
import yz
from glass import XTERM, Glass, Screen, terminal_keys
from screenplay import Stage

TERMS = ("xterm", "xterm-256color", "linux", "vt220", "screen", "tmux", "putty", "rxvt", "wall-terminal-9000")

cluster, database = yz.fresh_demo()
people.cheap_passwords(cluster, database)
server = yz.Server(cluster, database)
stage = Stage(server)
stage.request("order_clerk", "customer.create", {"name": "终端客户", "kind": "person", "phone": "13900001234"})


def sit(term="xterm-256color", columns=80, lines=24, **more):
    terminal = stage.terminal("order_clerk", "en", columns, lines, term=term, **more)
    terminal.wait("Take a call")
    return terminal


def body(terminal):
    """Without the clock, and without what is only said the first time."""
    rows = terminal.screen()
    return ["" if at in (0, len(rows) - 3) else row for at, row in enumerate(rows)]


def tour(term):
    """The screens one after the other, as a person with this keyboard comes to them."""
    keys = {**XTERM, **terminal_keys(term)}
    terminal = sit(term, keep=True)
    seen = {}

    def press(*names):
        terminal.keys(*names, table=keys)
    terminal.type("cu")
    terminal.wait("Customers")
    press("Enter")
    terminal.wait("C0002")
    press("Down", "Up", "End", "Home")
    terminal.quiet()
    seen["list"] = body(terminal)
    press("F6")
    terminal.wait("New: Customer")
    terminal.quiet()
    seen["form"] = body(terminal)
    terminal.type("abcd")
    press("Left", "Left", "DC", "BSpace", "Home")
    terminal.type("x")
    press("End")
    terminal.type("y")
    terminal.wait("xady")
    press("F10")
    terminal.wait("Customer xady")
    press("F11")
    terminal.wait("History")
    press("F3")
    press("Escape")
    press("Escape")
    terminal.wait("Take a call")
    press("F1")
    terminal.wait("Keys valid now")
    press("F3")
    terminal.wait_gone("Keys valid now")
    press("F2")
    terminal.wait("Command")
    press("F12" if "F12" in terminal_keys(term) else "Escape")
    terminal.wait_gone("> ")
    press("F3")
    terminal.wait("Leave Yizhan?")
    terminal.quiet()
    seen["dialog"] = body(terminal)
    terminal.type("y")
    yz.wait_until("the end", lambda: terminal.ended)
    seen["bytes"] = b"".join(terminal.kept)
    terminal.close()
    return seen


def garbage(rows):
    """What only appears when a sequence was not understood."""
    return [row for row in rows if any(c in row for c in "\x1b�") or "[?" in row or ";1H" in row or "$<" in row]


def test_every_terminal_shows_the_same():
    reference = tour("xterm-256color")
    for term in TERMS:
        seen = tour(term) if term != "xterm-256color" else reference
        for screen in ("list", "form", "dialog"):
            differing = [(a, b) for a, b in zip(seen[screen], reference[screen]) if a != b and "xady" not in a + b]
            # a customer more stands in each next list: only its first rows move
            yz.check(screen == "list" and len(differing) <= 24 or not differing, f"{term}: the {screen} is as on an xterm {differing[:2]}")
            yz.check(not garbage(seen[screen]), f"{term}: no garbage in the {screen} {garbage(seen[screen])[:2]}")
        tail = seen["bytes"][-400:]
        yz.check(b"\x1b[?2004l" in tail, f"{term}: pasting in brackets is switched off at the end")


def test_every_key_of_every_description():
    """Each key by what each description says it sends, read by the program that shows keys: the help screen runs by Enter what stands there."""
    terminal = sit()
    for term in TERMS:
        for name, sent in terminal_keys(term).items():
            if name not in ("Up", "Down", "Home", "End", "NPage", "PPage"):
                continue
            terminal.keys("F1")
            terminal.wait("Keys valid now")
            terminal.send(sent)
            terminal.keys("F3")
            terminal.wait_gone("Keys valid now")
            yz.check("Take a call" in terminal.text(), f"{term}: {name}, {sent!r}, is a key and leaves no letters")
    for name, sent in (("application Up", "\033OA"), ("keypad Enter", "\033OM"), ("Esc 1", "\0331"), ("Linux F1", "\033[[A"), ("rxvt F1", "\033[11~")):
        terminal.send(sent)
        terminal.quiet(0.15)
        if name != "application Up":
            terminal.wait("Keys valid now" if "1" in name else "")
            terminal.keys("F3")
        yz.check(True, f"{name} is understood")
    terminal.close()


def form():
    terminal = sit()
    terminal.type("cu+")
    terminal.wait("New: Customer")
    terminal.keys("Enter")
    terminal.wait("F10 Save")
    return terminal


def test_characters_split_at_every_byte():
    terminal = form()
    text = "天河路é𠮷"
    for byte in text.encode():
        terminal.send(bytes([byte]))
        time.sleep(0.005)
    terminal.wait("天河路é𠮷")
    yz.check(True, "characters whose bytes come one by one stay whole")
    terminal.send("河".encode()[:2])
    terminal.keys("Tab")
    terminal.quiet()
    yz.check("�" not in terminal.text() and "天河路é𠮷" in terminal.text(), "half a character and then a key: the key counts")
    terminal.close()


def test_a_large_paste():
    for bracketed in (True, False):
        terminal = form()
        text = "0123456789" * 10240
        started, before = time.monotonic(), terminal.sent
        (terminal.paste if bracketed else terminal.type)(text)
        terminal.keys("Tab")
        terminal.quiet(0.5, 60)
        seconds = time.monotonic() - started
        yz.check("0123456789" in terminal.text() and "New: Customer" in terminal.text(), f"100 KB are pasted, {'in brackets' if bracketed else 'as typing'}")
        yz.check(terminal.sent - before < 200_000, f"and the screen is not painted for each: {terminal.sent - before} bytes")
        print(f"note a paste of 100 KB {'in brackets' if bracketed else 'as typing'}: {seconds:.1f} s, {terminal.sent - before} bytes painted")
        terminal.close()


def test_any_size_at_any_moment():
    terminal = sit()
    terminal.type("cu")
    terminal.wait("Customers")
    terminal.keys("Enter")
    terminal.wait("C0002")
    for columns, lines in ((300, 100), (40, 20), (81, 25), (39, 20), (40, 19), (20, 5), (1, 1), (10, 2), (132, 43), (80, 24)):
        terminal.resize(columns, lines)
        if columns < 40 or lines < 20:
            terminal.quiet(0.3)
            text = terminal.text()
            yz.check("Customers" not in text and not garbage(terminal.screen()), f"{columns}x{lines} is too small for a screen")
            if columns >= 20 and lines >= 5:
                yz.check("40x20" in text.replace("\n", "") and f"{columns}x{lines}" in text.replace("\n", ""), f"{columns}x{lines}: it says so, and how large it has to be")
        else:
            terminal.wait(["Customers", "Open", "C0002"])
            yz.check(not garbage(terminal.screen()), f"{columns}x{lines}: the list is there")
    for step in range(60):
        terminal.resize(40 + step * 3 % 200, 20 + step * 7 % 60)
        if step % 7 == 0:
            terminal.keys("Down")
    terminal.resize(80, 24)
    terminal.wait(["Customers", "Open"])
    yz.check(True, "sixty sizes in a row, and keys in between")
    terminal.keys("F3", "F3")
    terminal.close()


def test_signals():
    terminal = form()
    terminal.type("未保存的客户")
    terminal.wait("未保存的客户")
    terminal.signal(signal.SIGTSTP)
    terminal.signal(signal.SIGTTIN)
    terminal.signal(signal.SIGINT)
    terminal.type("甲")
    terminal.wait("未保存的客户甲")
    yz.check(True, "nothing stops it: there may be no shell below")
    status = (terminal.process.pid and open(f"/proc/{terminal.process.pid}/status").read()).split("SigIgn:\t")[1].split()[0]
    yz.check(int(status, 16) & 1 << signal.SIGTSTP - 1, "not even where there is one")
    os.kill(terminal.process.pid, signal.SIGSTOP)
    terminal.cook()
    with terminal.lock:
        terminal.glass.write(b"\033[2J\033[Hthe shell was here")
    os.kill(terminal.process.pid, signal.SIGCONT)
    terminal.wait_gone("the shell was here")
    terminal.type("乙")
    terminal.wait("未保存的客户甲乙")
    yz.check(True, "stopped from outside and going on, it paints anew and takes the next key")
    terminal.signal(signal.SIGHUP)
    yz.wait_until("the end", terminal.dead)
    kept = [path for path in __import__("pathlib").Path(terminal.home).rglob("*") if path.is_file()]
    yz.check(any("draft" in str(path) for path in kept), f"hung up, it keeps what was typed {kept}")
    yz.check(not any("未保存" in path.read_text(errors="replace") for path in kept), "and not for anybody to read")
    home = terminal.home
    terminal.close()
    again = stage.terminal("order_clerk", "en", environment={"HOME": home})
    again.wait("Drafts")
    yz.check(True, "at the next login it is offered")
    again.close()


def test_the_window_is_closed():
    terminal = form()
    terminal.type("又一个")
    terminal.wait("又一个")
    terminal.hang_up()
    code = terminal.process.wait(10)
    yz.check(code in (74, 128 + signal.SIGHUP, -signal.SIGHUP), f"a terminal that is gone ends the program, with {code}")
    yz.check(any("draft" in str(p) for p in __import__("pathlib").Path(terminal.home).rglob("*")), "and what was typed is kept")
    yz.check(not stage.faults(), "without a fault")


def test_a_slow_line():
    """9600 bits a second: what a key costs, and that it is not kept waiting by a screen under way."""
    terminal = stage.terminal("order_clerk", "en", baud=9600, keep=True)
    terminal.wait("Take a call", 30)
    terminal.quiet(0.6)
    costs = {}

    def cost(what, send, seen=None):
        before, started = terminal.sent, time.monotonic()
        send()
        if seen:
            terminal.wait(seen, 30)
        told = time.monotonic() - started
        after = terminal.quiet(0.5, 30)
        costs[what] = (after - before, told)
        print(f"note 9600 bits: {what}: {after - before} bytes, {told:.2f} s until it is seen")
    cost("a letter opens the command line", lambda: terminal.type("c"), "> c")
    cost("a second letter", lambda: terminal.type("u"), "> cu")
    cost("Enter opens a list", lambda: terminal.keys("Enter"), "C0002")
    cost("Down", lambda: terminal.keys("Down"), "2/")
    cost("a page", lambda: terminal.keys("NPage"))
    cost("a new form", lambda: terminal.keys("F6"), "New: Customer")
    cost("a letter in a field", lambda: terminal.type("x"))
    letters = "yzab"        # the clock may be painted beside one of them
    for letter in letters:
        cost(f"the next letter, {letter}", lambda: terminal.type(letter))
    least = min(costs[f"the next letter, {letter}"][0] for letter in letters)
    yz.check(least <= 3, f"a letter in a field is a few bytes: {least}")
    yz.check(costs["Down"][0] <= 300, f"a step down is no repaint: {costs['Down'][0]}")
    terminal.keys("Escape")
    terminal.wait("Discard", 30)
    terminal.type("d")
    terminal.wait("C0002", 30)
    terminal.quiet(0.6)
    before = terminal.sent
    terminal.keys("F6")
    terminal.type("echo")
    terminal.wait("echo", 30)
    echoed = terminal.sent - before
    whole = terminal.quiet(0.6, 30) - before
    yz.check(echoed < whole - 200, f"typed into a form that is still being painted: seen after {echoed} of {whole} bytes")
    terminal.close()


def test_what_is_painted_is_what_changed():
    """After a page of a list: the cells written are those that changed; the same screen, computed from its own bytes."""
    terminal = sit(keep=True)
    terminal.type("cu")
    terminal.wait("Customers")
    terminal.keys("Enter")
    terminal.wait("C0002")
    terminal.quiet()
    for what, key in (("a page", "NPage"), ("back", "PPage"), ("another page", "NPage"), ("a row down", "Down")):
        before = [[(cell.text, cell.bold, cell.reverse, cell.underline, cell.fg, cell.bg) for cell in row] for row in terminal.cells()]
        with terminal.lock:
            terminal.kept.clear()
        terminal.keys(key)
        terminal.quiet(0.5)
        after = [[(cell.text, cell.bold, cell.reverse, cell.underline, cell.fg, cell.bg) for cell in row] for row in terminal.cells()]
        changed = sum(a != b for x, y in zip(before, after) for a, b in zip(x, y))
        written = cells_written(b"".join(terminal.kept))
        yz.check(changed > 0, f"{what} changes the screen")
        short = sum(gaps([a != b for a, b in zip(x, y)]) for x, y in zip(before, after))
        allowed = changed + (short if what == "a row down" else 0)
        yz.check(written <= allowed, f"{what}: {written} cells are written where {changed} changed")
    terminal.close()


def gaps(changes):
    """Cells between two that changed, where writing them again is shorter than a move over them."""
    at = [i for i, change in enumerate(changes) if change]
    return sum(b - a - 1 for a, b in zip(at, at[1:]) if b - a <= 5)


def cells_written(data):
    """Printable characters by their width; sequences and controls write none. REP and ECH are counted as what they stand for."""
    import re
    import unicodedata
    text, cells = data.decode(errors="replace"), 0
    for piece in re.finditer(r"\x1b\[(?P<n>\d*)(?P<rep>[bX])|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][0-9A-B]|\x1b.|(?P<c>[^\x00-\x1f\x7f])", text):
        if piece.group("rep"):
            cells += int(piece.group("n") or 1)
        elif piece.group("c"):
            cells += 0 if unicodedata.combining(piece.group("c")) else 2 if unicodedata.east_asian_width(piece.group("c")) in "WF" else 1
    return cells


def finish():
    stage.people.close()
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
