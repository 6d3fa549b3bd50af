"""The way of the README's real installation, with its own lines: install, prepare a PostgreSQL, first administrator, start, check."""
import os
import pwd
import re
import shutil
import subprocess

import papers
import yz

root = yz.temp_dir("yizhan-install-")
prefix = root / "usr/local"
me = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name  # in place of the system user yizhan
AS_ME = ["setpriv", "--reuid", me, "--regid", me, "--clear-groups", "--"] if os.getuid() == 0 else []
QUIET = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}


def run(*argv, plain=False, **more):
    argv = [str(a) for a in (AS_ME if plain else []) + list(argv)]
    done = subprocess.run(argv, capture_output=True, text=True, env=QUIET, **more)
    assert done.returncode == 0, (argv, done.stdout[-1000:], done.stderr[-3000:])
    return done.stdout


def test_everything_is_installed():
    run("meson", "install", "-C", yz.BUILD, "--no-rebuild", "--quiet", "--destdir", root)
    wanted = ["bin/yizhan", "sbin/yizhand", "sbin/yizhanctl", "lib/systemd/system/yizhand.service", "lib/sysusers.d/yizhan.conf",
              "lib/tmpfiles.d/yizhan.conf", "share/yizhan/yizhand.conf.example", "share/doc/yizhan/README", "share/doc/yizhan/NEWS",
              "share/doc/yizhan/LICENSE"]
    wanted += [f"share/yizhan/setup_{name}.sql" for name in ("cluster", "create", "database")]
    wanted += [f"share/locale/{language}/LC_MESSAGES/yizhan.mo" for language in ("zh_CN", "zh_TW")]
    wanted += [f"share/man/man{page[-1]}/{page}" for page in ("yizhan.1", "yizhand.conf.5", "yizhan-protocol.7", "yizhan-screens.7", "yizhanctl.8", "yizhand.8")]
    for name in wanted:
        yz.check((prefix / name).is_file(), f"installed: {name}")
    extra = {str(p.relative_to(prefix)) for p in prefix.rglob("*") if p.is_file()} - set(wanted)
    assert not extra, f"installed, but nobody knows why: {sorted(extra)}"


def test_unit_names_what_is_installed():
    unit = (prefix / "lib/systemd/system/yizhand.service").read_text()
    for program in re.findall(r"^Exec\w+=(\S*yizhan\S*)", unit, re.M):
        assert (root / program.lstrip("/")).is_file(), program
    user = re.search(r"^User=(\w+)", unit, re.M).group(1)
    assert f"\nu {user} " in (prefix / "lib/sysusers.d/yizhan.conf").read_text()
    assert user in (prefix / "lib/tmpfiles.d/yizhan.conf").read_text().split("\n")[1].split()


def test_unit_is_good():
    if not shutil.which("systemd-analyze"):
        return
    unit = root / "yizhand.service"
    text = (prefix / "lib/systemd/system/yizhand.service").read_text()
    unit.write_text(re.sub(r"=(/\S+/yizhand)\b", lambda m: f"={root}{m.group(1)}", text))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True)
    assert str(unit.name) not in done.stderr, done.stderr


def test_example_settings_are_good():
    run(prefix / "sbin/yizhand", "--config", prefix / "share/yizhan/yizhand.conf.example", "--check-config")


def prepare(cluster):
    """Step 2 of the README: its own lines, for the user of this test in place of the system user yizhan."""
    hba = papers.block("local  yizhan")
    ident = [re.sub(r"^(\S+\s+)yizhan\b", rf"\g<1>{me}", line) for line in papers.block("yizhan  yizhan  yizhan_owner")]
    (cluster.data / "pg_hba.conf").write_text("\n".join(hba + ["local all postgres trust", "local all all reject"]) + "\n")
    (cluster.data / "pg_ident.conf").write_text("\n".join(ident) + "\n")
    cluster.sql("SELECT pg_reload_conf()")
    steps = [c for c in papers.commands() if "/setup_" in c]
    assert len(steps) == 3, steps
    for step in steps:
        argv = step.replace("/usr/local", str(prefix)).removeprefix("sudo -u postgres ").split()
        run(argv[0], "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", cluster.socket, "-U", "postgres", *argv[1:])


def test_server_of_the_readme():
    cluster = yz.Cluster()
    prepare(cluster)
    lines = [line.replace("/run/postgresql", str(cluster.socket)) for line in papers.block("listen = ") if not line.startswith("listen")]
    state = yz.temp_dir("yizhan-state-")
    shutil.chown(state, me)
    yz.YIZHAND = as_me(prefix / "sbin/yizhand")
    conf = root / "yizhand.conf"
    conf.write_text("\n".join(lines) + "\n")
    control = [prefix / "sbin/yizhanctl", "--config", conf, "--state", state]
    run(prefix / "sbin/yizhand", "--config", conf, "--check-config")
    by_hand = root / "by-hand.conf"
    by_hand.write_text("\n".join([*lines, 'database_owner = "none"']) + "\n")
    run(prefix / "sbin/yizhanctl", "--config", by_hand, "migrate", plain=True)
    run(*control, "passwd", "admin", plain=True, input=yz.PASSWORD + "\n")
    server = yz.Server(None, settings=lines, state=state)
    assert "desk.example.com" in run("openssl", "x509", "-in", state / "tls/server.crt", "-noout", "-text")
    with yz.Client(server, "admin") as admin:
        assert admin.session["roles"] == ["admin"], admin.session
        made = admin.do("branch.create", {"code": "GZ", "name": "天河救援站"})
        assert admin.call("branch.get", id=made["id"])["name"] == "天河救援站"
    asked = run(prefix / "bin/yizhan", "--server", server.address, "--ca", server.ca, "--user", "admin", "--password-file", password_file(),
                "call", "branch.list", '{"columns":["code"]}')
    assert '"GZ"' in asked, asked
    run(*control, "check", plain=True)
    server.stop()
    owner = cluster.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'", "yizhan")
    assert owner == [["yizhan_owner"]], owner


def as_me(program):
    """A script that becomes the plain user first, as the unit does, and is the program afterwards."""
    script = root / "as-me"
    script.write_text(f'#!/bin/sh\nexec {" ".join(AS_ME)} "{program}" "$@"\n')
    script.chmod(0o755)
    return script


def password_file():
    path = root / "password"
    path.write_text(yz.PASSWORD + "\n")
    return path


yz.main(globals())
