"""Those who act beside a terminal: one protocol client each, kept as long as it is of use."""
import collections
import contextlib
import ctypes
import threading
import uuid

import yz


class People:
    def __init__(self, server):
        self.server, self.lock = server, threading.Lock()
        self.free = collections.defaultdict(list)

    def _take(self, user):
        """Whose it was in this thread: what a session holds, the same session must let go."""
        with self.lock:
            if self.free[user, threading.get_ident()]:
                return self.free[user, threading.get_ident()].pop(), True
        return yz.Client(self.server, user), False

    def _give(self, user, client):
        with self.lock:
            self.free[user, threading.get_ident()].append(client)

    def do(self, user, verb, args):
        """A session that has ended meanwhile is taken up by another; the key keeps the effect one."""
        if verb.split(".", 1)[1] not in yz.UNKEYED:
            args = {"key": uuid.uuid4().hex, **args}
        while True:
            client, used = self._take(user)
            try:
                answer = client.do(verb, args)
            except yz.Refused as refusal:
                if used and refusal.code == "unauthenticated":
                    client.close()
                    continue
                self._give(user, client)
                raise
            except (yz.Closed, OSError):
                client.close()
                if used:
                    continue
                raise
            self._give(user, client)
            return answer

    def close(self):
        for clients in self.free.values():
            for client in clients:
                with contextlib.suppress(OSError):
                    client.close()


def cheap_passwords(cluster, database):
    """Everybody keeps his password, under a hash that costs next to nothing: what a password is worth is tested elsewhere."""
    library, text = ctypes.CDLL("libargon2.so.1"), ctypes.create_string_buffer(160)
    password, salt = yz.PASSWORD.encode(), b"yizhan-screens-0"
    failed = library.argon2id_hash_encoded(ctypes.c_uint32(1), ctypes.c_uint32(8), ctypes.c_uint32(1), password, ctypes.c_size_t(len(password)),
                                           salt, ctypes.c_size_t(len(salt)), ctypes.c_size_t(32), text, ctypes.c_size_t(len(text)))
    assert not failed, "argon2 refuses"
    cluster.sql(f"UPDATE employee SET password_hash = '{text.value.decode()}' WHERE password_hash IS NOT NULL", database)
