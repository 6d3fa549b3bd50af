"""A terminal without a window: a program in a pty, and libvterm as the glass its bytes fall on.

Keys are written and cells are read in this process, so a step costs microseconds where a real terminal costs a process; what a cell
holds (character, attributes, colours) can be asked. The bytes are counted, and can be kept, cut, or let through slowly.
"""
import atexit
import collections
import contextlib
import ctypes
import ctypes.util
import fcntl
import functools
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time

import yz


class _Pos(ctypes.Structure):
    _fields_ = [("row", ctypes.c_int), ("col", ctypes.c_int)]


class _Rect(ctypes.Structure):
    _fields_ = [("start_row", ctypes.c_int), ("end_row", ctypes.c_int), ("start_col", ctypes.c_int), ("end_col", ctypes.c_int)]


class _Cell(ctypes.Structure):
    _fields_ = [("chars", ctypes.c_uint32 * 6), ("width", ctypes.c_char), ("attrs", ctypes.c_uint32),
                ("fg", ctypes.c_uint8 * 4), ("bg", ctypes.c_uint8 * 4)]


Cell = collections.namedtuple("Cell", "text width bold underline reverse fg bg")
DEFAULT_FG, DEFAULT_BG = 2, 4


@functools.lru_cache
def _vterm():
    lib = ctypes.CDLL(ctypes.util.find_library("vterm") or "libvterm.so.0")
    pointers = {"vterm_new": [ctypes.c_int, ctypes.c_int], "vterm_obtain_screen": [ctypes.c_void_p], "vterm_obtain_state": [ctypes.c_void_p]}
    for name, arguments in pointers.items():
        getattr(lib, name).restype, getattr(lib, name).argtypes = ctypes.c_void_p, arguments
    sizes = {"vterm_input_write": [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t],
             "vterm_output_read": [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t],
             "vterm_screen_get_text": [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, _Rect]}
    for name, arguments in sizes.items():
        getattr(lib, name).restype, getattr(lib, name).argtypes = ctypes.c_size_t, arguments
    lib.vterm_screen_get_cell.argtypes = [ctypes.c_void_p, _Pos, ctypes.POINTER(_Cell)]
    lib.vterm_state_get_cursorpos.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Pos)]
    for name in ("vterm_free",):
        getattr(lib, name).argtypes = [ctypes.c_void_p]
    for name in ("vterm_set_utf8", "vterm_screen_enable_altscreen", "vterm_screen_reset"):
        getattr(lib, name).argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.vterm_set_size.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    return lib


class Screen:
    """Bytes of a terminal's line in, cells out."""

    def __init__(self, columns, lines):
        self.lib, self.columns, self.lines = _vterm(), columns, lines
        self.vt = self.lib.vterm_new(lines, columns)
        self.lib.vterm_set_utf8(self.vt, 1)
        self.screen = self.lib.vterm_obtain_screen(self.vt)
        self.state = self.lib.vterm_obtain_state(self.vt)
        self.lib.vterm_screen_enable_altscreen(self.screen, 1)
        self.lib.vterm_screen_reset(self.screen, 1)

    def close(self):
        if self.vt:
            self.lib.vterm_free(self.vt)
        self.vt = None

    def write(self, data):
        """Returns what the terminal answers. This libvterm reads colours without the empty colour space of the standard only."""
        data = re.sub(rb"([34]8:2):(:\d+:\d+:\d+)", rb"\1\2", data)
        self.lib.vterm_input_write(self.vt, data, len(data))
        answer = ctypes.create_string_buffer(4096)
        return answer.raw[:self.lib.vterm_output_read(self.vt, answer, len(answer))]

    def resize(self, columns, lines):
        self.columns, self.lines = columns, lines
        self.lib.vterm_set_size(self.vt, lines, columns)

    def rows(self):
        size = self.columns * 24 + 1
        buffer = ctypes.create_string_buffer(size)
        rows = []
        for row in range(self.lines):
            n = self.lib.vterm_screen_get_text(self.screen, buffer, size, _Rect(row, row + 1, 0, self.columns))
            rows.append(buffer.raw[:n].decode(errors="replace").rstrip())
        return rows

    def cell(self, row, column):
        cell = _Cell()
        self.lib.vterm_screen_get_cell(self.screen, _Pos(row, column), ctypes.byref(cell))
        text = "" if cell.chars[0] == 0xFFFFFFFF else "".join(chr(c) for c in iter(cell.chars) if c and c != 0xFFFFFFFF) or " "
        return Cell(text, ord(cell.width), bool(cell.attrs & 1), bool(cell.attrs & 6), bool(cell.attrs & 32),
                    None if cell.fg[0] & DEFAULT_FG else tuple(cell.fg), None if cell.bg[0] & DEFAULT_BG else tuple(cell.bg))

    def cells(self):
        return [[self.cell(row, column) for column in range(self.columns)] for row in range(self.lines)]

    def cursor(self):
        at = _Pos()
        self.lib.vterm_state_get_cursorpos(self.state, ctypes.byref(at))
        return at.row, at.col


