"""Does one abuse of HTTP/2 to a port of loopback, and prints how the server ended it.

"goaway CODE" with the code of the GOAWAY frame, "reset CODE" with that of a RST_STREAM, "closed" where the connection
was closed without either, "open" if it was still there after five seconds.
"""
import socket, struct, sys

port, name = int(sys.argv[1]), sys.argv[2]
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PING, WINDOW, CONTINUATION = 0, 1, 2, 3, 4, 6, 8, 9
GET = bytes([0x82, 0x84, 0x86, 0x41, 1]) + b"x"
POST = bytes([0x83, 0x84, 0x86, 0x41, 1]) + b"x"


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def path(text):
    """GET of a path, as an HPACK block."""
    return bytes([0x82, 0x86, 0x44, len(text)]) + text.encode() + bytes([0x41, 1]) + b"x"


connection = socket.create_connection(("127.0.0.1", port))
connection.settimeout(5)


def send(*frames):
    try:
        connection.sendall(b"".join(frames))
    except OSError:
        pass


def rapid_reset():
    for start in range(1, 20_001, 200):
        send(*(frame(HEADERS, 5, s, GET) + frame(RST, 0, s, struct.pack(">I", 8)) for s in range(start, start + 200, 2)))


def refused_streams():
    """More than are allowed at a time, by who does not acknowledge the setting that says how many."""
    for start in range(1, 20_001, 200):
        send(*(frame(HEADERS, 5, s, path("/live")) for s in range(start, start + 200, 2)))


def ping_flood():
    for _ in range(50):
        send(*[frame(PING, 0, 0, bytes(8))] * 100)


def settings_flood():
    for _ in range(50):
        send(*[frame(SETTINGS)] * 100)


def large_settings():
    send(frame(SETTINGS, 0, 0, struct.pack(">HI", 3, 100) * 33))


def priority_flood():
    for _ in range(50):
        send(*[frame(PRIORITY, 0, 1, struct.pack(">IB", 3, 16))] * 100)


def window_flood():
    for _ in range(50):
        send(*[frame(WINDOW, 0, 0, struct.pack(">I", 1))] * 100)


def empty_data_flood():
    send(frame(HEADERS, 4, 1, POST))
    for _ in range(50):
        send(*[frame(DATA, 0, 1)] * 100)


def continuation_flood():
    send(frame(HEADERS, 1, 1, GET))
    for _ in range(50):
        send(*[frame(CONTINUATION, 0, 1, bytes([0x40, 1]) + b"a" + bytes([1]) + b"b")] * 20)


def large_headers():
    """One field that would be a megabyte, in frames as large as allowed."""
    send(frame(HEADERS, 1, 1, GET + bytes([0x40, 1]) + b"a" + bytes([0x7F, 0x81, 0x86, 0x3D]) + bytes(16_000)))
    for _ in range(6):
        send(frame(CONTINUATION, 0, 1, b"x" * 16_384))


def zero_window():
    send(frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0)), frame(HEADERS, 5, 1, path("/endless")))


def window_overflow():
    send(*[frame(WINDOW, 0, 0, struct.pack(">I", 0x7FFFFFFF))] * 2)


def large_frame():
    send(frame(DATA, 0, 1, bytes(20_000)))


def truncated_frame():
    send(frame(HEADERS, 5, 1, GET)[:-3])
    connection.shutdown(socket.SHUT_WR)


def unread():
    """Asks for what never ends and reads nothing, nor do the kernel's buffers have room for it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    send(frame(WINDOW, 0, 0, struct.pack(">I", 0x7FFF0000)), frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0x7FFFFFFF)))
    send(frame(HEADERS, 5, 1, path("/endless")))
    import time
    time.sleep(3)


def outcome():
    received = b""
    try:
        while True:
            while len(received) >= 9:
                count = int.from_bytes(received[:3], "big")
                if len(received) < 9 + count:
                    break
                kind, payload, received = received[3], received[9 : 9 + count], received[9 + count :]
                if kind == 7:
                    return f"goaway {int.from_bytes(payload[4:8], 'big')}"
                # Those of refused streams come before the end.
                if kind == RST and name != "refused_streams":
                    return f"reset {int.from_bytes(payload, 'big')}"
            bytes_read = connection.recv(65_536)
            if not bytes_read:
                return "closed"
            received += bytes_read
    except (ConnectionResetError, BrokenPipeError):
        return "closed"
    except TimeoutError:
        return "open"


def slow():
    """Over HTTP/1.1: takes a little, again and again."""
    import time
    send(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
    for _ in range(150):
        connection.recv(65_536)
        time.sleep(0.02)
    return "read"


if name == "slow":
    print(slow())
    sys.exit()
send(PREFACE, frame(SETTINGS))
globals()[name]()
print(outcome())
