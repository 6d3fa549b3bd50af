"""A call system as tests need it: a TCP peer that speaks the Asterisk Manager Interface, with the keys its versions 16 to 20 send.

Say what happens on the telephone (`call`, `ring`, `answer`, `hang_up` …); whoever is logged in hears of it in Asterisk's own events.
"""
import itertools
import queue
import socket
import threading
import time

import yz

USER, SECRET = "yizhan", "a secret of the tests"


class Pbx:
    """Listens on loopback. `actions` holds what it was asked: one dict an action."""

    def __init__(self, port=0, secret=SECRET, version="5.0.2"):
        self.secret, self.version, self.lock = secret, version, threading.RLock()
        self.actions, self.heard, self.peers, self.channels = [], queue.Queue(), [], {}
        self.answers = {}                       # action: (Response, Message) in place of success
        self.logins = 0
        self._numbers, self._listener = itertools.count(1), None
        self.port = port or yz.free_port()       # it goes away and comes back
        self.start()

    # ---- the wire

    def start(self):
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            peer.sendall(f"Asterisk Call Manager/{self.version}\r\n".encode())
            lines, action = peer.makefile("r", encoding="utf-8", errors="replace", newline="\n"), {}
            for line in lines:
                line = line.rstrip("\r\n")
                if line:
                    name, _, value = line.partition(":")
                    action[name] = value.strip()
                elif action:
                    self._act(peer, action)
                    action = {}
        except OSError:
            pass
        with self.lock:
            if peer in self.peers:
                self.peers.remove(peer)
        peer.close()

    def _act(self, peer, action):
        name = action.get("Action", "").lower()
        with self.lock:
            self.actions.append(action)
            self.heard.put(action)
            response, message = self.answers.get(name, ("Success", "Done"))
            if name == "login":
                good = action.get("Secret") == self.secret and action.get("Username") == USER
                self._send(peer, {"Response": "Success" if good else "Error", "ActionID": action["ActionID"],
                                  "Message": "Authentication accepted" if good else "Authentication failed"})
                if good:
                    self.logins += 1
                    self.peers.append(peer)
                    self._send(peer, {"Event": "FullyBooted", "Privilege": "system,all", "Status": "Fully Booted"})
                return
            self._send(peer, {"Response": response, "ActionID": action.get("ActionID", ""), "Message": message})
            if name == "coreshowchannels" and response == "Success":
                for channel in self.channels.values():
                    self._send(peer, {"Event": "CoreShowChannel", "ActionID": action.get("ActionID", ""), **self._named(channel),
                                      "BridgeId": channel.get("bridge", ""), "Application": "Queue", "Duration": "00:00:07"})
                self._send(peer, {"Event": "CoreShowChannelsComplete", "ActionID": action.get("ActionID", ""), "EventList": "Complete",
                                  "ListItems": len(self.channels)})

    @staticmethod
    def _send(peer, fields):
        peer.sendall("".join(f"{k}: {v}\r\n" for k, v in fields.items()).encode() + b"\r\n")

    def tell(self, event, **fields):
        """An event to everybody who is logged in."""
        with self.lock:
            for peer in list(self.peers):
                try:
                    self._send(peer, {"Event": event, "Privilege": "call,all", **fields})
                except OSError:
                    self.peers.remove(peer)

    def raw(self, data):
        with self.lock:
            for peer in list(self.peers):
                try:
                    peer.sendall(data)
                except OSError:
                    self.peers.remove(peer)

    def drop(self):
        """The network fails: everybody is cut off, and nobody gets through."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self.lock:
            for peer in self.peers:
                peer.shutdown(socket.SHUT_RDWR)
            self.peers.clear()

    def stop(self):
        self.drop()

    def asked(self, name):
        with self.lock:
            return [a for a in self.actions if a.get("Action", "").lower() == name.lower()]

    # ---- the telephone

    def _channel(self, name, linked=None, number="", exten="s", unique=None):
        n = next(self._numbers)
        unique = unique or f"{int(time.time())}.{n}"
        return {"Channel": f"{name}-{n:08x}", "ChannelState": "4", "ChannelStateDesc": "Ring", "CallerIDNum": number or "<unknown>",
                "CallerIDName": "<unknown>", "ConnectedLineNum": "<unknown>", "ConnectedLineName": "<unknown>", "Language": "cn", "AccountCode": "",
                "Context": "from-trunk", "Exten": exten, "Priority": "1", "Uniqueid": unique, "Linkedid": linked or unique}

    @staticmethod
    def _named(channel, prefix=""):
        return {prefix + k: v for k, v in channel.items() if k[0].isupper()}

    def call(self, number, exten="4008001", trunk="PJSIP/trunk-gz", unique=None):
        """Somebody calls from outside; gives the Linkedid."""
        return self._begin(self._channel(trunk, number=number, exten=exten, unique=unique))

    def call_out(self, extension, number, unique=None):
        """A phone of the house calls a number."""
        return self._begin(self._channel(f"PJSIP/{extension}", number=extension, exten=number, unique=unique))

    def _begin(self, channel):
        self.channels[channel["Uniqueid"]] = channel
        self.tell("Newchannel", **self._named(channel))
        return channel["Linkedid"]

    def queue(self, call, name="rescue"):
        self.tell("QueueCallerJoin", **self._named(self.channels[call]), Queue=name, Position="1", Count="1")

    def ring(self, call, extension, queue=None, local=False, peer=None):
        """A phone rings, or with `peer` a trunk; gives its channel. With a queue, as a member of it; `local`: by a channel within, as FreePBX does."""
        caller = self.channels[call]
        if local:
            for half in "12":
                inner = self._channel(f"Local/{extension}@from-queue", call, exten=extension)
                inner["Channel"] += f";{half}"
                self.channels[inner["Uniqueid"]] = inner
                self.tell("Newchannel", **self._named(inner))
            self.tell("DialBegin", **self._named(caller), **self._named(inner, "Dest"), DialString=f"{extension}@from-queue")
        leg = self._channel(peer or f"PJSIP/{extension}", call, extension or "", extension or "")
        leg["ChannelState"], leg["ChannelStateDesc"] = "5", "Ringing"
        self.channels[leg["Uniqueid"]] = leg
        self.tell("Newchannel", **self._named(leg))
        self.tell("Newstate", **self._named(leg))
        both = {**self._named(caller), **self._named(leg, "Dest")}
        self.tell("DialBegin", **both, DialString=str(extension))
        if queue:
            self.tell("AgentCalled", **both, Queue=queue, Interface=f"PJSIP/{extension}", MemberName=str(extension))
        return leg

    def answer(self, call, leg, queue=None, recording=None):
        caller, bridge = self.channels[call], f"bridge-{next(self._numbers)}"
        both = {**self._named(caller), **self._named(leg, "Dest")}
        leg["ChannelState"], leg["ChannelStateDesc"], leg["bridge"], caller["bridge"] = "6", "Up", bridge, bridge
        self.tell("DialEnd", **both, DialStatus="ANSWER", Forward="")
        if queue:
            self.tell("QueueCallerLeave", **self._named(caller), Queue=queue, Position="1", Count="0")
            self.tell("AgentConnect", **both, Queue=queue, Interface=f"PJSIP/{leg['Exten']}", MemberName=leg["Exten"], RingTime="3", HoldTime="5")
        for n, channel in enumerate((leg, caller), 1):
            self.tell("BridgeEnter", **self._named(channel), BridgeUniqueid=bridge, BridgeType="basic", BridgeTechnology="simple_bridge",
                      BridgeNumChannels=str(n))
        if recording:
            self.tell("VarSet", **self._named(caller), Variable="MIXMONITOR_FILENAME", Value=recording)

    def leave(self, leg, status="NOANSWER", cause=19):
        """A phone rings no more."""
        caller = self.channels.get(leg["Linkedid"], leg)
        self.tell("DialEnd", **self._named(caller), **self._named(leg, "Dest"), DialStatus=status, Forward="")
        self._hang_up(leg, cause)

    def _hang_up(self, channel, cause):
        words = {16: "Normal Clearing", 17: "User busy", 19: "User alerting, no answer", 34: "Circuit/channel congestion", 1: "Unallocated (unassigned) number"}
        self.channels.pop(channel["Uniqueid"], None)
        self.tell("Hangup", **self._named(channel), **{"Cause": str(cause), "Cause-txt": words.get(cause, "Unknown")})

    def hang_up(self, call, cause=16):
        """All legs of a call go, the caller's last."""
        legs = [c for c in self.channels.values() if c["Linkedid"] == call]
        for leg in sorted(legs, key=lambda c: c["Uniqueid"] == call):
            self._hang_up(leg, cause)

    def silently_end(self, call):
        """The call ends while nobody listens."""
        for unique in [u for u, c in self.channels.items() if c["Linkedid"] == call]:
            del self.channels[unique]
