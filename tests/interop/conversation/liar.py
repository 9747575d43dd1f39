#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One side of handshakes that says the bytes it was given and prints what it was told, a line of
hexadecimal digits a connection ("-": nothing). The SMC-R option is in its SYN or SYN-ACK.

liar.py server ADDRESS PORT HEX...   answers each Proposal with the next HEX
liar.py client ADDRESS PORT HEX...   proposes each HEX
"""
import socket
import sys

_LEVEL, _OFFER = 0x534D, 1  # emu/synopt/contract.h
_EYE_CATCHERS = b"\xe2\xd4\xc3"
_HEADER, _PATIENCE_S = 8, 4


def make_socket():
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(_LEVEL, _OFFER, 1)
    return made


def read(connection, size):
    got = b""
    while len(got) < size:
        piece = connection.recv(size - len(got))
        if not piece:
            break
        got += piece
    return got


def read_message(connection):
    """A whole CLC message; nothing if the connection ended, or was silent, instead."""
    try:
        head = read(connection, _HEADER)
        if len(head) < _HEADER or not head.startswith(_EYE_CATCHERS):
            return b""
        return head + read(connection, int.from_bytes(head[5:7], "big") - _HEADER)
    except (ConnectionError, TimeoutError):
        return b""


def serve(where, answers):
    with make_socket() as listener:
        listener.bind(where)
        listener.listen()
        print("listening", file=sys.stderr, flush=True)
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(_PATIENCE_S)
                read_message(connection)
                connection.sendall(answer)
                yield read_message(connection)


def ask(where, proposals):
    for proposal in proposals:
        with make_socket() as connection:
            connection.settimeout(_PATIENCE_S)
            connection.connect(where)
            connection.sendall(proposal)
            yield read_message(connection)


def main():
    role, address, port, *messages = sys.argv[1:]
    told = {"server": serve, "client": ask}[role]
    for message in told((address, int(port)), map(bytes.fromhex, messages)):
        print(message.hex() or "-", flush=True)


if __name__ == "__main__":
    main()
