"""Left alone: the terminal says that it locks, then covers everything; the server's own limit logs out. Settings and notices live through a lost line."""
import people
import yz
from screenplay import Stage, Words

cluster, database = yz.fresh_demo()
people.cheap_passwords(cluster, database)
server = yz.Server(cluster, database)
stage = Stage(server)


def limit(seconds):
    cluster.sql(f"UPDATE setting SET value = '{seconds}' WHERE name = 'session.idle_seconds'", database)


def half_typed(terminal, words, name):
    terminal.wait(words.expand("{Take a call}"))
    terminal.type("cu+")
    terminal.keys("Enter")
    terminal.wait(words.expand("{New}: {Customer}"))
    terminal.type(name)
    terminal.wait(name)


def by_the_server(language):
    words, name = Words(language), f"离开{language}"
    limit(10)
    terminal = stage.terminal("order_clerk", language)
    half_typed(terminal, words, name)
    terminal.until("the warning", lambda: words.pattern("{This terminal locks in %lld s unless a key is pressed}").search(terminal.text()), 20)
    yz.check(True, f"{language}: it says that it locks")
    terminal.keys("Left")
    terminal.wait(words.expand("{Log in}"), 20)
    text = terminal.text()
    yz.check(name not in text and words.expand("{Customer}") not in text, f"{language}: nothing of what was typed is seen")
    limit(300)
    terminal.type(yz.PASSWORD)
    terminal.keys("Enter")
    terminal.wait(name)
    yz.check(True, f"{language}: and it is there again")
    terminal.close()


def test_by_the_server_en():
    by_the_server("en")


def test_by_the_server_zh():
    by_the_server("zh_CN")


def test_settings_live_through_a_lost_line():
    words = Words("en")
    limit(300)
    terminal = stage.terminal("dispatcher", "en")
    terminal.wait(words.expand("{Rescue orders}"))
    terminal.keys("C-k")
    terminal.type("settings")
    terminal.keys("Enter")
    terminal.wait(words.expand("{My settings}"))
    server.kill()
    terminal.wait("RETRY")
    terminal.keys("Down", "Down", "Down", "Down")
    terminal.type("7")
    terminal.keys("F10")
    terminal.wait(words.expand("{Rescue orders}"))
    server.restart()
    terminal.wait_gone("RETRY", 40)
    kept = lambda: cluster.sql("SELECT body->>'lock_minutes' FROM preference p JOIN employee e ON e.id = p.employee_id"
                               " WHERE e.login = 'dispatcher' AND kind = 'settings' AND about = '' AND p.name = ''", database)
    yz.wait_until("what was set", lambda: kept() == [["7"]])
    yz.check(kept() == [["7"]], "what was set without a line is kept once there is one")
    terminal.close()


def test_a_notice_sent_while_the_line_was_away():
    words = Words("en")
    terminal = stage.terminal("accountant", "en")
    terminal.wait("●")
    terminal.wait(words.expand("{Rescue orders}"))
    server.kill()
    terminal.wait("RETRY")
    id = int(cluster.sql("SELECT id FROM employee WHERE login = 'accountant'", database)[0][0])
    cluster.sql(f"SELECT notice_add({id}, NULL, NULL, 'alarm', NULL, '{{}}', 'while you were away', NULL, NULL, NULL, NULL)", database)
    server.restart()
    terminal.wait_gone("RETRY", 40)
    terminal.wait("while you were away")
    yz.check(True, "what was told meanwhile stands on the bell line")
    terminal.close()


yz.main(globals())
