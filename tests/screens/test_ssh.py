"""Over SSH straight into the client: a real sshd on loopback, with a configuration and keys of its own, whose ForceCommand is the terminal and nothing
else. There is no way past it to a shell, and nothing of the caller's environment comes with him."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess

import people
import yz
from glass import Glass

UNPACKED = yz.BUILD / "unpacked"
SSHD = next((path for path in (UNPACKED / "usr" / "sbin" / "sshd", pathlib.Path("/usr/sbin/sshd")) if path.exists()), None)

if not SSHD or not shutil.which("ssh"):
    print("note there is no sshd: what is done over SSH is left out")
    raise SystemExit(0)

cluster, database = yz.fresh_demo()
people.cheap_passwords(cluster, database)
server = yz.Server(cluster, database)
room = yz.temp_dir("yizhan-ssh-")
owner = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
PORT = 0


def own(path, mode):
    path.chmod(mode)
    if os.getuid() == 0:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def key(name):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(room / name)], check=True)
    own(room / name, 0o600)
    return room / name


def start():
    """As the person the terminals belong to: then sshd needs no other user, no chroot, and no root."""
    global PORT, daemon
    PORT = yz.free_port()
    key("host")
    public = key("person").with_suffix(".pub").read_text()
    (room / "authorized").write_text(public)
    (room / "seat").mkdir()
    own(room / "seat", 0o700)
    shutil.copy(server.ca, room / "ca.crt")
    # where this tree stands he may not be able to walk to
    program, unpacked = room / "yizhan", room / "unpacked"
    shutil.copy(yz.YIZHAN, program)
    if UNPACKED.exists():
        shutil.copytree(UNPACKED, unpacked, symlinks=True)
    command = f"{program} --server {server.address} --ca {room}/ca.crt --lang en --terminal ssh"
    (room / "config").write_text(f"""
