#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server that reads one CLC message of each client, answers with the bytes it was given, and
prints what comes back, a line of hexadecimal digits a connection. The SMC-R option is in its
SYN-ACKs.

liar.py ADDRESS PORT HEX...: one connection for each HEX, in turn.
"""
import socket
import sys

_LEVEL, _OFFER = 0x534D, 1  # emu/synopt/contract.h
_HEADER, _PATIENCE_S = 8, 10


def read(connection, size):
    got = b""
    while len(got) < size:
        piece = connection.recv(size - len(got))
        if not piece:
            break
        got += piece
    return got


def read_message(connection):
    """A whole CLC message, or what came instead of one."""
    try:
        head = read(connection, _HEADER)
        if len(head) < _HEADER or not head.startswith(b"\xe2\xd4\xc3"):
            return head
        return head + read(connection, int.from_bytes(head[5:7], "big") - _HEADER)
    except (ConnectionError, TimeoutError) as gone:
        return type(gone).__name__.encode()


def main():
    address, port, *answers = sys.argv[1:]
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(_LEVEL, _OFFER, 1)
        listener.bind((address, int(port)))
        listener.listen()
        print("listening", file=sys.stderr, flush=True)
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(_PATIENCE_S)
                read_message(connection)
                connection.sendall(bytes.fromhex(answer))
                print(read_message(connection).hex() or "-", flush=True)


if __name__ == "__main__":
    main()
