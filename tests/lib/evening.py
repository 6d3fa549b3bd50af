"""An evening of a dispatch centre in simulated time: who calls and what becomes of it is drawn from a seed, each order's life is told by a model of
its own, and every step goes through the real protocol by the person whose step it is.

A life is a generator. It yields Do(login, verb, args): one command, whose answer comes back (or the refusal, where one is expected), and
numbers: so many minutes pass. What is due in the same minute goes out at once, by all people together; what a life holds in its model depends
on its own draws and answers alone, so an evening is the same however its commands fell among each other.
"""
import collections
import concurrent.futures
import contextlib
import heapq
import random
import uuid

import proxy
import yz

LOST = (proxy.REQUEST, proxy.SENT, proxy.REPLY, proxy.HALF)
AGAIN = ("busy", "unavailable", "unknown_outcome")


class Do:
    """One command; `refused`: the code it must be refused with."""

    def __init__(self, who, verb, refused=None, **args):
        self.who, self.verb, self.refused, self.args = who, verb, refused, args


class Wrong(AssertionError):
    """The server did what the model would not have."""


class Person:
    """Somebody at a terminal, whose line breaks now and then: what was sent goes out again under the same key."""

    def __init__(self, login, ends, seed, lost):
        self.login, self.ends, self.lost = login, ends, lost
        self.random = random.Random(f"{seed} line of {login}")
        self.turn, self.client = self.random.randrange(len(ends)), None
        self.counts = collections.Counter()

    def _connect(self):
        self.client = yz.Client(self.ends[self.turn % len(self.ends)], self.login, timeout=60.0)

    def close(self):
        if self.client:
            self.client.close()
            self.client = None

    def do(self, verb, args):
        args = {**args, "key": uuid.uuid4().hex} if yz.keyed(verb) else args
        self.counts["commands"] += 1
        cut = self.random.random() < self.lost
        for _ in range(60):
            try:
                if not self.client:
                    self._connect()
                if cut:
                    cut = False
                    self.ends[self.turn % len(self.ends)].arm(self.client, self.random.choice(LOST))
                    self.counts["lines broken"] += 1
                return self.client.call(verb, args)
            except (yz.Closed, OSError):
                self.close()
                self.turn += 1
                self.counts["sent again"] += 1
            except yz.Refused as refusal:
                if refusal.code not in AGAIN and refusal.code != "unauthenticated":
                    raise
                if refusal.code == "unauthenticated":
                    self.close()
                self.counts["sent again"] += 1
        raise Wrong(f"{self.login}: {verb} was never answered")


class Fleet:
    """The vehicles as the model knows them."""

    def __init__(self, vehicles):
        self.free = collections.deque(vehicles)       # (vehicle, driver, driver's phone)
        self.all = list(vehicles)

    def take(self):
        return self.free.popleft() if self.free else None

    def give(self, vehicle):
        self.free.append(vehicle)


