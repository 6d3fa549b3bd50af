"""100,000 customers from a file: E.import beside psql, which copies the same file into a staging table, checks it in SQL, and writes the same rows."""
import io
import os
import random
import time
import uuid

import machine
import upload
import yz

ROWS = 100_000
HEAD = ["code", "name", "kind", "phone", "address", "credit_limit_fen", "remarks"]
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞红"
ROADS = ("天河路", "中山大道", "体育西路", "黄埔大道", "环市东路", "北京路")


def customers(rows=ROWS, seed=7, letter="B"):
    """The same ones for the same seed."""
    dice = random.Random(seed)
    for n in range(rows):
        name = dice.choice(SURNAMES) + "".join(dice.choice(GIVEN) for _ in range(dice.choice((1, 2, 2))))
        yield [f"{letter}{n:06d}", name, "person", f"17{letter and ord(letter) % 10}{n:08d}", f"{dice.choice(ROADS)}{dice.randrange(1, 900)}号",
               f"{dice.randrange(0, 100000)}.{dice.randrange(100):02d}", f"第 {n} 位"]


CHECKS = """
CREATE UNLOGGED TABLE staging (line int GENERATED ALWAYS AS IDENTITY (START 2), code text, name text, kind text, phone text, address text, credit text, remarks text);
\\copy staging (code, name, kind, phone, address, credit, remarks) FROM '{file}' WITH (FORMAT csv, HEADER)
ANALYZE staging;
CREATE UNLOGGED TABLE bad AS
    SELECT line, 'name' AS field FROM staging WHERE coalesce(name, '') = '' OR length(name) > 120 OR name <> normalize(name, NFC) OR name ~ '[[:cntrl:]]'
    UNION ALL SELECT line, 'kind' FROM staging s WHERE NOT EXISTS (SELECT FROM base_item b WHERE b.kind = 'customer_type' AND b.code = s.kind AND b.disabled_at IS NULL)
    UNION ALL SELECT line, 'phone' FROM staging WHERE phone !~ '^[+]?[0-9 #*,().-]{{3,32}}$'
    UNION ALL SELECT line, 'code' FROM staging WHERE code !~ '^[A-Za-z0-9._-]{{1,24}}$'
    UNION ALL SELECT line, 'credit_limit_fen' FROM staging WHERE credit !~ '^[0-9]{{1,10}}([.][0-9]{{1,2}})?$'
    UNION ALL SELECT line, 'address' FROM staging WHERE length(address) > 200 OR address ~ '[[:cntrl:]]'
    UNION ALL SELECT line, 'remarks' FROM staging WHERE length(remarks) > 4000
    UNION ALL SELECT line, 'phone' FROM (SELECT line, row_number() OVER (PARTITION BY phone ORDER BY line) n FROM staging) x WHERE n > 1
    UNION ALL SELECT line, 'code' FROM (SELECT line, row_number() OVER (PARTITION BY code ORDER BY line) n FROM staging) x WHERE n > 1
    UNION ALL SELECT line, 'code' FROM staging s JOIN party p ON p.code = s.code
    UNION ALL SELECT line, 'phone' FROM staging s JOIN party p ON p.phone = s.phone AND coalesce(p.branch_id, 0) IN (0, {branch}) AND p.disabled_at IS NULL
    UNION ALL SELECT line, 'name' FROM staging s WHERE (SELECT count(*) FROM party p WHERE p.branch_id = {branch} AND p.name COLLATE "zh-x-icu" = s.name
        AND p.disabled_at IS NULL) < 0;
BEGIN;
CREATE TEMP TABLE made AS SELECT nextval('party_id_seq') AS id, s.* FROM staging s WHERE NOT EXISTS (SELECT FROM bad b WHERE b.line = s.line);
INSERT INTO party (id, created_by, branch_id, roles, code, name, kind, phone, address, credit_limit_fen, remarks, settlement)
    SELECT id, {who}, {branch}, '{{customer}}', code, name, kind, phone, address, (credit::numeric * 100)::bigint, remarks, 'per_order' FROM made;
INSERT INTO change (who, verb, entity, row_id, branch_id, version, reason, now)
    SELECT {who}, 'customer.create', 'customer', id, {branch}, 1, 'file:' || line, jsonb_build_object('code', code, 'name', name, 'kind', kind, 'phone', phone,
        'address', address, 'credit_limit_fen', (credit::numeric * 100)::bigint, 'remarks', remarks, 'roles', '{{customer}}'::text[], 'branch_id', {branch},
        'settlement', 'per_order') FROM made;
CREATE TEMP TABLE tokens (code text, token text);
\\copy tokens FROM '{tokens}'
INSERT INTO search_key (token, entity, branch_id, row_id) SELECT t.token, 'party', {branch}, m.id FROM tokens t JOIN made m USING (code) ORDER BY 1;
COMMIT;
"""


