"""Twenty orders in a row, taken at the call desk from a typed call script (calls.txt) by keyboard alone: the keys of each beside what a plain
form would need, which is a key to go on for each field that is filled, and one for each character in it. Every order must hold all that was said.
"""
import pathlib
import re

import people
import yz
from screenplay import Stage, Words

LETTERS = {"轿车": "jc", "越野车": "yyc", "面包车": "mbc", "轻型货车": "qx", "市区道路": "sq", "高速公路": "gs", "乡村道路": "xc",
           "拖车": "tc", "换胎": "ht", "搭电": "dd", "送油": "sy", "红花保险": "hhbx", "红花车友会": "hhcyh"}
FIRMS = ("红花保险", "红花车友会")
FORM = ("phone", "customer", "contact", "plate", "car", "place", "road", "service", "remarks")

cluster, database = yz.fresh_demo()
people.cheap_passwords(cluster, database)
server = yz.Server(cluster, database)
stage = Stage(server)
words = Words("zh_CN")


def calls():
    for line in (pathlib.Path(__file__).parent / "calls.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            yield dict((part.strip() + "=").split("=")[:2] for part in line.split("|"))


def plain_form(call):
    """Fields and the characters in them, and the key that saves."""
    said = {**call, "contact": call.get("contact", call["customer"])}
    return sum(len(said[field]) + 1 for field in FORM if said.get(field)) + 1


class Desk:
    """The client at the call desk, and how many keys were pressed."""

    def __init__(self):
        self.terminal = stage.terminal("order_clerk", "zh_CN")
        self.terminal.wait(words.expand("{Take a call}"))
        self.terminal.type("ca")
        self.terminal.keys("Enter")
        self.terminal.wait(words.expand("{New rescue order}"))
        self.count = 0

    def type(self, text):
        self.terminal.type(text)
        self.count += len(text)

    def press(self, key):
        self.terminal.keys(key)
        self.count += 1

    def see(self, text):
        pattern = re.compile(".*".join(re.escape(part) for part in words.expand(text).split("…")))
        self.terminal.until(text, lambda: any(pattern.search(line) for line in self.terminal.screen()))

    def field(self, label, text):
        """Typed whole; Enter goes on."""
        self.type(text)
        self.press("Enter")
        self.see(f"{{{label}}} …{text}")

    def choose(self, label, text):
        """By initials; Enter takes the one that fits."""
        self.type(LETTERS[text])
        self.see(f"▸ {text}")
        self.press("Enter")
        self.see(f"{{{label}}} …{text}")

    def take(self, call):
        self.count = 0
        self.type(call["phone"])
        self.press("Enter")
        if call["customer"] in FIRMS:
            self.choose("Customer", call["customer"])
            self.field("Contact", call["contact"])
        else:
            self.see(f"{{Contact}} …{call['customer']}")
        if "again" in call:
            for label, field in (("Plate", "plate"), ("Car model", "car")):
                self.see("^D")
                self.press("C-d")
                self.see(f"{{{label}}} …{call[field]}")
        else:
            self.field("Plate", call["plate"])
            self.choose("Car model", call["car"])
        self.press("Enter")  # the colour is not said
        self.field("Place", call["place"])
        self.choose("Road", call["road"])
        self.choose("Service", call["service"])
        if "remarks" in call:
            self.remark(call["remarks"])
        self.press("F10")
        self.see(words.expand("{Order %s is saved}").split("%s")[0])
        self.terminal.wait_gone(call["place"])
        return self.count

    def remark(self, text):
        for _ in range(6):  # over the destination, its coordinates, the appointment, the principal, the case and the policy
            self.press("Tab")
        self.type(text)
        self.see(text)


def prepare():
    people_known = {c["customer"]: c["phone"] for c in calls() if c["customer"] not in FIRMS}
    for name, phone in people_known.items():
        stage.request("order_clerk", "customer.create", {"name": name, "kind": "person", "phone": phone})
    for name in FIRMS:
        stage.request("order_clerk", "customer.create", {"name": name, "kind": "insurer"})


def saved(call):
    """What the order says, by the words the caller used."""
    rows = cluster.sql(f"""SELECT p.name, o.contact_name, o.contact_phone, o.plate, base_label('car_model', o.car_model, 'zh_CN'), o.place,
        base_label('road', o.road, 'zh_CN'), base_label('service', o.service, 'zh_CN'), coalesce(o.remarks, ''), (o.lon IS NOT NULL)::text
        FROM rescue_order o JOIN party p ON p.id = o.customer_id WHERE o.place = '{call["place"]}' ORDER BY o.created_at DESC LIMIT 1""", database)
    return tuple(rows[0]) if rows else None


def test_twenty_orders_in_a_row():
    prepare()
    desk, first, total, plain_total = Desk(), {}, 0, 0
    print(f"note {'keys':>5} {'plain form':>11}   call")
    for call in calls():
        first.setdefault(call["customer"], call)
        whole = {**({k: first[call["customer"]][k] for k in ("plate", "car")} if "again" in call else {}), **call}
        keys, plain = desk.take(whole), plain_form(whole)
        total, plain_total = total + keys, plain_total + plain
        print(f"note {keys:5} {plain:11}   {call['customer']} {call['phone']} {call['place']}")
        said = (whole["customer"], whole.get("contact", whole["customer"]), whole["phone"], whole["plate"], whole["car"], whole["place"],
                whole["road"], whole["service"], whole.get("remarks", ""))
        stands = saved(call)
        yz.check(stands and tuple(stands[:9]) == said, f"{call['place']}: all that was said is in the order ({stands})")
        yz.check(keys < plain, f"{call['place']}: {keys} keys, a plain form needs {plain}")
    print(f"note {total:5} {plain_total:11}   all twenty")
    desk.terminal.close()


yz.main(globals())