class Evening:
    def __init__(self, seed, people, fleet, set_clock):
        self.seed, self.people, self.fleet, self.set_clock = seed, people, fleet, set_clock
        self.queue, self.n, self.minute = [], 0, 0
        self.counts, self.orders = collections.Counter(), []
        self.pool = concurrent.futures.ThreadPoolExecutor(len(people))

    def add(self, minute, life):
        self.n += 1
        heapq.heappush(self.queue, (minute, self.n, life))

    def run(self):
        while self.queue:
            self.minute = self.queue[0][0]
            self.set_clock(self.minute)
            due = []
            while self.queue and self.queue[0][0] <= self.minute:
                due.append((heapq.heappop(self.queue)[2], None))
            while due:
                due = self._round(due)
        self.pool.shutdown()

    def _step(self, life, answer):
        """The next thing a life wants done; None: it waits, or is over."""
        try:
            wanted = life.throw(answer) if isinstance(answer, Wrong) else life.send(answer)
        except StopIteration:
            return None
        if isinstance(wanted, Do):
            return wanted
        self.add(self.minute + wanted, life)
        return None

    def _round(self, due):
        """One command of each life that is due; those of one person one after the other, those of several at once."""
        wanted = [(life, self._step(life, answer)) for life, answer in due]
        wanted = [(life, do) for life, do in wanted if do]
        by_person = collections.defaultdict(list)
        for i, (_, do) in enumerate(wanted):
            by_person[do.who].append(i)
        answers = [None] * len(wanted)

        def work(login, mine):
            for i in mine:
                answers[i] = self._do(self.people[login], wanted[i][1])

        for future in [self.pool.submit(work, login, mine) for login, mine in by_person.items()]:
            future.result()
        return [(life, answer) for (life, _), answer in zip(wanted, answers)]

    def _do(self, person, do):
        try:
            answer = person.do(do.verb, do.args)
        except yz.Refused as refusal:
            if do.refused and refusal.code in do.refused.split():
                self.counts["refused as they must be"] += 1
                return refusal
            return Wrong(f"{do.who}: {refusal}; args {do.args}")
        if do.refused:
            return Wrong(f"{do.who}: {do.verb} must be refused as {do.refused} and was done: {answer}; args {do.args}")
        return answer


class Order:
    """What an order must be, by what was done with it."""

    def __init__(self, number, id, phone, customer):
        self.number, self.id, self.phone, self.customer = number, id, phone, customer
        self.version, self.state, self.money, self.result = 1, "new", None, "none"
        self.vehicle, self.urges, self.price, self.received, self.method = None, 0, None, 0, None
        self.difference, self.told = 0, collections.Counter({("C", phone): 1})


class Company:
    """What lives need to know of the house."""

    def __init__(self, customers, partner):
        self.customers, self.partner = customers, partner


# ---------------------------------------------------------------------------------------------------------------- steps

def step(order, who, action, refused=None, **more):
    answer = yield Do(who, f"rescue.{action}", refused, id=order.id, version=order.version, **more)
    if not refused:
        order.version = answer["version"]
        order.state, order.money = answer["state"], answer.get("money_state")
    return answer


def dispatch(order, evening, r):
    """A vehicle that is free, as soon as there is one."""
    while not (vehicle := evening.fleet.take()):
        evening.counts["minutes waited for a vehicle"] += 1
        yield 1
    yield from step(order, r.choice(("dispatcher", "dispatcher2")), "dispatch", vehicle_id=vehicle[0], driver_id=vehicle[1])
    order.vehicle = vehicle
    order.told[("D", order.phone)] += 1
    order.told[("J", vehicle[2])] += 1
    if r.random() < 0.06:       # a colleague had the same one on his screen for an order that waits
        yield from step(evening.waiting, r.choice(("dispatcher", "dispatcher2")), "dispatch", "conflict", vehicle_id=vehicle[0], driver_id=vehicle[1])


def let_go(order, evening):
    evening.fleet.give(order.vehicle)
    order.vehicle = None


def road(order, evening, r, upto="arrived"):
    """Accepted, under way, there; drivers refuse, and dispatchers call back and send again."""
    while True:
        yield r.randint(0, 2)
        draw = r.random()
        who = next((login for login, id in evening.drivers.items() if id == order.vehicle[1]), None)
        if who and draw < 0.4:
            yield from step(order, who, "refuse", reason="busy")
            evening.counts["refusals"] += 1
            let_go(order, evening)
            yield from dispatch(order, evening, r)
            continue
        if draw > 0.93:
            if r.random() < 0.5:
                yield from step(order, "dispatcher2", "accept")
            yield from step(order, "dispatcher2", "recall", reason="other")
            evening.counts["recalls"] += 1
            let_go(order, evening)
            yield from dispatch(order, evening, r)
            continue
        break
    yield from step(order, "dispatcher", "accept")
    if upto == "accepted":
        return
    yield r.randint(0, 1)
    yield from step(order, "dispatcher", "depart")
    if r.random() < 0.15:
        yield r.randint(1, 3)
        yield from step(order, "call_taker", "urge")
        order.urges += 1
    if upto == "on_the_way":
        return
    yield r.randint(4, 12)
    yield from step(order, "dispatcher", "arrive")


