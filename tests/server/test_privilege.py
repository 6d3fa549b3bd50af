#!/usr/bin/env python3
"""Whom the server runs as: started by root, it is a plain user before it serves anybody, and what it must read again it still can."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import ssl
import subprocess

import yz
from yz import check

ROOT = os.getuid() == 0
OWNER = next(name for name in ("yizhan", "postgres") if name in {entry.pw_name for entry in pwd.getpwall()})


def status(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def plain(pid, name):
    """Every thread of it is that user and can become nobody else."""
    entry = pwd.getpwnam(name)
    for said in yz.still_there(lambda thread: status(f"{pid}/task/{thread.name}"), pathlib.Path(f"/proc/{pid}/task").iterdir()):
        if set(said["Uid"].split()) != {str(entry.pw_uid)} or set(said["Gid"].split()) != {str(entry.pw_gid)} or said["Groups"].split() or \
                said["NoNewPrivs"] != "1" or int(said["CapEff"], 16) or int(said["CapPrm"], 16):
            return f"{said['Name']}: {said['Uid']} {said['Gid']} {said['Groups']} {said['NoNewPrivs']} {said['CapPrm']}"
    return None


def closed(pid):
    """No core file, and nobody but root looks in."""
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size")).split()
    return core[4:6] == ["0", "0"] and pathlib.Path(f"/proc/{pid}/maps").stat().st_uid == 0


def certificate(server):
    context = ssl.create_default_context(cafile=str(server.ca))
    with context.wrap_socket(socket.create_connection((server.host, server.port), timeout=10), server_hostname=server.host) as line:
        return line.getpeercert()["serialNumber"]


def hang_up(server):
    count = server.log_path.read_text().count("configuration read again")
    server.process.send_signal(signal.SIGHUP)
    yz.wait_until("SIGHUP", lambda: server.log_path.read_text().count("configuration read again") > count)


def refused(config, *args):
    """How yizhand ends with these settings, and what it says."""
    path = yz.temp_dir() / "yizhand.conf"
    path.write_text(config)
    done = subprocess.run([str(yz.YIZHAND), "--config", str(path), "--listen", "127.0.0.1:0", *args], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr


def test_private_cluster():
    if not ROOT:
        return
    home = yz.temp_dir("yizhan-home-")
    home.chmod(0o700)
    state = home / "state"
    state.mkdir()
    server = yz.Server(None, state=state, start_seconds=120)
    check(plain(server.process.pid, OWNER) is None, f"under a home nobody else enters, every thread is {OWNER}'s: {plain(server.process.pid, OWNER)}")
    check(closed(server.process.pid), "no core file, no debugger of the same user")
    owners = {path.name: path.owner() for path in (state / "tls").iterdir()}
    check(owners == dict.fromkeys(("ca.crt", "ca.key", "server.crt", "server.key"), OWNER), f"the certificates it made are its own: {owners}")
    check((state / "tls").owner() == OWNER and state.owner() == "root", "the directory of the state stays root's")
    (state / "tls" / "server.crt").unlink()
    was = certificate(server)
    hang_up(server)
    check(certificate(server) != was, "SIGHUP makes a certificate and takes it, though the server cannot walk there")
    log = server.log_path.read_text()
    check(f"running as {OWNER}" in log and "cannot read" not in log, "the log says whom it runs as")
    for held in yz.still_there(os.readlink, pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()):
        if held.startswith(str(home)) and not held.endswith((".lock", "yizhand.log", "/state", "/tls")):
            check(False, f"it holds {held}")
    server.kill()
    server.restart()
    check(plain(server.process.pid, OWNER) is None, "killed and started again by root: the same")
    done = subprocess.run([str(yz.YIZHANCTL), "--state", str(state), "check"], capture_output=True, text=True, timeout=120)
    check(done.returncode == 0, f"yizhanctl finds its cluster beside it: {done.stderr}")
    server.stop()
    done = subprocess.run([str(yz.YIZHANCTL), "--state", str(state), "check"], capture_output=True, text=True, timeout=120)
    check(done.returncode == 0 and not (state / "db" / "postmaster.pid").exists(), f"and without it: {done.stderr}")
    code, said = refused('user = "nobody"\n', "--state", str(state))
    check(code == os.EX_CONFIG and f"belongs to {OWNER}" in said, f"another user than the cluster's is refused with the reason: {said}")


def test_own_database():
    if not ROOT:
        return
    cluster, database = yz.fresh_demo()
    server = yz.Server(cluster, database, settings=['user = "nobody"'])
    check(plain(server.process.pid, "nobody") is None, f"it becomes whom the setting names: {plain(server.process.pid, 'nobody')}")
    with yz.Client(server, "dispatcher") as client:
        check(client.session["user"] == "dispatcher", "and serves")
    server.stop()
    database = f'database = "{cluster.conninfo(database, "yizhan_app")}"\ndatabase_owner = "none"\n'
    if OWNER != "yizhan":
        code, said = refused(database, "--state", str(yz.temp_dir()))
        check(code == os.EX_CONFIG and "no user yizhan to run as" in said, f"nobody to become: refused with the way out: {said}")
    for name, why in (("root", "does not run as root"), ("no_such_user", "there is no user no_such_user")):
        code, said = refused(f'user = "{name}"\n{database}', "--check-config")
        check(code == os.EX_CONFIG and why in said and ".conf:1:" in said, f"user = {name} is refused by file and line: {said}")


def test_named_keys():
    """A key that only root reads serves; that it cannot be read again is said at once."""
    if not ROOT:
        return
    cluster, database = yz.fresh_demo()
    server = yz.Server(cluster, database)
    server.stop()
    place = yz.temp_dir()
    for name in ("server.crt", "server.key", "ca.crt"):
        shutil.copy(server.state / "tls" / name, place / name)
    os.chmod(place / "server.key", 0o600)
    settings = [f'tls_cert = "{place / "server.crt"}"', f'tls_key = "{place / "server.key"}"']
    named = yz.Server(cluster, database, settings=settings)
    named.ca = place / "ca.crt"
    check(certificate(named), "a key only root reads is read before root is given up")
    check("server.key" in named.log_path.read_text() and "so SIGHUP will not" in named.log_path.read_text(), "what SIGHUP cannot do is told at the start")
    hang_up(named)
    check(certificate(named), "and SIGHUP in vain leaves the old key")
    named.stop()


def test_links_are_left_alone():
    """The directory of the certificates is the plain user's: what he puts there root must not give him."""
    if not ROOT:
        return
    cluster, database = yz.fresh_demo()
    server = yz.Server(cluster, database)
    server.stop()
    secret = server.state / "secret"
    secret.write_text("root's")
    secret.chmod(0o600)
    (server.state / "tls" / "ca.key").unlink()
    os.link(secret, server.state / "tls" / "ca.key")
    server.start()
    check(secret.owner() == "root", "a file with two names stays root's")
    server.stop()
    (server.state / "tls" / "ca.key").unlink()
    (server.state / "tls" / "ca.key").symlink_to(secret)
    server.start()
    check(secret.owner() == "root", "and one behind a link")
    server.stop()


def test_plain_user_stays():
    if ROOT:
        return
    cluster, database = yz.fresh_demo()
    server = yz.Server(cluster, database)
    check(status(server.process.pid)["NoNewPrivs"] == "1" and closed(server.process.pid), "started by a plain user it gives up what he has to give")
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
