"""The line drops: what was typed stays, the terminal says so and comes back by itself, and nothing is done twice."""
import signal
import subprocess

import yz
from screenplay import Stage, Words

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
stage = Stage(server)


def open_customer_form(terminal, words, name):
    terminal.wait(words.expand("{Take a call}"))
    terminal.type("cu+")
    terminal.keys("Enter")
    terminal.wait(words.expand("{New}: {Customer}"))
    terminal.type(name)
    terminal.wait(name)


def saved_count(name):
    return int(cluster.sql(f"SELECT count(*) FROM party WHERE name = '{name}'", database)[0][0])


def killed_in_a_form(language):
    words, name = Words(language), f"断线{language}"
    terminal = stage.terminal("order_clerk", language)
    open_customer_form(terminal, words, name)
    server.kill()
    terminal.wait(words.lost())
    yz.check(True, f"{language}: the status says RETRY")
    yz.check(name in terminal.text(), f"{language}: what was typed stays")
    terminal.keys("Tab")
    terminal.type("继续写")
    terminal.wait("继续写")
    yz.check(True, f"{language}: and typing goes on")
    server.restart()
    terminal.wait_gone(words.lost(), 40)
    terminal.wait("●")
    yz.check(words.expand("{Log in}") not in terminal.text(), f"{language}: it logs in by itself")
    yz.check(name in terminal.text() and "继续写" in terminal.text(), f"{language}: the form is as it was left")
    terminal.keys("F10")
    terminal.wait(words.expand("{Saved}"))
    yz.check(saved_count(name) == 1, f"{language}: it is saved once")
    terminal.close()


def test_killed_in_a_form_en():
    killed_in_a_form("en")


def test_killed_in_a_form_zh():
    killed_in_a_form("zh_CN")


def test_saved_while_it_is_away():
    """F10 without a line: the command waits with its key and is done once."""
    words, name = Words("zh_CN"), "无线保存"
    terminal = stage.terminal("order_clerk", "zh_CN")
    open_customer_form(terminal, words, name)
    server.kill()
    terminal.wait(words.lost())
    terminal.keys("F10")
    server.restart()
    terminal.wait_gone(words.lost(), 40)
    if saved_count(name) == 0 and words.expand("{Saved}") not in terminal.text():
        terminal.wait([words.expand("{Saved}")])
    yz.wait_until("the customer", lambda: saved_count(name) == 1)
    yz.check(saved_count(name) == 1, "saved once, when the line was back")
    terminal.close()


def test_no_server_at_the_start():
    words = Words("zh_CN")
    port = server.port
    server.kill()
    terminal = stage.terminal("order_clerk", "zh_CN")
    terminal.wait(words.lost())
    terminal.wait(words.expand("{The server cannot be reached ({why}); trying again}").split("…")[0])
    yz.check(True, "a server that is not there is told, and tried again")
    server.restart()
    yz.check(server.port == port, "the server is there again")
    terminal.wait(words.expand("{Take a call}"), 40)
    yz.check(True, "and the log-in goes on by itself")
    terminal.close()


def test_killed_while_logging_in():
    """The password was given; it is not asked for again because the server died over it."""
    words = Words("zh_CN")
    terminal = stage.terminal("order_clerk", "zh_CN")
    terminal.wait(words.expand("{Take a call}"))
    terminal.keys("F3")
    terminal.wait(words.expand("{Leave Yizhan?}"))
    terminal.type("l")
    terminal.wait(words.expand("┌─ {Log in}"))
    server.process.send_signal(signal.SIGSTOP)
    terminal.type(yz.PASSWORD)
    terminal.keys("Enter")
    terminal.wait(" …")
    server.kill()
    terminal.wait(words.lost())
    server.restart()
    terminal.wait(words.expand("{Take a call}"), 40)
    yz.check(True, "a log-in broken off by the server's death goes on by itself")
    terminal.close()


def test_a_certificate_of_somebody_else():
    other = yz.temp_dir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", other / "key",
                    "-out", other / "ca.crt", "-subj", "/CN=somebody else", "-days", "3"], check=True, capture_output=True)
    for language in ("en", "zh_CN"):
        words = Words(language)
        terminal = yz.Terminal([yz.YIZHAN, "--server", server.address, "--ca", other / "ca.crt", "--user", "order_clerk", "--lang", language],
                               env={"YIZHAN_PASSWORD": yz.PASSWORD})
        terminal.wait(words.expand("{This server cannot be trusted}"))
        yz.check("certificate" in terminal.text(), f"{language}: the reason is told")
        terminal.keys("Enter")
        terminal.wait_gone(words.expand("{This server cannot be trusted}"))
        terminal.wait(words.expand("{refused}"))
        yz.check(words.expand("{Take a call}") not in terminal.text(), f"{language}: a server that cannot prove its name is refused in words")
        terminal.close()
    done = subprocess.run([yz.YIZHAN, "--server", server.address, "--ca", other / "ca.crt", "--user", "order_clerk", "call", "session.whoami"],
                          capture_output=True, text=True, env={"YIZHAN_PASSWORD": yz.PASSWORD, "ASAN_OPTIONS": "detect_leaks=0"})
    yz.check(done.returncode != 0 and "certificate" in done.stderr, "a script is told, too")


def finish():
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