def by_import(bench, database, server, data, login):
    before = machine.cpu_of(server.process.pid), machine.cpu_of_tree(bench.postmaster)
    with yz.Client(server, login, timeout=600) as client:
        sent = upload.put(client, data, "customers.csv")
        started = time.monotonic()
        reply = client.do("customer.import", {"upload": sent, "bad": "skip", "key": uuid.uuid4().hex})
        seconds = time.monotonic() - started
    assert reply["created"] == ROWS and reply["bad"] == 0, reply
    return {"seconds": seconds, "server_cpu": machine.cpu_of(server.process.pid) - before[0], "postgres_cpu": machine.cpu_of_tree(bench.postmaster) - before[1]}


def by_psql(bench, database, file, tokens, branch, who):
    before = machine.cpu_of_tree(bench.postmaster)
    started = time.monotonic()
    bench.cluster.sql(CHECKS.format(file=file, tokens=tokens, branch=branch, who=who), database)
    seconds = time.monotonic() - started
    assert bench.cluster.sql("SELECT count(*) FROM party WHERE code ~ '^B[0-9]{6}$'", database)[0][0] == str(ROWS)
    return {"seconds": seconds, "postgres_cpu": machine.cpu_of_tree(bench.postmaster) - before}


def run(bench, rounds, row, facts):
    folder = yz.temp_dir("yizhan-import-")
    data = upload.csv([HEAD, *customers()])
    (folder / "customers.csv").write_bytes(data)
    ours, theirs, tokens = [], [], folder / "tokens"
    for number in range(rounds):
        database = bench.copy(f"bench_import_{number}")
        bench.cluster.sql("CHECKPOINT")
        branch, who = bench.cluster.sql("SELECT branch_id, id FROM employee WHERE login = 'order_clerk'", database)[0]
        server = bench.server(database, start_seconds=120)
        ours.append(by_import(bench, database, server, data, "order_clerk"))
        server.stop()
        if not tokens.exists():
            os.chmod(folder, 0o777)
            bench.cluster.sql(f"\\copy (SELECT p.code, k.token FROM search_key k JOIN party p ON p.id = k.row_id AND k.entity = 'party' WHERE p.code ~ "
                              f"'^B[0-9]{{6}}$') TO '{tokens}'", database)
        yz.drop_database(bench.cluster, database)
        database = bench.copy(f"bench_copy_{number}")
        bench.cluster.sql("CHECKPOINT")
        theirs.append(by_psql(bench, database, folder / "customers.csv", tokens, branch, who))
        yz.drop_database(bench.cluster, database)
    keys = sum(1 for _ in io.open(tokens))
    middle = sorted(x["seconds"] for x in ours)[len(ours) // 2]
    ratio = sorted(y["seconds"] / x["seconds"] for x, y in zip(ours, theirs))[len(ours) // 2]
    facts["import"] = {"rows": ROWS, "search_keys": keys, "import_s": [round(x["seconds"], 2) for x in ours], "psql_s": [round(y["seconds"], 2) for y in theirs],
                       "server_cpu_s": round(ours[-1]["server_cpu"], 2), "postgres_cpu_s": round(ours[-1]["postgres_cpu"], 2),
                       "psql_postgres_cpu_s": round(theirs[-1]["postgres_cpu"], 2)}
    row("import", "import of 100,000 rows : psql COPY, checks and writes in SQL", ratio, 0.3, 0.6, f"{middle:.1f} s, {ROWS / middle:.0f} rows/s")
