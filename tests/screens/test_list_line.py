"""A list whose line drops: the next page is there already, what is asked meanwhile is answered afterwards, an action on many is done once."""
import yz
from screenplay import Stage, Words

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
stage = Stage(server)


def open_customers(user, language):
    words, terminal = Words(language), stage.terminal(user, language)
    terminal.wait(words.expand("{Customers}"))
    terminal.keys("F2")
    terminal.wait(words.expand("{Command}"))
    terminal.type("cu")
    terminal.keys("Enter")
    terminal.wait(["C000", words.expand("{Created}"), "1/6"])
    terminal.quiet(0.3)
    return words, terminal


def crumb(terminal):
    return terminal.screen()[1]


def next_page_without_a_line(language):
    words, terminal = open_customers("order_clerk", language)
    first = terminal.screen()[3]
    server.kill()
    terminal.wait(words.lost())
    terminal.keys("NPage")
    terminal.until("the next page", lambda: " 19/6" in crumb(terminal))
    yz.check(first not in terminal.text(), f"{language}: the next page is there before it is asked for")
    terminal.type("/")
    terminal.wait(words.expand("{Filter}"))
    terminal.type("kind=insurer")
    terminal.keys("Enter")
    terminal.until("the filter", lambda: "kind=insurer" in crumb(terminal) and "…" in crumb(terminal))
    yz.check("C000" in terminal.text(), f"{language}: what was there stays until the answer comes")
    server.restart()
    terminal.wait_gone(words.lost(), 40)
    terminal.until("the answer", lambda: "kind=insurer" in crumb(terminal) and "…" not in crumb(terminal))
    yz.check(words.expand("<Insurer|保险公司|保險公司>") in terminal.text(), f"{language}: and the filter is answered when the line is back")
    terminal.close()


def test_next_page_en():
    next_page_without_a_line("en")


def test_next_page_zh_cn():
    next_page_without_a_line("zh_CN")


def test_next_page_zh_tw():
    next_page_without_a_line("zh_TW")


def test_many_without_a_line():
    """The rows say that their answer is not here; then each is done, once."""
    words, terminal = open_customers("admin", "zh_CN")
    terminal.keys("Space", "Space", "Space", "DC")
    terminal.wait(words.expand("{Reason}"))
    terminal.type("线断了")
    server.kill()
    terminal.wait(words.lost())
    terminal.keys("F10")
    terminal.quiet(0.3)
    disabled = "SELECT count(*) FROM party WHERE disabled_at IS NOT NULL"
    before = int(cluster.sql(disabled, database)[0][0])
    server.restart()
    terminal.wait_gone(words.lost(), 40)
    terminal.wait(words.expand("{%s: %zu done}").split("…")[-1] or "3", 40)
    yz.wait_until("three of them", lambda: int(cluster.sql(disabled, database)[0][0]) == before + 3)
    yz.check(int(cluster.sql("SELECT count(*) FROM change WHERE verb = 'customer.disable'", database)[0][0]) == 3, "three are disabled, each once")
    yz.check(words.expand("{Reason}") not in terminal.text(), "and the question is gone")
    terminal.close()


def finish():
    server.stop()


yz.main(globals())