def complete(order, evening, r):
    yield r.randint(4, 10)
    more = {"items": [{"code": "toll", "quantity": 1, "amount_fen": 1500}]} if r.random() < 0.2 else {}
    if evening.cash[order.number]:
        more.update(taken_fen=20000, taken_method="cash_on_site")
    yield from step(order, "dispatcher", "complete", km=r.randint(3, 40), **more)
    order.told[("E", order.phone)] += 1
    evening.fleet.give(order.vehicle)
    ended(order, evening)


def ended(order, evening):
    order.result = "pending" if order.customer == evening.company.partner else "none"


def empty_run(order, evening, r):
    yield r.randint(1, 4)
    yield from step(order, "dispatcher2", "empty_run", reason="customer_left", **({"charge_fen": 5000} if r.random() < 0.5 else {}))
    evening.counts["empty runs"] += 1
    order.told[("X", order.phone)] += 1
    evening.fleet.give(order.vehicle)
    ended(order, evening)


def void(order, evening, who="dispatcher"):
    yield from step(order, who, "void", reason="other")
    evening.counts["cancellations"] += 1
    order.told[("V", order.phone)] += 1
    if order.vehicle:
        evening.fleet.give(order.vehicle)


def born(evening, number, answer, phone, customer):
    order = Order(number, answer["id"], phone, customer)
    order.name = answer["number"]
    evening.orders.append(order)
    return order


# ---------------------------------------------------------------------------------------------------------------- lives

def call(evening, number):
    """Somebody rings: entered, sent, done, or whatever else becomes of it; then the money."""
    r = random.Random(f"{evening.seed} call {number}")
    phone, customer = f"138{number:08d}", r.choice(evening.company.customers)
    kind = r.choices(("job", "cancelled", "empty", "replaced", "appointment", "backfill"), (62, 13, 9, 4, 8, 4))[0]
    args = {"customer_id": customer, "contact_name": f"来电{number}", "contact_phone": phone, "plate": f"粤A{10000 + number}", "car_model": "sedan",
            "service": r.choice(("tow", "tow", "site_repair", "fuel")), "road": "city", "place": f"中山大道{number}号", "lon": 113.3 + number / 5000, "lat": 23.12}
    if kind == "appointment":
        args["appoint_at"] = evening.at(evening.minute + r.randint(40, 90))
        evening.counts["appointments"] += 1
    taker = r.choice(("call_taker", "call_taker", "order_clerk"))
    order = born(evening, number, (yield Do(taker, "rescue.create", **args)), phone, customer)
    evening.counts["calls"] += 1
    if r.random() < 0.1:
        answer = yield Do(taker, "rescue.update", id=order.id, version=order.version, remarks="蓝色车，双闪")
        order.version = answer["version"]
    if r.random() < 0.05:
        yield from step(order, "call_taker", "contact", note="车主在路边")
    yield r.randint(30, 60) if kind == "appointment" else r.randint(0, 3)
    if kind == "backfill":
        vehicle = r.choice(evening.fleet.all)
        yield from step(order, "order_clerk", "backfill", vehicle_id=vehicle[0], driver_id=vehicle[1], arrived_at=evening.at(evening.minute - 30), done_at=evening.at(evening.minute - 5), km=9)
        order.vehicle = vehicle
        ended(order, evening)
        evening.counts["entered afterwards"] += 1
    else:
        yield from job(order, evening, r, kind)
    yield from money(order, evening, r)


