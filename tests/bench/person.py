"""A person typing: the real client and readline, each in a pty of its own; bytes sent to the terminal per character, and time until they come."""
import os
import pty
import select
import struct
import fcntl
import termios
import time


class Pty:
    def __init__(self, argv, env, rows=24, cols=80):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], [str(a) for a in argv], {**os.environ, **env})
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def drain(self, quiet=0.4, limit=15.0):
        """Reads until nothing came for a while; returns all of it."""
        out, end = b"", time.monotonic() + limit
        while time.monotonic() < end and select.select([self.fd], [], [], quiet)[0]:
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            out += data
            if b"\x1b[6n" in data:  # the client asks how wide an ambiguous character is
                os.write(self.fd, b"\x1b[2;2R")
        return out

    def press(self, key):
        """(bytes that came back, milliseconds until the first of them)"""
        before = time.monotonic()
        os.write(self.fd, key)
        if not select.select([self.fd], [], [], 1.0)[0]:
            return b"", 1000.0
        data = os.read(self.fd, 65536)
        paint = (time.monotonic() - before) * 1000
        return data + self.drain(quiet=0.02, limit=0.3), paint

    def close(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def type_text(argv, env, text, prepare=b""):
    """Bytes per character and the sorted paint times for typing a text into a program's field."""
    terminal = Pty(argv, {"TERM": "xterm-256color", "LANG": "C.UTF-8", **env})
    try:
        terminal.drain(quiet=1.0)
        if prepare:
            os.write(terminal.fd, prepare)
            terminal.drain()
        total, times = 0, []
        for character in text:
            data, paint = terminal.press(character.encode())
            total += len(data)
            times.append(paint)
        return total / len(text), sorted(times)
    finally:
        terminal.close()
