"""A TCP proxy that cuts lines at a chosen moment. It cannot read what goes through it (TLS does not let it), so whoever sends says
beforehand how his line is to end."""
import select
import socket
import struct
import threading

import yz

# How a line ends. Of the first the server cannot have acted; of the second nobody can know; of the others it has, and the answer never arrives.
REQUEST = "in the middle of the request"
SENT = "when the request went through"
REPLY = "before the reply arrives"
HALF = "in the middle of the reply"
KINDS = (REQUEST, SENT, REPLY, HALF)
ANSWERED = (REPLY, HALF)


class Proxy:
    """Stands before a server: has its certificate's host, a port of its own."""

    def __init__(self, server):
        self.server, self.host, self.ca = server, server.host, server.ca
        self.armed, self.lock, self.open = {}, threading.Lock(), set()
        self.done = {kind: 0 for kind in KINDS}
        self.came = 0       # lines that were opened, ever
        self.listener = socket.create_server((self.host, 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def arm(self, client, kind):
        """The next request of this client is cut so; `client` is a yz.Client that has no request under way."""
        with self.lock:
            self.armed[client.socket.getsockname()[1]] = kind

    def arm_next(self, kind):
        """Whoever asks next is cut so: for a client that is not ours to look into and has no request under way."""
        with self.lock:
            self.armed[None] = kind

    def sever(self):
        """Every line that is open breaks, now."""
        with self.lock:
            ends, self.open = list(self.open), set()
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass        # it has gone by itself
        return len(ends) // 2

    def cuts(self, *kinds):
        return sum(self.done[k] for k in kinds or KINDS)

    def _accept(self):
        while True:
            try:
                near, address = self.listener.accept()
            except OSError:
                return
            self.came += 1
            threading.Thread(target=self._carry, args=(near, address[1]), daemon=True).start()

    def _carry(self, near, port):
        try:
            far = socket.create_connection((self.server.host, self.server.port), timeout=10)
        except OSError:
            near.close()
            return
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.open |= {near, far}
        try:
            self._pass(near, far, port)
        except OSError:
            pass
        finally:
            with self.lock:
                self.armed.pop(port, None)
                self.open -= {near, far}
            near.close()
            far.close()

    def _pass(self, near, far, port):
        kind = None
        while True:
            for end in select.select([near, far], [], [])[0]:
                data = end.recv(65536)
                if not data:
                    return
                if end is near:
                    kind = kind or self._take(port)
                    if kind == REQUEST:
                        far.sendall(data[:len(data) // 2])
                        return self._cut(kind, near, far)
                    far.sendall(data)
                    if kind == SENT:
                        return self._cut(kind, near, far)
                elif kind:
                    near.sendall(data[:len(data) // 2] if kind == HALF else b"")
                    return self._cut(kind, near, far)
                else:
                    near.sendall(data)

    def _take(self, port):
        with self.lock:
            return self.armed.pop(port, None) or self.armed.pop(None, None)

    def _cut(self, kind, near, far):
        """As a line breaks: to the client without a farewell, to the server by turns with one."""
        with self.lock:
            self.done[kind] += 1
            hard = self.cuts() % 2
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if hard:
            far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait_cuts(proxy, n, seconds=60.0):
    yz.wait_until(f"{n} cuts", lambda: proxy.cuts(*ANSWERED) >= n, seconds)