def job(order, evening, r, kind):
    if kind == "cancelled":
        when = r.choice(("new", "dispatched", "accepted"))
        if when == "new":
            yield from void(order, evening, r.choice(("order_clerk", "dispatcher")))
            return
        yield from dispatch(order, evening, r)
        if when == "accepted":
            yield from road(order, evening, r, "accepted")
        yield from void(order, evening, r.choice(("dispatcher", "dispatcher2")))
        return
    yield from dispatch(order, evening, r)
    if kind == "empty":
        yield from road(order, evening, r, r.choice(("accepted", "on_the_way", "arrived")))
        yield from empty_run(order, evening, r)
        return
    yield from road(order, evening, r)
    if kind == "replaced":
        yield from replaced(order, evening, r)
        return
    yield from complete(order, evening, r)


def replaced(order, evening, r):
    """Another vehicle carries on, with an order of its own that lives its own life from here."""
    empty = r.random() < 0.5
    answer = yield from step(order, "dispatcher2", "replace", reason="unfit", outcome="empty" if empty else "done", **({} if empty else {"km": 7}))
    evening.counts["replaced vehicles"] += 1
    evening.fleet.give(order.vehicle)
    ended(order, evening)
    other = born(evening, order.number + 100000, answer["linked"], order.phone, order.customer)
    evening.add(evening.minute + 1, linked(evening, other))


def waits(evening, until):
    """Nobody is ever sent: when all have gone home it is voided."""
    args = {"customer_id": evening.company.customers[0], "contact_name": "等候", "contact_phone": "13600000000", "car_model": "sedan", "service": "tow", "road": "city", "place": "一号路"}
    evening.waiting = born(evening, 0, (yield Do("order_clerk", "rescue.create", **args)), "13600000000", evening.company.customers[0])
    yield until
    yield from void(evening.waiting, evening)


def linked(evening, order):
    r = random.Random(f"{evening.seed} linked {order.number}")
    yield from job(order, evening, r, "job")
    yield from money(order, evening, r)


def pushed(evening, number):
    """A third party pushes an order, now and then twice; it is converted, confirmed by a call and sent, or rejected, or withdrawn."""
    r = random.Random(f"{evening.seed} notice {number}")
    phone = f"139{number:08d}"
    args = {"foreign_number": f"PA-{number}", "contact_name": f"推送{number}", "contact_phone": phone, "plate": f"粤B{10000 + number}", "car_model": "sedan",
            "service": "tow", "road": "city", "place": f"黄埔大道{number}号", "lon": 113.35, "lat": 23.13}
    notice = yield Do("partner", "order_notice.create", **args)
    evening.counts["notices"] += 1
    if r.random() < 0.25:
        yield Do("partner", "order_notice.create", "duplicate", **args)
        evening.counts["duplicates"] += 1
    yield r.randint(0, 4)
    draw, about = r.random(), {"id": notice["id"], "version": notice["version"]}
    evening.notices[notice["id"]] = "converted"
    if draw < 0.12:
        yield Do("order_clerk", "order_notice.reject", **about, reason="other")
        evening.notices[notice["id"]] = "rejected"
        return
    if draw < 0.24:
        yield Do("partner", "order_notice.withdraw", **about, reason="customer found help")
        evening.notices[notice["id"]] = "withdrawn"
        yield Do("order_clerk", "order_notice.convert", "conflict", **about)
        return
    answer = yield Do(r.choice(("order_clerk", "dispatcher")), "order_notice.convert", **about)
    order = born(evening, number, answer["order"], phone, evening.company.partner)
    yield from step(order, "dispatcher", "dispatch", "conflict", vehicle_id=evening.fleet.all[0][0], driver_id=evening.fleet.all[0][1])
    if draw < 0.34:     # withdrawn too late: it rings, and a dispatcher voids
        yield Do("partner", "order_notice.withdraw", id=notice["id"], version=answer["version"], reason="wrong car")
        order.version += 1
        yield from void(order, evening)
        return
    yield from step(order, "call_taker", "contact", note="已确认")
    yield from job(order, evening, r, "job" if draw < 0.9 else "empty")
    yield r.randint(1, 5)
    yield from step(order, "order_clerk", "confirm_result", remarks="已核对")
    order.result = "confirmed"
    yield from money(order, evening, r)


