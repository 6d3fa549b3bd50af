"""A server on an empty company: one head office, one administrator. For tests of what needs no business data."""
import base64
import hashlib
import hmac
import struct
import subprocess
import time
import uuid

import yz


def make_database(cluster):
    name = "b_" + uuid.uuid4().hex[:12]
    cluster.create(name)
    make_admin(cluster, name)
    return name


def make_admin(cluster, database, login="admin", password=yz.PASSWORD):
    done = subprocess.run([str(yz.YIZHANCTL), "--database", cluster.conninfo(database, "yizhan_app"), "passwd", login],
                          input=password + "\n", capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)


def make_server(**more):
    cluster = yz.shared_cluster()
    return yz.Server(cluster, make_database(cluster), **more)


def make_employee(admin, login, roles, branch_id=1, password="a first password", final="a second password"):
    """Somebody who has logged in once and changed the password."""
    id = admin.do("employee.create", {"code": login.upper(), "name": login, "login": login, "password": password,
                                      "branch_id": branch_id, "roles": roles})["id"]
    if final:
        with yz.Client(admin.server, login, password) as client:
            client.call("session.password", {"old": password, "new": final})
    return id


def totp(secret, at=None):
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int((at or time.time()) // 30)), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return "%06d" % ((struct.unpack(">I", digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 10**6)


def client(server, *args, **more):
    made = yz.Client(server, *args, **more)
    made.server = server
    return made


def refusal(function, *args, **more):
    try:
        value = function(*args, **more)
    except yz.Refused as refused:
        return refused
    raise AssertionError(f"it was done: {value}")


def closed(client_, verb="session.whoami", seconds=yz.PATIENCE):
    """Waits until the server has ended this connection; returns its bye, if it said one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            client_.call(verb)
        except yz.Closed as bye:
            return str(bye)
        except yz.Refused as refused:
            if refused.code == "unauthenticated":
                return str(refused)
        time.sleep(0.05)
    raise AssertionError("still connected")
