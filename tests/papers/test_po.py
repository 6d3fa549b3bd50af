"""The catalogues: every text of the tree translated, nothing fuzzy, nothing stale, placeholders and formats kept."""
import re
import subprocess
import sys

import yz

UPDATE = yz.ROOT / "shared/po/update"
LANGUAGES = ("zh_CN", "zh_TW")


def test_catalogues_are_whole():
    done = subprocess.run([sys.executable, str(UPDATE), "--check"], capture_output=True, text=True)
    faults = done.stdout.split("\n")[:-1] if done.returncode else []
    print("\n".join(faults[-60:]))
    yz.check(done.returncode == 0, f"po: {len(faults)} faults")


def test_msgfmt():
    for language in LANGUAGES:
        done = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", str(yz.ROOT / f"shared/po/{language}.po")], capture_output=True, text=True)
        yz.check(done.returncode == 0, f"msgfmt {language} {done.stderr[-1500:] if done.returncode else ''}")


def planted(change):
    """What --check says of a copy of the catalogues with a fault in them."""
    folder = yz.temp_dir()
    (folder / "shared/po").mkdir(parents=True)
    (folder / "schema").mkdir()
    (folder / "client").mkdir()
    (folder / "server").mkdir()
    (folder / "schema/011_roles.sql").write_text("")
    (folder / "client/one.c").write_text('N_("Send {plate} to %s") N_("Second")\n')
    good = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Send {plate} to %s"\nmsgstr "把 {plate} 派到 %s"\n\nmsgid "Second"\nmsgstr "第二"\n'
    for language in LANGUAGES:
        (folder / f"shared/po/{language}.po").write_text(change(good) if language == "zh_TW" else good)
    copy = folder / "shared/po/update"
    copy.write_text(UPDATE.read_text())
    done = subprocess.run([sys.executable, str(copy), "--check"], capture_output=True, text=True)
    return done.returncode, done.stdout.strip()


def test_the_check_finds_faults():
    cases = {
        "": lambda text: text,
        "missing: Second": lambda text: text.replace("第二", ""),
        "fuzzy: Second": lambda text: text.replace('msgid "Second"', '#, fuzzy\nmsgid "Second"'),
        "placeholders differ": lambda text: text.replace("把 {plate}", "把 {number}"),
        "placeholders differ: Send": lambda text: text.replace("派到 %s", "派到 %d"),
        "not used any more": lambda text: text + '\nmsgid "Third"\nmsgstr "第三"\n',
    }
    for words, change in cases.items():
        code, said = planted(change)
        yz.check(bool(code) == bool(words) and words in said and ("zh_TW" in said) == bool(words), f"planted: {words or 'nothing'}")


def test_traditional_words():
    """The rescue trade's words of zh_TW, right where a converter goes wrong."""
    text = (yz.ROOT / "shared/po/zh_TW.po").read_text()
    wrong = {w: text.count(w) for w in ("帳", "衝正", "系统", "發布票", "裡程") if w in text}
    assert not wrong, wrong
    simplified = re.findall(r'^msgstr ".*[们这为产对时务单动长话页车].*"', text, re.M)
    assert not simplified, simplified[:10]


# Said otherwise in Taiwan, or what a converter makes of it.
NOT_IN_TAIWAN = ("會話|列表|短信|信息|保存|打印|默認|據點|聯絡|紀錄|準駕|併發|併為|客戶端|二維碼|訪問|退出登入|超時|當前|發送|(?<!路)上報|合同|丟失|運營|網關|"
                 "重置|終端(?!機)|[“”]")
# One word for one thing; these are the others that were said for it.
NOT_ANY_MORE = "车旁之人|车旁人员|现场联系人|路桥费|救援单(?!位)|合作方|留痕|界面|(?<!召)回车|上缴|分录|不当班|在岗"


def test_one_word_for_one_thing():
    for language, words in (("zh_TW", NOT_IN_TAIWAN), ("zh_CN", NOT_ANY_MORE)):
        text = (yz.ROOT / f"shared/po/{language}.po").read_text()
        found = re.findall(rf"^(?:msgstr )?\"[^\n]*?(?:{words})[^\n]*", "\n".join(line for line in text.split("\n") if not line.startswith("msgid")), re.M)
        yz.check(not found, f"{language}: {[line[:90] for line in found[:10]]}")


yz.main(globals())
