#!/usr/bin/env python3
"""The embedded cluster: made once, by nobody's root, adopted after a kill, started again when it dies, stopped with its last user."""
import atexit
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

import yz
from yz import check, wait_until

ROOT = os.getuid() == 0
PROBE = yz.BUILD / "tests" / "unit" / "db" / "embedded_probe"
STRANGER = "nobody"


def owner():
    return "postgres" if ROOT else pwd.getpwuid(os.getuid()).pw_name


def clean_up(path):
    """Also after a test that failed half-way: stops what still works in this test's own directory."""
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.readlink(entry / "cwd").startswith(f"{path}/"):
                os.kill(int(entry.name), signal.SIGKILL)
    shutil.rmtree(path, ignore_errors=True)


def place(prefix="yizhan-closed-", mode=0o700):
    """A directory; by default one an unprivileged PostgreSQL cannot walk into, as root's home is."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    path.chmod(mode)
    atexit.register(clean_up, path)
    return path


def _heed_interrupts():
    """A shell lets what it starts in the background ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Probe:
    """A process that uses the cluster as a server does."""

    def __init__(self, state, pool=4, user=None, run_as=None, program=PROBE, wait=True):
        self.state = pathlib.Path(state)
        self.state.parent.mkdir(exist_ok=True)
        self.log = open(self.state.parent / f"probe-{time.monotonic_ns()}.log", "w+")
        argv = [str(program), str(state), str(pool)] + ([user] if user else [])
        if run_as:
            argv = ["runuser", "-u", run_as, "--", *argv]
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "halt_on_error=1"}
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        start_new_session=True, env=environment, preexec_fn=_heed_interrupts)
        atexit.register(self.kill)
        if wait:
            self.ready()

    def ready(self):
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            raise AssertionError(f"no cluster: {self.output()}")
        self.conninfo = line.removeprefix("ready ").strip()
        self.socket = self.conninfo.split("'")[1]

    def output(self):
        self.log.flush()
        return pathlib.Path(self.log.name).read_text()

    def refused(self):
        self.process.stdin.close()
        return self.process.wait(60) != 0

    def stop(self):
        self.process.stdin.close()
        return self.process.wait(60)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def sql(self, text, role="postgres", database="postgres", run_as=None):
        argv = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", f"host={self.socket} user={role} dbname={database}"]
        if run_as:
            argv = ["runuser", "-u", run_as, "--", *argv]
        done = subprocess.run(argv, input=text, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout.strip()

    def answers(self):
        try:
            return self.sql("SELECT 1") == "1"
        except RuntimeError:
            return False


def postmaster(state):
    try:
        return int((state / "db" / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return None


def alive(pid):
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, TypeError):
        return False
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def gone(state):
    """Nothing works in the data directory any more."""
    data = str(state / "db")
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "cwd") == data:
                    return False
            except OSError:
                pass
    return True


def test_first_start_under_a_closed_directory():
    state = place() / "a" / "state"
    probe = Probe(state)
    pid = postmaster(state)
    user = pwd.getpwuid(pathlib.Path(f"/proc/{pid}").stat().st_uid).pw_name
    check(user == owner() and user != "root", "PostgreSQL runs as a plain user")
    check(probe.sql("SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'yizhan%'")
          == "yizhan_app yizhan_owner yizhan_tail", "the roles are there")
    check(probe.sql("SELECT current_user", "yizhan_app", "yizhan") == "yizhan_app", "the application's role gets in")
    check(state.stat().st_mode & 0o777 == 0o700 and (state / "db").stat().st_mode & 0o777 == 0o700, "the directories are closed")
    check(pathlib.Path(probe.socket).stat().st_mode & 0o777 == 0o700, "the socket's directory is closed")
    check(probe.sql("SHOW listen_addresses") == "", "nothing listens on the network")
    check(int(probe.sql("SHOW max_connections")) >= 100, "there is room for connections")
    check(probe.sql("SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'jit', "
                    "'log_parameter_max_length', 'log_parameter_max_length_on_error')") == "on off 0 0 on", "the settings hold")
    inherited = list(yz.still_there(os.readlink, pathlib.Path(f"/proc/{pid}/fd").iterdir()))
    check(not any(name.endswith(".lock") for name in inherited if name.startswith(str(state))), "PostgreSQL holds no lock of ours")
    socket = probe.socket
    probe.sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    check(probe.stop() == 0, "it stops cleanly")
    check(gone(state) and not os.path.exists(socket), "nothing of it is left")
    probe = Probe(state)
    check(probe.sql("SELECT n FROM kept") == "7", "the second start finds the data")
    log = (state / "db.log").read_text()
    try:
        probe.sql("SELECT '13800138000'::date")
    except RuntimeError:
        pass
    check("13800138000" not in (state / "db.log").read_text() and "was shut down at" in log, "the log tells of starts and not of data")
    probe.stop()


def test_strangers_stay_outside():
    if not ROOT:
        return
    state = place() / "state"
    probe = Probe(state)
    try:
        probe.sql("SELECT 1", run_as=STRANGER)
        check(False, "another user cannot reach the socket")
    except RuntimeError as error:
        check("Permission denied" in str(error), "another user cannot reach the socket")
    os.chmod(probe.socket, 0o755)
    os.chmod(probe.socket + "/.s.PGSQL.5432", 0o777)
    try:
        probe.sql("SELECT 1", run_as=STRANGER)
        check(False, "and would not be let in if he could")
    except RuntimeError as error:
        check("eer authentication failed" in str(error), "and would not be let in if he could")
    probe.stop()


def test_plain_user():
    if not ROOT:
        return
    home = place("yizhan-plain-", 0o755)
    state = home / "state"
    program = shutil.copy(PROBE, home / "probe")
    os.chmod(program, 0o755)
    shutil.chown(home, STRANGER)
    probe = Probe(state, run_as=STRANGER, program=program)
    pid = postmaster(state)
    check(pwd.getpwuid(pathlib.Path(f"/proc/{pid}").stat().st_uid).pw_name == STRANGER, "a plain user's PostgreSQL is his own")
    check(probe.answers(), "root gets in too")
    check(probe.sql("SELECT 1", run_as=STRANGER) == "1", "he himself gets in")
    check(probe.stop() == 0 and gone(state), "it stops cleanly")
    probe = Probe(state)
    pid = postmaster(state)
    check(pwd.getpwuid(pathlib.Path(f"/proc/{pid}").stat().st_uid).pw_name == STRANGER, "started by root it stays his")
    probe.stop()


def test_never_as_root():
    if not ROOT:
        return
    probe = Probe(place() / "state", user="root", wait=False)
    check(probe.refused() and "must not run as root" in probe.output(), "PostgreSQL is never run as root")
    probe = Probe(place() / "state", user="no_such_user", wait=False)
    check(probe.refused() and "no user no_such_user" in probe.output(), "an unknown user is named")


def test_adoption_after_kill():
    state = place() / "state"
    probe = Probe(state)
    pid = postmaster(state)
    probe.sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    os.killpg(probe.process.pid, signal.SIGINT)
    probe.process.wait(60)
    check(probe.process.stdout.read() == "", "no process holds the killed one's output")
    time.sleep(0.3)
    check(alive(pid), "the terminal's ^C does not reach PostgreSQL")
    for round_ in range(3):
        probe = Probe(state)
        check(postmaster(state) == pid and probe.sql("SELECT n FROM kept") == "7", f"adopted, not started twice ({round_})")
        probe.process.kill()
        probe.process.wait()
        check(alive(pid), f"kill -9 leaves PostgreSQL running ({round_})")
    probe = Probe(state)
    check(probe.stop() == 0 and gone(state) and not os.path.exists(probe.socket), "an adopted one is stopped like one's own")


def test_postmaster_dies():
    state = place() / "state"
    probe = Probe(state)
    probe.sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    for sig in (signal.SIGKILL, signal.SIGQUIT, signal.SIGKILL, signal.SIGTERM):
        pid = postmaster(state)
        os.kill(pid, sig)
        wait_until("another postmaster", lambda: postmaster(state) not in (None, pid) and probe.answers(), 60)
        check(probe.sql("SELECT n FROM kept") == "7", f"it is back at the same place after signal {int(sig)}")
    probe.process.kill()
    probe.process.wait()
    adopted = Probe(state)
    pid = postmaster(state)
    os.kill(pid, signal.SIGKILL)
    wait_until("another postmaster", lambda: postmaster(state) not in (None, pid) and adopted.answers(), 60)
    check(adopted.sql("SELECT n FROM kept") == "7", "an adopted one is started again too")
    check(adopted.stop() == 0 and gone(state), "and stopped")


def test_last_user_stops_it():
    state = place() / "state"
    first, second = Probe(state), Probe(state)
    pid = postmaster(state)
    check(first.socket == second.socket, "two servers share one PostgreSQL")
    check(first.stop() == 0 and alive(pid) and second.answers(), "the first to leave lets it run")
    os.kill(pid, signal.SIGKILL)
    wait_until("another postmaster", lambda: postmaster(state) not in (None, pid) and second.answers(), 60)
    third = Probe(state)
    pid = postmaster(state)
    os.kill(pid, signal.SIGKILL)
    wait_until("another postmaster", lambda: postmaster(state) not in (None, pid) and second.answers() and third.answers(), 60)
    check(True, "two watchers start one postmaster")
    check(second.stop() == 0 and third.answers(), "the second lets it run too")
    check(third.stop() == 0 and gone(state), "the last one stops it")


def test_two_first_starts():
    state = place() / "state"
    probes = [Probe(state, wait=False) for _ in range(3)]
    for probe in probes:
        probe.ready()
    check(len({p.socket for p in probes}) == 1 and all(p.answers() for p in probes), "three first starts at once make one cluster")
    check(all(p.stop() == 0 for p in probes) and gone(state), "and stop it once")


def test_more_room():
    state = place() / "state"
    probe = Probe(state, pool=4)
    pid = postmaster(state)
    probe.process.kill()
    probe.process.wait()
    probe = Probe(state, pool=50)
    check(int(probe.sql("SHOW max_connections")) >= 150 and postmaster(state) != pid, "an adopted one with too little room is started anew")
    other = Probe(state, pool=100)
    check(int(other.sql("SHOW max_connections")) < 300 and other.answers() and probe.answers(), "but not under somebody's feet")
    other.stop()
    probe.stop()


def test_half_made_is_made_again():
    state = place() / "state"
    probe = Probe(state)
    probe.stop()
    (state / "db.making").touch()
    (state / "db" / "PG_VERSION").unlink()
    probe = Probe(state)
    check(probe.answers() and not (state / "db.making").exists(), "a half-made cluster is made again")
    probe.stop()


def test_killed_while_making():
    state = place() / "state"
    for delay in (0.05, 0.2, 0.4, 0.8):
        probe = Probe(state, wait=False)
        time.sleep(delay)
        probe.process.kill()
        probe.process.wait()
    probe = Probe(state)
    check(probe.answers(), "killed while making, it is made in the end")
    check(probe.stop() == 0 and gone(state), "and stops")


def test_foreign_directory():
    state = place() / "state"
    (state / "db").mkdir(parents=True)
    (state / "db" / "diary.txt").write_text("dear diary")
    if ROOT:
        shutil.chown(state / "db", owner())
    probe = Probe(state, wait=False)
    check(probe.refused() and "not a PostgreSQL cluster" in probe.output(), "what is not a cluster is refused")
    check((state / "db" / "diary.txt").read_text() == "dear diary", "and left alone")


def test_stale_pid_file():
    state = place() / "state"
    probe = Probe(state)
    probe.sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    probe.process.kill()
    probe.process.wait()
    os.kill(postmaster(state), signal.SIGKILL)
    wait_until("the backends to go", lambda: gone(state))
    sleeper = subprocess.Popen(["sleep", "60"], cwd="/", user=owner() if ROOT else None)
    pid_file = state / "db" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    with open(pid_file, "w") as file:
        file.write("\n".join([str(sleeper.pid), *lines[1:]]))
    old_socket = probe.socket
    pathlib.Path(old_socket, ".s.PGSQL.5432.lock").write_text(pid_file.read_text())
    probe = Probe(state)
    check(probe.sql("SELECT n FROM kept") == "7", "a pid file with another process's number does not stop it")
    check(old_socket == probe.socket, "the dead one's socket directory, which other servers may know, is taken again")
    sleeper.kill()
    sleeper.wait()
    probe.stop()


yz.main(globals())