ListenAddress 127.0.0.1
Port {PORT}
HostKey {room}/host
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile {room}/authorized
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding no
AllowAgentForwarding no
AllowStreamLocalForwarding no
X11Forwarding no
PermitTunnel no
PermitUserRC no
PermitUserEnvironment no
PrintMotd no
PrintLastLog no
SetEnv HOME={room}/seat ASAN_OPTIONS=detect_leaks=0:log_path={room}/seat/report
ForceCommand {command}
""")
    for path in room.iterdir():
        if path.is_file() and path.name != "person":
            own(path, 0o600 if path.name == "host" else 0o755 if path == program else 0o644)
    os.chown(room / "person", os.getuid(), os.getgid())
    libraries = ":".join(str(path) for path in unpacked.glob("usr/lib/*"))
    argv = [str(unpacked / SSHD.relative_to(UNPACKED) if UNPACKED in SSHD.parents else SSHD), "-D", "-e", "-f", str(room / "config")]
    if os.getuid() == 0:
        argv = ["runuser", "-u", owner.pw_name, "-G", "tty", "--", "env", f"LD_LIBRARY_PATH={libraries}", *argv]
    log = open(room / "log", "wb")
    daemon = subprocess.Popen(argv, stdout=log, stderr=log, cwd="/", env={**os.environ, "LD_LIBRARY_PATH": libraries})
    yz.wait_until("sshd", listening)


def listening():
    if daemon.poll() is not None:
        raise AssertionError("sshd ended: " + (room / "log").read_text())
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


def ssh(*more):
    return ["ssh", "-F", "/dev/null", "-p", str(PORT), "-i", str(room / "person"), "-o", "StrictHostKeyChecking=no", "-o",
            "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", *more, f"{owner.pw_name}@127.0.0.1"]


def log_in(terminal):
    terminal.wait(["Log in", "User"])
    terminal.type("order_clerk")
    terminal.keys("Enter")
    terminal.type(yz.PASSWORD)
    terminal.keys("Enter")
    terminal.wait("Take a call")


def leave(terminal):
    terminal.keys("F3")
    terminal.wait("Leave Yizhan?")
    terminal.type("y")
    yz.wait_until("the end of the connection", terminal.dead)


def test_straight_into_the_client():
    start()
    for term in ("xterm-256color", "vt220", "wall-terminal-9000"):
        terminal = Glass(ssh("-tt"), term=term)
        log_in(terminal)
        yz.check(True, f"a {term} at the other end shows the menu")
        terminal.resize(100, 30)
        terminal.wait("Take a call")
        terminal.type("cu")
        terminal.wait("Customers")
        terminal.keys("Enter")
        terminal.wait("C0002")
        yz.wait_until("a screen as large as the window", lambda: len(terminal.screen()) == 30 and "Open" in terminal.screen()[-1])
        yz.check(True, f"and it is as large as the window: {term}")
        terminal.keys("Escape")
        terminal.wait("Take a call")
        leave(terminal)
        yz.check(terminal.process.wait(10) == 0, f"who leaves the client has left the machine: {term}")
        terminal.close()


def test_no_way_past_it():
    for command in ("id", "sh", "/bin/sh -i", "yizhan call session.whoami; id"):
        terminal = Glass([*ssh("-tt"), command])
        terminal.wait(["Log in", "User"])
        yz.check("uid=" not in terminal.text() and "$ " not in terminal.text(), f"a command of the caller's is not heard: {command}")
        terminal.close()
    terminal = Glass(ssh("-tt"))
    log_in(terminal)
    for what, keys in (("Ctrl-Z", b"\x1a"), ("Ctrl-\\", b"\x1c"), ("Ctrl-C", b"\x03"), ("!", b"!"), ("|", b"|"), ("a line of the command line", b"\x0b!sh\r")):
        terminal.send(keys)
        terminal.quiet(0.3)
        yz.check(not terminal.dead() and "$ " not in terminal.text() and "uid=" not in terminal.text(), f"{what} opens no shell")
        terminal.keys("Escape")
    terminal.keys("Escape")
    terminal.close()
    piped = subprocess.run(ssh("-T"), input=b"id\n", capture_output=True, timeout=60)
    yz.check(piped.returncode == 69 and b"uid=" not in piped.stdout, f"without a terminal it says so and ends: {piped.returncode} {piped.stderr[-200:]}")
    files = subprocess.run([*ssh("-T", "-s"), "sftp"], input=b"", capture_output=True, timeout=60)
    yz.check(files.returncode != 0 and not files.stdout, "files are not to be had")
    tunnel = subprocess.run(ssh("-T", "-W", f"127.0.0.1:{server.port}"), input=b"t1 session.ping\n", capture_output=True, timeout=60)
    yz.check(b"hello" not in tunnel.stdout, "nor a tunnel")


def test_nothing_of_the_environment_comes_with_him():
    terminal = Glass(ssh("-tt", "-o", "SendEnv=YIZHAN_*", "-o", "SendEnv=LD_PRELOAD"), env={"YIZHAN_USER": "admin", "YIZHAN_PASSWORD": yz.PASSWORD,
                                                                                       "YIZHAN_SERVER": "127.0.0.1:9"})
    terminal.wait(["Log in", "User"])
    yz.check("admin" not in terminal.text(), "neither a name nor a password nor a server")
    terminal.close()
    terminal = Glass(ssh("-tt"))
    log_in(terminal)
    terminal.type("cu+")
    terminal.wait("New: Customer")
    terminal.keys("Enter")
    terminal.type("half a customer")
    terminal.wait("half a customer")
    os.kill(terminal.process.pid, 9)
    terminal.close()
    kept = room / "seat"
    yz.wait_until("a draft", lambda: [path for path in kept.rglob("*") if "draft" in str(path) and path.is_file()])
    yz.check(True, "a line that breaks keeps what was typed")
    yz.check(not list(kept.glob("report*")), "without a fault")


def finish():
    daemon.terminate()
    daemon.wait(10)
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
