"""Where customers pay by a code: an address a branch writes down, checked when it is saved, and handed to who shows it."""
import company
import yz

co = company.Company()
admin = co.as_("admin")
GOOD = "https://pay.example.com/{order}/{fen}"


def branch(id):
    return admin.call("branch.get", {"id": id})


def write(id, link):
    return admin.do("branch.update", {"id": id, "version": branch(id)["version"], "pay_link": link})


def refused(link):
    id = co.branch["A"]
    return admin.refused("branch.update", {"id": id, "version": branch(id)["version"], "pay_link": link}).field


def link_of(who, order):
    return co.as_(who).call("rescue.needs", {"id": order})["pay_link"]


def test_what_is_no_link():
    for link in ("http://pay.example.com/{order}/{fen}", "pay.example.com/{order}/{fen}", "https://{order}/{fen}", "https://pay.example.com/{fen}",
                 "https://pay.example.com/{order}", "https://pay.example.com/{order}/{money}", "https://pay.example.com/{order}/{fen}/付",
                 "https://pay.example.com/{order}/{fen} x", "https://pay.example.com/" + "x" * 60 + "/{order}/{fen}"):
        yz.check(refused(link) == "pay_link", f"{link} is refused at once")
    yz.check(refused("https://pay.example.com/{order}/{fen}\n") == "pay_link", "so is a line end")


def test_from_the_branch_or_above():
    a, b = co.branch["A"], co.branch["B"]
    head = branch(a)["parent_id"]
    id = co.order()
    vehicle = co.vehicle["VA1"]
    co.step("dispatcher", "dispatch", id, vehicle_id=vehicle, driver_id=co.driver_of[vehicle])
    driver = next(login for login, who in co.employee.items() if who == co.driver_of[vehicle])
    yz.check(link_of(driver, id) is None, "none is written down: none is told")
    write(head, GOOD)
    yz.check(link_of(driver, id) == GOOD, "that of the head office holds for all")
    write(b, "https://b.example.com/{order}?y={yuan}")
    yz.check(link_of(driver, id) == GOOD, "another branch's is its own")
    write(a, "https://a.example.com/{order}?y={yuan}")
    yz.check(link_of(driver, id) == link_of("cashier", id) == "https://a.example.com/{order}?y={yuan}", "the nearest one stands, for whoever may see the order")
    write(a, None)
    yz.check(link_of(driver, id) == GOOD, "taken away, it is the one above again")
    yz.check(co.as_("cashier_b").refused("rescue.needs", {"id": id}).code == "not_found", "an order out of sight tells nothing")
    co.step("dispatcher", "recall", id, reason="other")


def finish():
    co.stop()


yz.main(globals())
