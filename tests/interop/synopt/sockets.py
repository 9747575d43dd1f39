#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""sockets.py client|server|both|neither ADDRESS PORT: one TCP connection of this process with
itself, in which the named side offers SMC-R, and a line of JSON on what each side learned: null
where the option of the socket is unknown, else [wanted, sent, seen, known] (emu/synopt/contract.h).
"""
import json
import socket
import sys

LEVEL, OFFER, AGREED = 0x534D, 1, 2


def offer(sock):
    """False where nothing is set up for this process."""
    try:
        sock.setsockopt(LEVEL, OFFER, 1)
        return True
    except OSError:
        return False


def agreed(sock):
    try:
        return list(sock.getsockopt(LEVEL, AGREED, 4))
    except OSError:
        return None


def connect(who, address, port):
    """(what the client learned, what the server did); the bytes in between are untouched."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener, socket.socket(family) as client:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        offers = [offer(s) for s, name in ((client, "client"), (listener, "server"))
                  if who in (name, "both")]
        listener.listen()
        client.connect((address, port))
        with listener.accept()[0] as server:
            client.sendall(b"up")
            server.sendall(b"down")
            assert (server.recv(9), client.recv(9)) == (b"up", b"down")
            return {"offered": offers, "client": agreed(client), "server": agreed(server)}


if __name__ == "__main__":
    print(json.dumps(connect(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
