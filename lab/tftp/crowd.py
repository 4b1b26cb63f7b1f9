#!/usr/bin/env python3
"""crowd.py SERVER PORT FILE SHA256 FIRST_ADDRESS COUNT [BLKSIZE [WINDOWSIZE]]: so many clients at once, each from an address of its own,
read a file over TFTP. Prints "complete=N wrong=N seconds=S"; ends with 1 unless all is right within ten minutes."""
import hashlib
import ipaddress
import selectors
import socket
import sys
import time

server, port, name, wanted, first, count = sys.argv[1:7]
block_size = int(sys.argv[7]) if len(sys.argv) > 7 else 1428
window = int(sys.argv[8]) if len(sys.argv) > 8 else 1
REPEAT, GIVE_UP = 1.0, 600
select = selectors.DefaultSelector()


class Client:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind((address, 0))
        self.hash, self.block, self.end, self.done = hashlib.sha256(), 0, None, False
        options = ["blksize", str(block_size), "tsize", "0"] + (["windowsize", str(window)] if window > 1 else [])
        self.request = b"\0\1" + b"".join(word.encode() + b"\0" for word in [name, "octet", *options])
        select.register(self.socket, selectors.EVENT_READ, self)
        self.send()

    def send(self):
        """The request, else an acknowledgement of what is there."""
        self.repeat = time.monotonic() + REPEAT
        packet, to = (self.request, (server, int(port))) if self.end is None else (b"\0\4" + (self.block & 0xffff).to_bytes(2, "big"), self.end)
        try:
            self.socket.sendto(packet, to)
        except PermissionError:
            pass  # lost on the way out

    def read(self):
        packet, sender = self.socket.recvfrom(70_000)
        kind, number = packet[1], int.from_bytes(packet[2:4], "big")
        if kind == 5:
            sys.exit(f"error {number} {packet[4:]}")
        if self.end is None:
            self.end = sender
        if sender != self.end:
            return
        if kind == 6:
            if self.block == 0:
                self.send()
        elif number == (self.block + 1) & 0xffff:
            self.block += 1
            self.hash.update(packet[4:])
            last = len(packet) < block_size + 4
            if last or self.block % window == 0:
                self.send()
            if last:
                self.done = True
        elif self.done:
            self.send()  # the acknowledgement of the last block was lost


begin = time.monotonic()
clients = [Client(str(ipaddress.ip_address(first) + i)) for i in range(int(count))]
while not all(client.done for client in clients) and time.monotonic() - begin < GIVE_UP:
    for key, _ in select.select(0.05):
        key.data.read()
    now = time.monotonic()
    for client in clients:
        if not client.done and now > client.repeat:
            client.send()
complete = sum(client.done for client in clients)
wrong = sum(client.done and client.hash.hexdigest() != wanted for client in clients)
print(f"complete={complete} wrong={wrong} seconds={time.monotonic() - begin:.1f}")
sys.exit(0 if complete == len(clients) and not wrong else 1)