XTERM = {
    "Enter": "\r", "Escape": "\033", "Tab": "\t", "BTab": "\033[Z", "Space": " ", "BSpace": "\177", "Up": "\033[A", "Down": "\033[B",
    "Right": "\033[C", "Left": "\033[D", "Home": "\033[H", "End": "\033[F", "IC": "\033[2~", "DC": "\033[3~", "PPage": "\033[5~",
    "PageUp": "\033[5~", "NPage": "\033[6~", "PageDown": "\033[6~", "F1": "\033OP", "F2": "\033OQ", "F3": "\033OR", "F4": "\033OS",
    "F5": "\033[15~", "F6": "\033[17~", "F7": "\033[18~", "F8": "\033[19~", "F9": "\033[20~", "F10": "\033[21~", "F11": "\033[23~",
    "F12": "\033[24~"}
CAPABILITIES = {
    "kbs": "BSpace", "kcbt": "BTab", "kcuu1": "Up", "kcud1": "Down", "kcuf1": "Right", "kcub1": "Left", "khome": "Home", "kend": "End",
    "kich1": "IC", "kdch1": "DC", "kpp": "PPage", "knp": "NPage", **{f"kf{n}": f"F{n}" for n in range(1, 13)}}


def _unescape(text):
    def one(match):
        code = match.group(1)
        return chr(int(code, 8)) if code[0].isdigit() else {"E": "\033", "e": "\033", "s": " ", "n": "\n", "r": "\r", "t": "\t"}.get(code, code)
    text = re.sub(r"\^(.)", lambda m: "\177" if m.group(1) == "?" else chr(ord(m.group(1)) & 31), text)
    return re.sub(r"\\([0-7]{1,3}|.)", one, text)


@functools.lru_cache
def terminal_keys(term):
    """What the keys of this terminal send, by its own description; only those it has."""
    done = subprocess.run(["infocmp", "-1", term], capture_output=True, text=True)
    keys = dict(re.findall(r"^\t(\w+)=(.*),$", done.stdout, re.M))
    return {name: _unescape(keys[capability]) for capability, name in CAPABILITIES.items() if capability in keys}


