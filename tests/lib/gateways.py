"""Peers for the gateways: an HTTP server that answers as Kannel's sendsms does, a mail server, and a real Kannel with its fakesmsc."""
import asyncio
import email
import email.header
import http.server
import os
import pathlib
import re
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import yz

TOKEN = "token-of-the-tests"
free_port = yz.free_port


def settings(sms=None, mail=None, hook=None):
    """Lines of yizhand.conf."""
    lines = []
    if sms:
        lines += [f'sms_url = "{sms}"', 'sms_user = "yizhan"', 'sms_password = "secret"', 'sms_sender = "10690000"']
    if mail:
        lines += [f'mail_url = "{mail}"', 'mail_from = "desk@yizhan.test"']
    if hook:
        lines += [f'hook_listen = "127.0.0.1:{hook}"', f'hook_token = "{TOKEN}"']
    return lines


def call_hook(port, path, token=TOKEN, **values):
    """The status a hook answers with."""
    query = urllib.parse.urlencode({**({"token": token} if token else {}), **values})
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}?{query}", timeout=20) as reply:
            return reply.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


class Sendsms:
    """Answers each request by the next of `answers` (the last for ever); "cut" hangs up without a word. Keeps what it was sent."""

    def __init__(self, port=0):
        self.answers, self.heard, self.lock = [(202, "0: Accepted for delivery")], [], threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with outer.lock:
                    outer.heard.append({**{k: v for k, v in self.headers.items()}, "body": body})
                    answer = outer.answers[0] if len(outer.answers) == 1 else outer.answers.pop(0)
                if answer == "cut":
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(answer[0])
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1].encode())

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/cgi-bin/sendsms"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Mail:
    """An SMTP server that takes what comes, or refuses by the words of `refuse` (recipient: answer)."""

    def __init__(self):
        self.letters, self.refuse, self.port, self.writers = [], {}, yz.free_port(), set()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.start()
        self.url = f"smtp://127.0.0.1:{self.port}"

    def start(self):
        """At the port it had before."""
        self.server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._serve, "127.0.0.1", self.port), self.loop).result(10)

    def kill(self):
        """Hangs up on whoever is there, and listens no more."""
        async def end():
            self.server.close()
            for writer in self.writers:
                writer.transport.abort()
        asyncio.run_coroutine_threadsafe(end(), self.loop).result(10)

    async def _serve(self, reader, writer):
        self.writers.add(writer)
        writer.write(b"220 test ESMTP\r\n")
        to = []
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            word = line.split(" ")[0].split(":")[0].upper()
            if word == "EHLO":
                writer.write(b"250-test\r\n250 8BITMIME\r\n")
            elif word == "MAIL":
                to = []             # another letter over the same line
                writer.write(b"250 ok\r\n")
            elif word == "RCPT":
                address = line[line.index("<") + 1:line.index(">")]
                to.append(address)
                writer.write((self.refuse.get(address, "250 ok") + "\r\n").encode())
            elif word == "DATA":
                writer.write(b"354 go on\r\n")
                text = b""
                while (part := await reader.readline()) not in (b".\r\n", b""):
                    text += part
                if not part:
                    break           # it was cut off: nothing is taken
                self.letters.append((to, email.message_from_bytes(text)))
                writer.write(b"250 taken\r\n")
            elif word == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        self.writers.discard(writer)
        writer.close()


def subject_of(letter):
    return "".join(t.decode(c or "ascii") if isinstance(t, bytes) else t for t, c in email.header.decode_header(letter["Subject"]))


def text_of(letter):
    return letter.get_payload(decode=True).decode()


class Kannel:
    """bearerbox, smsbox, and an operator's centre (fakesmsc), as an administrator would set them up."""

    def __init__(self, hook):
        self.dir = yz.temp_dir("yizhan-kannel-")
        self.admin, self.box, self.smsc, self.sendsms = (yz.free_port() for _ in range(4))
        self.url = f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms"
        self.processes = []
        reply = f"http://127.0.0.1:{hook}/sms/reply?token={TOKEN}&from=%p&text=%b&reference=%I"
        (self.dir / "kannel.conf").write_text(f"""
group = core
admin-port = {self.admin}
admin-password = test
admin-interface = "127.0.0.1"
smsbox-port = {self.box}
smsbox-interface = "127.0.0.1"
box-allow-ip = "127.0.0.1"
log-file = "{self.dir}/bearerbox.log"
log-level = 0
store-type = file
store-location = "{self.dir}/kannel.store"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = fake
port = {self.smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {self.sendsms}
sendsms-interface = "127.0.0.1"
log-file = "{self.dir}/smsbox.log"
log-level = 0
mo-recode = true
http-request-retry = 10
http-queue-delay = 1

group = sendsms-user
username = yizhan
password = secret
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
accepted-smsc = fake
max-messages = 0
get-url = "{reply}"
""")
        self.start()

    def start(self):
        bearer = subprocess.Popen([program("bearerbox"), str(self.dir / "kannel.conf")], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes = [bearer]
        self._wait(self.box)
        self.processes.append(subprocess.Popen([program("smsbox"), str(self.dir / "kannel.conf")], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        self._wait(self.sendsms)

    def _wait(self, port):
        def there():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", port)) == 0
        yz.wait_until(f"Kannel at port {port}", there)

    def phones(self, *messages):
        """The operator's end: keeps what is sent to phones in a file, and sends what people write ("FROM TO text WORDS") at once."""
        self.heard_path = self.dir / f"phones{time.monotonic_ns()}"

        def connected():
            with open(self.heard_path, "wb") as out:
                phones = subprocess.Popen([program("fakesmsc"), "-H", "127.0.0.1", "-r", str(self.smsc), "-i", "0.1", "-m", str(max(len(messages), 1)),
                                           *(messages or ("1 1 nothing",))], stdout=out, stderr=subprocess.STDOUT, env=environment())
            try:
                phones.wait(0.5)        # it gives up at once where nobody listens yet
                return False
            except subprocess.TimeoutExpired:
                self.processes.append(phones)
                return True

        yz.wait_until("the operator's end", connected)

    def heard(self):
        """(phone, text) of each message that came to a phone since phones() was called."""
        found = re.findall(rb"Got message \d+: <(\S+) (\S+) (\S+) (.*)>", self.heard_path.read_bytes())
        return [(to.decode(), urllib.parse.unquote_to_bytes(text.replace(b"+", b" ")).decode("utf-16-be" if kind == b"ucs-2" else "utf-8"))
                for _, to, kind, text in found]

    def kill(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.processes = []

    @staticmethod
    def is_there():
        return all(program(p) for p in ("bearerbox", "smsbox", "fakesmsc"))


UNPACKED = yz.BUILD / "kannel"        # where ./dev puts it: nothing is to be installed that would listen
FOLDERS = [root / folder for root in (UNPACKED, pathlib.Path("/")) for folder in ("usr/sbin", "usr/lib/kannel/test")]


def program(name):
    return next((str(f / name) for f in FOLDERS if (f / name).exists()), None)


def environment():
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(str(p) for p in UNPACKED.glob("**/*-linux-gnu"))} if UNPACKED.exists() else dict(os.environ)
