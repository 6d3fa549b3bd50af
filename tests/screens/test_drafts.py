"""What is half typed survives the program: killed in the middle of a form, the person is told at the next login and goes on."""
import pathlib
import signal
import time

import yz
from screenplay import Stage, Words

cluster, database = yz.fresh_demo()
server = yz.Server(cluster, database)
stage = Stage(server)


def terminal_at(home, language, user="order_clerk", size=(80, 24)):
    return stage.terminal(user, language, *size, environment={"HOME": str(home), "YIZHAN_PASSWORD": yz.PASSWORD})


def files(home, end="draft"):
    return sorted((pathlib.Path(home) / ".local/state/yizhan/drafts").glob(f"*.{end}"))


def kill(terminal):
    """kill -9, as the power going away: nothing is written any more."""
    terminal.signal(signal.SIGKILL)
    yz.wait_until("the end of the program", terminal.dead)
    terminal.close()


def type_customer(terminal, words, name):
    terminal.wait(words.expand("{Take a call}"))
    terminal.type("cu+")
    terminal.keys("Enter")
    terminal.wait(words.expand("{New}: {Customer}"))
    terminal.type(name)
    terminal.wait(name)
    terminal.keys("Tab", "Tab", "Tab")


def killed_and_gone_on(language, size, rest):
    words, home, name = Words(language), yz.temp_dir("yizhan-home-"), f"半张表{language}"
    terminal = terminal_at(home, language, size=size)
    type_customer(terminal, words, name)
    began = time.monotonic()
    terminal.type("1390011")
    terminal.wait("1390011")
    yz.wait_until("a draft", lambda: files(home))
    before = files(home)[0].read_bytes()
    yz.check(name.encode() not in before and b"1390011" not in before, f"{language}: nothing of it can be read in the file")
    terminal.type("2")
    yz.wait_until("the next writing", lambda: files(home)[0].read_bytes() != before)
    yz.check(time.monotonic() - began < 5, f"{language}: it is written while one types")
    kill(terminal)
    terminal = terminal_at(home, language, size=size)
    terminal.wait([words.expand("{Drafts: %zu}").replace("…", "1"), words.expand("{Customer}")])
    yz.check(True, f"{language}: the next login tells of it")
    terminal.keys("Enter")
    terminal.wait([words.expand("{New}: {Customer}"), name, "13900112"])
    yz.check(True, f"{language}: and it goes on where it was")
    terminal.type(rest)
    terminal.wait("13900112" + rest)
    terminal.keys("F10")
    terminal.wait(words.expand("{Saved}"))
    yz.wait_until("the draft's end", lambda: not files(home))
    phone = cluster.sql(f"SELECT phone FROM party WHERE name = '{name}'", database)
    yz.check(phone == [["13900112" + rest]], f"{language}: it is saved as typed: {phone}")
    kill(terminal)
    terminal = terminal_at(home, language, size=size)
    terminal.wait(words.expand("{Take a call}"))
    yz.check(words.expand("{Go on}") not in terminal.text(), f"{language}: saved, it is not offered again")
    terminal.close()


def test_killed_in_a_form_en():
    killed_and_gone_on("en", (80, 24), "233")


def test_killed_in_a_form_zh_tw():
    killed_and_gone_on("zh_TW", (40, 20), "244")


def test_another_person_sees_nothing():
    """Of the same machine and account, and a damaged one is told and put aside."""
    words, home = Words("zh_CN"), yz.temp_dir("yizhan-home-")
    terminal = terminal_at(home, "zh_CN")
    type_customer(terminal, words, "别人看不到")
    yz.wait_until("a draft", lambda: files(home))
    kill(terminal)
    terminal = terminal_at(home, "zh_CN", "dispatcher")
    terminal.wait(words.expand("{Dispatch}"))
    yz.check(words.expand("{Go on}") not in terminal.text() and len(files(home)) == 1, "another person is told nothing")
    terminal.close()
    whole = files(home)[0].read_bytes()
    files(home)[0].write_bytes(whole[:-3])
    terminal = terminal_at(home, "zh_CN")
    terminal.wait(words.expand("{Damaged drafts: %zu. They were put aside under %s}").split("…")[0])
    yz.check(not files(home) and len(files(home, "damaged")) == 1, "a damaged draft is told and put aside")
    terminal.close()


def test_thrown_away():
    words, home = Words("en"), yz.temp_dir("yizhan-home-")
    terminal = terminal_at(home, "en")
    type_customer(terminal, words, "discarded")
    yz.wait_until("a draft", lambda: files(home))
    terminal.keys("Escape")
    terminal.wait("Discard")
    terminal.type("d")
    yz.wait_until("no draft", lambda: not files(home))
    yz.check(True, "what is discarded leaves no draft")
    terminal.type("cu+")
    terminal.keys("Enter")
    terminal.wait("New: Customer")
    terminal.type("second thoughts")
    yz.wait_until("a draft", lambda: files(home))
    kill(terminal)
    terminal = terminal_at(home, "en")
    terminal.wait("Drafts: 1")
    terminal.keys("DC")
    terminal.wait("Throw the draft away?")
    terminal.type("y")
    terminal.wait("Take a call")
    yz.check(not files(home), "a draft can be thrown away from the list")
    terminal.close()


def test_an_order_half_taken():
    words, home = Words("zh_CN"), yz.temp_dir("yizhan-home-")
    terminal = terminal_at(home, "zh_CN", "call_taker")
    terminal.wait(words.expand("{Take a call}"))
    terminal.type("ca")
    terminal.keys("Enter")
    terminal.wait(words.expand("{New rescue order}"))
    terminal.type("13912340987")
    terminal.wait("13912340987")
    yz.wait_until("a draft", lambda: files(home))
    kill(terminal)
    terminal = terminal_at(home, "zh_CN", "call_taker")
    terminal.wait([words.expand("{Go on}"), words.expand("{New rescue order}")])
    terminal.keys("Enter")
    terminal.wait("13912340987")
    yz.check(len(files(home)) == 1, "the order half taken is there, and its draft still")
    terminal.close()


def test_a_path_and_a_reason():
    """What is typed where no form is: it stands in its box again, over what it was opened over."""
    words, home = Words("zh_CN"), yz.temp_dir("yizhan-home-")
    terminal = terminal_at(home, "zh_CN")
    terminal.wait(words.expand("{Take a call}"))
    terminal.type("cu+ name=草稿件 phone=13912345678")
    terminal.keys("Enter")
    terminal.wait(words.expand("{New}: {Customer}"))
    terminal.keys("F10")
    terminal.wait(words.expand("{Saved}"))
    terminal.type("F")
    terminal.wait(words.expand("{No files yet. a attaches one: a photo of the scene, a paper, a sheet.}").split("。")[0])
    terminal.type("a")
    terminal.wait(words.expand("{Attach a file}"))
    terminal.type("~/照片/现场 1.jp")
    yz.wait_until("a draft", lambda: files(home))
    kill(terminal)
    terminal = terminal_at(home, "zh_CN")
    terminal.wait([words.expand("{Drafts: %zu}").replace("…", "1"), words.expand("{Files}") + " 草稿件"])
    terminal.keys("Enter")
    terminal.wait([words.expand("{Attach a file}"), "~/照片/现场 1.jp_"])
    terminal.type("g")
    terminal.wait("~/照片/现场 1.jpg")
    terminal.keys("Escape", "Escape")
    yz.wait_until("the draft's end", lambda: not files(home))
    yz.check(True, "a path goes on where it was, and one that was given up is no draft")
    terminal.close()


def finish():
    server.stop()


if __name__ == "__main__":
    yz.main(globals())