class Glass:
    """A program in a terminal of a given size: keys in, screen out. Has the methods of yz.Terminal."""

    ESCAPE_SECONDS = 0.12  # an Esc followed sooner by something may be the start of another key

    def __init__(self, argv, columns=80, lines=24, env=None, term="xterm-256color", keep=False, baud=0):
        self.glass, self.lock = Screen(columns, lines), threading.Condition()
        self.sent, self.kept, self.bytes_per_second = 0, [] if keep else None, baud // 10
        self.ended, self.escaped_at = False, 0.0
        master, slave = pty.openpty()
        self.fd = master
        self._size(columns, lines)
        if baud:
            mode = termios.tcgetattr(slave)
            mode[4] = mode[5] = getattr(termios, f"B{baud}")
            termios.tcsetattr(slave, termios.TCSANOW, mode)
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": term, "HOME": str(yz.temp_dir("yizhan-home-")),
                       "ASAN_OPTIONS": "detect_leaks=0", **(env or {})}
        self.home = environment["HOME"]
        environment = {name: value for name, value in environment.items() if value is not None}
        self.process = subprocess.Popen(["setsid", "-c", *map(str, argv)], stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True)
        os.close(slave)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        atexit.register(self.close)

    def _size(self, columns, lines):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self):
        with contextlib.suppress(OSError):
            while True:
                data = os.read(self.fd, min(65536, max(self.bytes_per_second // 40, 1)) if self.bytes_per_second else 65536)
                if not data:
                    break
                if self.bytes_per_second:
                    time.sleep(len(data) / self.bytes_per_second)
                with self.lock:
                    self.sent += len(data)
                    if self.kept is not None:
                        self.kept.append(data)
                    answer = self.glass.write(data)
                    self.lock.notify_all()
                if answer:
                    os.write(self.fd, answer)
        with self.lock:
            self.ended = True
            self.lock.notify_all()

    def close(self):
        if self.fd < 0:
            return
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.thread.join(5)
        os.close(self.fd)
        self.fd = -1
        with self.lock:
            self.glass.close()
        atexit.unregister(self.close)

    def hang_up(self):
        """The window is closed."""
        os.close(self.fd)
        self.fd = -1

    def cook(self):
        """The mode a shell would set."""
        mode = termios.tcgetattr(self.fd)
        mode[0] |= termios.ICRNL
        mode[1] |= termios.OPOST
        mode[3] |= termios.ICANON | termios.ECHO | termios.ISIG
        termios.tcsetattr(self.fd, termios.TCSANOW, mode)

    # ---- keys

    def send(self, data):
        """Bytes as a keyboard sends them; a long paste goes as fast as it is taken."""
        wait = self.escaped_at + self.ESCAPE_SECONDS - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        data = data.encode() if isinstance(data, str) else data
        while data:
            select.select([], [self.fd], [], 10)
            data = data[os.write(self.fd, data[:1024]):]

    def keys(self, *names, table=XTERM):
        """tmux's names for keys: Enter, Escape, Up, F10, C-k …"""
        for name in names:
            if re.fullmatch("C-.", name):
                self.send(chr(ord(name[2].upper()) & 31))
            else:
                self.send(table.get(name) or XTERM.get(name, name))
            self.escaped_at = time.monotonic() if name == "Escape" else 0.0

    def type(self, text):
        self.send(text)

    def paste(self, text):
        self.send("\033[200~" + text + "\033[201~")

    def resize(self, columns, lines):
        with self.lock:
            self.glass.resize(int(columns), int(lines))
        self._size(int(columns), int(lines))

    # ---- the screen

    def screen(self):
        with self.lock:
            return self.glass.rows()

    def text(self):
        return "\n".join(self.screen())

    def cells(self):
        with self.lock:
            return self.glass.cells()

    def colours(self):
        """The cells that have a colour of their own."""
        return [cell for row in self.cells() for cell in row if cell.fg or cell.bg]

    def until(self, what, condition, seconds=yz.PATIENCE):
        """Looks again whenever something was painted; returns what the condition gave."""
        end = time.monotonic() + seconds
        while True:
            with self.lock:
                before = self.sent
            value = condition()
            if value:
                return value
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited {seconds} s in vain for {what}; the screen was:\n{self.text()}")
            with self.lock:
                if self.sent == before:
                    self.lock.wait(min(left, 0.5))

    def wait(self, what, seconds=yz.PATIENCE):
        wanted = [what] if isinstance(what, str) else list(what)
        return self.until(wanted, lambda: (lambda t: t if all(w in t for w in wanted) else None)(self.text()), seconds)

    def wait_gone(self, what, seconds=yz.PATIENCE):
        return self.until(f"{what} to go", lambda: (lambda t: t if what not in t else None)(self.text()), seconds)

    def quiet(self, seconds=0.3, limit=20.0):
        """Waits until nothing was painted for a while; returns the bytes sent so far."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            with self.lock:
                before = self.sent
                self.lock.wait(seconds)
                if self.sent == before:
                    return before
        return self.sent

    def dead(self):
        return self.ended or self.process.poll() is not None

    def signal(self, number):
        self.process.send_signal(number)
