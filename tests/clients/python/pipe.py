"""Joins standard input and output to a socket, so that a client can start as a command what
already runs as a task of the test: `pipe.py HOST PORT`."""

import socket
import sys
import threading

connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))


def outwards():
    while data := connection.recv(1 << 16):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


reader = threading.Thread(target=outwards)
reader.start()
while data := sys.stdin.buffer.read1(1 << 16):
    connection.sendall(data)
connection.shutdown(socket.SHUT_WR)
reader.join()
