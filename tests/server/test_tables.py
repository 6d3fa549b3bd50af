"""The rows of the entities against a real database: columns, types, NULLs, choices, indexes; and permissions against the shipped roles."""
import subprocess
import uuid

import yz

PROGRAM = yz.BUILD / "tests" / "tables" / "check_tables"

# Permissions that no shipped role has, and why.
NOBODYS = {
    "pii.view": "given by hand: it unmasks persons' data in lists",
}

cluster = yz.shared_cluster()
database = "t_" + uuid.uuid4().hex[:12]
cluster.create(database)


def test_rows_and_schema_say_the_same():
    done = subprocess.run([PROGRAM, cluster.conninfo(database, "yizhan_owner")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_the_check_finds_drift():
    planted = {
        "branch: no column for contact": "ALTER TABLE branch RENAME contact TO contact_person",
        "branch: may be NULL in the database, but is required or filled: name": "ALTER TABLE branch ALTER name DROP NOT NULL",
        "vehicle: another type: remarks integer": "ALTER TABLE vehicle ALTER remarks TYPE int USING 0",
        "the database refuses the choice kind station": "ALTER TABLE branch DROP CONSTRAINT branch_kind_check, ADD CHECK (kind IN ('shop', 'office', 'x'))",
        "no index for sorting by created_at": "DROP INDEX IF EXISTS rescue_order_branch_created, rescue_order_branch",
        "vehicle: no unique index on plate": "DROP INDEX vehicle_plate_key",
        "has branches but no row-level security": "ALTER TABLE vehicle DISABLE ROW LEVEL SECURITY",
    }
    for row in cluster.sql("SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'rescue_order'::regclass AND NOT indisunique", database):
        planted["no index for sorting by created_at"] += f'; DROP INDEX IF EXISTS {row[0]}'
    copy = database + "_drift"
    cluster.create(copy, template=database)
    for text in planted.values():
        cluster.sql(text, copy)
    done = subprocess.run([PROGRAM, cluster.conninfo(copy, "yizhan_owner")], capture_output=True, text=True)
    cluster.sql(f'DROP DATABASE "{copy}"')
    assert done.returncode == 1, done.stderr[-2000:]
    for words in planted:
        assert words in done.stdout, (words, done.stdout)


def test_every_permission_is_somebodys():
    verbs = set(subprocess.run([PROGRAM, "permissions"], capture_output=True, text=True, check=True).stdout.split())
    given = {row[0] for row in cluster.sql("SELECT DISTINCT split_part(p, '@', 1) FROM role, unnest(permissions) p", database)}
    assert verbs - given == set(NOBODYS), verbs - given


def finish():
    cluster.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


yz.main(globals())
