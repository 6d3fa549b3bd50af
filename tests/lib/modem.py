"""A real gammu-smsd with its dummy phone, its tables in a database of the test's cluster; or those tables alone, where it is not installed."""
import os
import pathlib
import subprocess

import yz

UNPACKED = yz.BUILD / "gammu"        # where ./dev puts it
ROOTS = (UNPACKED, pathlib.Path("/"))

# The four tables of its SQL service that are spoken to (gammu-smsd-tables(7)), and those the program wants beside them.
SCHEMA = """
CREATE TABLE gammu ("Version" smallint NOT NULL PRIMARY KEY);
INSERT INTO gammu VALUES (17);
CREATE TABLE inbox (
  "UpdatedInDB" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0), "ReceivingDateTime" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0),
  "Text" text NOT NULL, "SenderNumber" varchar(20) NOT NULL DEFAULT '', "Coding" varchar(255) NOT NULL DEFAULT 'Default_No_Compression',
  "UDH" text NOT NULL, "SMSCNumber" varchar(20) NOT NULL DEFAULT '', "Class" integer NOT NULL DEFAULT '-1', "TextDecoded" text NOT NULL DEFAULT '',
  "ID" serial PRIMARY KEY, "RecipientID" text NOT NULL, "Processed" boolean NOT NULL DEFAULT 'false', "Status" integer NOT NULL DEFAULT '-1');
CREATE TABLE outbox (
  "UpdatedInDB" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0), "InsertIntoDB" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0),
  "SendingDateTime" timestamp NOT NULL DEFAULT LOCALTIMESTAMP(0), "SendBefore" time NOT NULL DEFAULT '23:59:59', "SendAfter" time NOT NULL DEFAULT '00:00:00',
  "Text" text, "DestinationNumber" varchar(20) NOT NULL DEFAULT '', "Coding" varchar(255) NOT NULL DEFAULT 'Default_No_Compression'
    CHECK ("Coding" IN ('Default_No_Compression', 'Unicode_No_Compression', '8bit', 'Default_Compression', 'Unicode_Compression')),
  "UDH" text, "Class" integer DEFAULT '-1', "TextDecoded" text NOT NULL DEFAULT '', "ID" serial PRIMARY KEY, "MultiPart" boolean NOT NULL DEFAULT 'false',
  "RelativeValidity" integer DEFAULT '-1', "SenderID" varchar(255), "SendingTimeOut" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0),
  "DeliveryReport" varchar(10) DEFAULT 'default' CHECK ("DeliveryReport" IN ('default', 'yes', 'no')), "CreatorID" text NOT NULL,
  "Retries" integer DEFAULT '0', "Priority" integer DEFAULT '0', "Status" varchar(255) NOT NULL DEFAULT 'Reserved', "StatusCode" integer NOT NULL DEFAULT '-1');
CREATE TABLE outbox_multipart (
  "Text" text, "Coding" varchar(255) NOT NULL DEFAULT 'Default_No_Compression', "UDH" text, "Class" integer DEFAULT '-1', "TextDecoded" text, "ID" serial,
  "SequencePosition" integer NOT NULL DEFAULT '1', "Status" varchar(255) NOT NULL DEFAULT 'Reserved', "StatusCode" integer NOT NULL DEFAULT '-1',
  PRIMARY KEY ("ID", "SequencePosition"));
CREATE TABLE phones (
  "ID" text NOT NULL, "UpdatedInDB" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0), "InsertIntoDB" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0),
  "TimeOut" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0), "Send" boolean NOT NULL DEFAULT 'no', "Receive" boolean NOT NULL DEFAULT 'no',
  "IMEI" varchar(35) PRIMARY KEY NOT NULL, "IMSI" varchar(35) NOT NULL, "NetCode" varchar(10) DEFAULT 'ERROR', "NetName" varchar(35) DEFAULT 'ERROR',
  "Client" text NOT NULL, "Battery" integer NOT NULL DEFAULT -1, "Signal" integer NOT NULL DEFAULT -1, "Sent" integer NOT NULL DEFAULT 0,
  "Received" integer NOT NULL DEFAULT 0);
CREATE TABLE sentitems (
  "UpdatedInDB" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0), "InsertIntoDB" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0),
  "SendingDateTime" timestamp(0) NOT NULL DEFAULT LOCALTIMESTAMP(0), "DeliveryDateTime" timestamp(0), "Text" text NOT NULL,
  "DestinationNumber" varchar(20) NOT NULL DEFAULT '', "Coding" varchar(255) NOT NULL DEFAULT 'Default_No_Compression', "UDH" text NOT NULL,
  "SMSCNumber" varchar(20) NOT NULL DEFAULT '', "Class" integer NOT NULL DEFAULT '-1', "TextDecoded" text NOT NULL DEFAULT '', "ID" serial,
  "SenderID" varchar(255) NOT NULL, "SequencePosition" integer NOT NULL DEFAULT '1', "Status" varchar(255) NOT NULL DEFAULT 'SendingOK',
  "StatusError" integer NOT NULL DEFAULT '-1', "TPMR" integer NOT NULL DEFAULT '-1', "RelativeValidity" integer NOT NULL DEFAULT '-1',
  "CreatorID" text NOT NULL, "StatusCode" integer NOT NULL DEFAULT '-1', PRIMARY KEY ("ID", "SequencePosition"));
CREATE INDEX sentitems_dest ON sentitems ("DestinationNumber");
"""


def program():
    return next((str(root / "usr/bin/gammu-smsd") for root in ROOTS if (root / "usr/bin/gammu-smsd").exists()), None)


def environment():
    folders = sorted({str(p.parent) for p in UNPACKED.rglob("*.so*")}) if UNPACKED.exists() else []
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(folders)} if folders else dict(os.environ)


class Modem:
    def __init__(self, cluster, database):
        self.cluster, self.database, self.process = cluster, database, None
        cluster.sql(f'CREATE DATABASE "{database}" ENCODING \'UTF8\' TEMPLATE template0')
        cluster.sql(SCHEMA, database)
        self.conninfo = cluster.conninfo(database, "postgres")
        self.dir = yz.temp_dir("yizhan-gammu-")
        (self.dir / "phone").mkdir()
        socket = cluster.socket
        (self.dir / "smsdrc").write_text(f"""
[gammu]
device = {self.dir}/phone
model = dummy
connection = none

[smsd]
service = sql
driver = native_pgsql
host = {socket}
user = postgres
password =
database = {database}
logfile = {self.dir}/log
debuglevel = 255
commtimeout = 1
loopsleep = 1
deliveryreport = log
checksecurity = 0
checkbattery = 0
checksignal = 0
""")

    def sql(self, text):
        return self.cluster.sql(text, self.database)

    def start(self):
        self.process = subprocess.Popen([program(), "-c", str(self.dir / "smsdrc")], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def sent(self):
        """(number, text) of each message that has left, its parts put together."""
        return [tuple(row) for row in self.sql('SELECT "DestinationNumber", string_agg("TextDecoded", \'\' ORDER BY "SequencePosition") '
                                               'FROM sentitems GROUP BY "ID", "DestinationNumber" ORDER BY "ID"')]
