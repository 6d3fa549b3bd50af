"""A person walks through a million orders with the real client in a terminal: what he sees at each step and after how long, beside psql doing the
same query by hand on a connection that is open already."""
import re
import time

from glass import Glass
import yz

COLUMNS = "id, number, state, created_at, customer_id, plate, contact_name, service, place"
PAGES = 50


class Walk:
    def __init__(self, cluster, database, server, log):
        self.sql = cluster.session(database)
        self.log, self.steps = log, []
        argv = [yz.YIZHAN, "--server", server.address, "--ca", server.ca, "--lang", "en", "--user", "auditor"]
        self.glass = Glass(argv, 132, 43, env={"YIZHAN_PASSWORD": yz.PASSWORD})
        self.glass.wait("Rescue orders")

    def close(self):
        self.glass.close()
        self.sql.close()

    def crumb(self):
        return self.glass.screen()[1]

    def first_row(self):
        return self.glass.screen()[3]

    def by_hand(self, queries, times=3):
        """Milliseconds of all of them, the median of a few times."""
        taken = []
        for _ in range(times):
            before = time.perf_counter()
            for query in queries:
                self.sql.sql(query)
            taken.append(1e3 * (time.perf_counter() - before))
        return sorted(taken)[len(taken) // 2]

    def step(self, what, press, seen, queries, pages=1):
        """`press` sends the keys, the last of them being what the time counts from; `seen` says whether the answer stands there."""
        before = self.glass.sent
        started = press() or time.perf_counter()
        self.glass.until(what, seen, seconds=120)
        ours = 1e3 * (time.perf_counter() - started) / pages
        self.glass.quiet(0.2)
        hand = self.by_hand(queries) / pages
        shown = re.sub(r"\s+", " ", self.first_row()).strip(" ▸")[:60]
        step = {"step": what, "ms": round(ours, 1), "psql_ms": round(hand, 1), "bytes": self.glass.sent - before, "crumb": self.crumb().strip()[:70],
                "first_row": shown}
        self.steps.append(step)
        self.log(f"walk  {what:44} {step['ms']:9.1f} ms   psql {step['psql_ms']:9.1f} ms   {step['crumb']}  |  {shown}")

    def type_line(self, key, text):
        """Opens the line, types, and gives the time Enter was pressed at."""
        self.glass.type(key)
        self.glass.wait("Filter" if key == "/" else "Jump")
        self.glass.type(text)
        self.glass.until(text, lambda: text in self.glass.text())
        before = time.perf_counter()
        self.glass.keys("Enter")
        return before

    def crumbed(self, *patterns):
        """The answer is there (… stands while it is waited for), and the patterns in the second line of the screen."""
        return lambda: all(re.search(p, self.crumb()) for p in (*patterns, r"^[^…]*$")) and self.first_row().strip() not in ("", "…")


def page(where="true", order="created_at DESC, id DESC", limit=86):
    """As somebody writes it who knows the table: the indexes over all branches are for rows whose id is above 0, which are all."""
    return f"SELECT {COLUMNS} FROM rescue_order WHERE id > 0 AND {where} ORDER BY {order} LIMIT {limit}"


def deep_pages(sql, count):
    """Each page by the last row of the one before, as a person would with care."""
    queries, at = [], "'infinity'::timestamptz, 9223372036854775807"
    for _ in range(count):
        query = page(f"(created_at, id) < ({at})", limit=39)
        queries.append(query)
        last = sql.sql(f"SELECT created_at, id FROM ({query}) x ORDER BY created_at, id LIMIT 1")[0]
        at = f"'{last[0]}'::timestamptz, {last[1]}"
    return queries


def run(cluster, database, server, log=print):
    walk = Walk(cluster, database, server, log)
    glass, sql = walk.glass, walk.sql
    try:
        glass.keys("F2")
        glass.wait("Command")
        glass.type("ro")
        glass.quiet(0.3)
        walk.step("open the list", lambda: glass.keys("Enter"), walk.crumbed(r"↓Entered  1/\d"), [page()])

        def down():
            for number in range(PAGES):
                was = walk.crumb()
                glass.keys("NPage")
                glass.until("the next page", lambda: walk.crumb() != was)
        started = time.perf_counter()
        walk.step(f"page down, each of {PAGES}", lambda: down() or started, walk.crumbed(r"  \d{4}/\d"), deep_pages(sql, PAGES), PAGES)
        glass.keys("Home")
        glass.quiet(0.3)
        walk.step("filter: state=done", lambda: walk.type_line("/", "state=done"), walk.crumbed("state=done"), [page("state = 'done'")])
        glass.keys("Escape")
        glass.quiet(0.3)
        plate = sql.sql("SELECT plate FROM rescue_order WHERE plate IS NOT NULL AND id % 100003 = 7 LIMIT 1")[0][0]
        walk.step("filter: a plate by its beginning", lambda: walk.type_line("/", f"plate^{plate[:5]}"), walk.crumbed("plate"),
                  [page(f"plate LIKE '{plate[:5]}%'")])
        glass.keys("Escape")
        glass.quiet(0.3)
        walk.step("search: the tail of a plate", lambda: walk.type_line("/", plate[-5:]), walk.crumbed(re.escape(plate[-5:])),
                  [page(f"plate LIKE '%{plate[-5:]}'")])
        glass.keys("Escape")
        glass.quiet(0.3)
        walk.step("filter: this month, tows", lambda: walk.type_line("/", "created_at=month service=tow"), walk.crumbed("service=tow"),
                  [page("created_at >= date_trunc('month', now()) AND service = 'tow'")])
        glass.keys("Escape")
        glass.quiet(0.3)
        day = sql.sql("SELECT min(created_at)::date + (max(created_at)::date - min(created_at)::date) / 2 FROM rescue_order")[0][0]
        walk.step(f"jump to a day in the middle ({day})", lambda: walk.type_line("'", str(day)), walk.crumbed(re.escape(str(day))),
                  [page(f"created_at < '{day}'::date + 1")])
        glass.keys("Home")
        glass.quiet(0.5)
        total = int(sql.sql("SELECT count(*) FROM rescue_order")[0][0])
        if total > 100_000:
            walk.step("count the first 100,000", lambda: glass.type("#"), walk.crumbed(r"= 100000\+"),
                      ["SELECT count(*) FROM (SELECT FROM rescue_order LIMIT 100001) x"])
        walk.step("count and sum all", lambda: glass.type("#"), walk.crumbed(rf"= {total}\b"),
                  ["SELECT count(*), sum(price_fen), sum(received_fen) FROM rescue_order"])
        glass.type("#")
        glass.quiet(0.3)
        glass.keys(*["Right"] * 4)
        glass.quiet(0.3)
        walk.step("sort by the plate", lambda: glass.type("<"), walk.crumbed("↑Plate", r"1/\d"), [page(order="coalesce(plate, ''), id")])
        walk.step("the other way round", lambda: glass.type("<"), walk.crumbed("↓Plate", r"1/\d"), [page(order="coalesce(plate, '') DESC, id DESC")])
    finally:
        walk.close()
    return walk.steps