# ---------------------------------------------------------------------------------------------------------------- the money

def money(order, evening, r):
    """As far as the evening goes: each order stops somewhere."""
    if order.state == "void":
        return
    upto = r.choices(("unaudited", "audited", "priced", "received", "cleared"), (10, 8, 14, 14, 54))[0]
    if evening.cash[order.number]:
        upto = "received"
    if upto == "unaudited":
        return
    yield r.randint(3, 20)
    order.price, order.method = r.choice((18000, 20000, 25550, 31800)), r.choice(("transfer", "cash", "qr"))
    if evening.cash[order.number]:
        order.price = 20000
    if r.random() < 0.06 and upto != "audited" and not evening.cash[order.number]:
        yield from onestop(order, evening)
        return
    yield from step(order, r.choice(("accountant", "accountant2")), "audit", price_fen=order.price)
    if upto == "audited":
        return
    yield r.randint(1, 5)
    yield from step(order, "finance_manager", "price")
    if r.random() < 0.08 and not evening.cash[order.number]:
        order.price -= 1100
        yield from step(order, "finance_manager", "price", price_fen=order.price)
        evening.counts["priced again"] += 1
    if r.random() < 0.06:
        yield from step(order, "accountant", "return", reason="facts_wrong")
        yield from step(order, "finance_manager", "price")
        evening.counts["returned"] += 1
    if upto == "priced":
        return
    yield r.randint(1, 5)
    yield from receive(order, evening, r, upto)


def receive(order, evening, r, upto):
    short = upto == "cleared" and r.random() < 0.12
    if evening.cash[order.number]:
        yield from step(order, "cashier", "receive", method="cash_on_site", amount_fen=order.price)
        order.method, order.received = "cash_on_site", order.price
        return
    if r.random() < 0.15:
        yield from step(order, "cashier", "receive", method=order.method, amount_fen=5000)
        order.received = 5000
    rest = order.price - order.received - (300 if short else 0)
    yield from step(order, "cashier", "receive", method=order.method, amount_fen=rest, **({"final": True} if short else {}))
    order.received += rest
    if upto == "received":
        return
    yield r.randint(1, 4)
    yield from step(order, "accountant2", "clear", **({"difference_reason": "discount"} if short else {}))
    order.difference = 300 if short else 0
    if not short and r.random() < 0.1:
        yield from repaired(order, evening, r)


def onestop(order, evening):
    yield from step(order, "finance_manager", "onestop", price_fen=order.price, method=order.method)
    order.received = order.price
    evening.counts["one-stops"] += 1


def repaired(order, evening, r):
    """It was keyed wrong: who paid, how, or how much."""
    what = r.choice(("customer_id", "method", "price_fen", "back"))
    values = {"customer_id": next(c for c in evening.company.customers if c != order.customer), "method": "qr" if order.method != "qr" else "cash",
              "price_fen": order.price - 1000, "back": True}
    answer = yield from step(order, "branch_manager", "repair", reason="keyed wrong", **{what: values[what]})
    yield r.randint(1, 3)
    if r.random() < 0.25:
        yield Do("finance_manager2", "repair.reject", id=answer["repair"]["id"], version=1, reason="no proof")
        return
    yield Do("branch_manager", "repair.approve", "forbidden", id=answer["repair"]["id"], version=1)
    yield Do("finance_manager2", "repair.approve", id=answer["repair"]["id"], version=1)
    order.version += 1
    evening.counts["repairs"] += 1
    if what == "customer_id":
        order.customer = values[what]
    elif what == "method":
        order.method = values[what]
    elif what == "price_fen":
        order.price = values[what]
    else:
        order.money = "received"


def minutes_of(seed, count, last):
    r = random.Random(f"{seed} arrivals")
    return sorted(r.randrange(last) for _ in range(count))


def close(people):
    for person in people.values():
        with contextlib.suppress(OSError):
            person.close()
