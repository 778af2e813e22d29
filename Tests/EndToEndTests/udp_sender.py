"""Sends datagrams to a port of loopback at which nobody listens: the kernel drops each. `udp_sender.py <port> <stop file>`."""

import os
import socket
import sys
import time

sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while not os.path.exists(sys.argv[2]):
    for _ in range(20):
        sender.sendto(b"x", ("127.0.0.1", int(sys.argv[1])))
    time.sleep(0.02)
