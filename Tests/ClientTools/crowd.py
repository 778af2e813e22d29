"""A crowd of clients that mean no good, or never read, at one address: unix:PATH or HOST:PORT.

    crowd.py ADDRESS half-open COUNT         connections that ask nothing, or half of something
    crowd.py ADDRESS follow COUNT UNREAD     followers of all flows over HTTP/2, of which UNREAD never read
    crowd.py ADDRESS noise SEED              200 connections a second with random bytes, frames and truncated frames
    crowd.py ADDRESS mistakes SEED           50 a second over TLS: no TLS, no trust, no token, a wrong token, noise

Prints "ready" when it is there, goes on until SIGTERM, but no longer than five minutes, then prints what became of it as
JSON.
"""
import json, os, random, resource, select, signal, socket, ssl, struct, sys, time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HALVES = [b"", b"GET / HTTP/1.1\r\nHost:", b"PRI * HTTP/2.0\r\n", PREFACE, b"\x16\x03\x01\x02\x00\x01"]


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def hpack_get(path):
    return bytes([0x82, 0x86, 0x44, len(path)]) + path.encode() + bytes([0x41, 1]) + b"x"


def connect(address):
    """A connection, or None where there is none to be had now."""
    try:
        if address.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(5)
            connection.connect(address[len("unix:"):])
        else:
            host, port = address.rsplit(":", 1)
            connection = socket.create_connection((host, int(port)), 5)
        return connection
    except OSError:
        return None


def send(connection, data):
    """Whether it was taken: the server may have closed already."""
    try:
        connection.sendall(data)
        return True
    except OSError:
        return False


class Stop:
    """What SIGTERM says, also where whoever started this has it blocked."""
    has_come = False

    @classmethod
    def watch(cls):
        signal.signal(signal.SIGTERM, lambda *_: setattr(cls, "has_come", True))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        signal.alarm(300)


def half_open(address, count):
    opened, held = 0, []
    while opened < count and not Stop.has_come:
        connection = connect(address)
        if connection is None:
            time.sleep(0.01)
            continue
        send(connection, HALVES[opened % len(HALVES)])
        held.append(connection)
        opened += 1
    ready()
    while not Stop.has_come:
        time.sleep(0.05)
    return {"opened": opened, "closed": sum(ended(connection) for connection in held)}


def ended(connection):
    """Whether the server has closed a connection; what it said before is passed over."""
    connection.setblocking(False)
    try:
        while connection.recv(65_536):
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def follow(address, count, unread):
    window = 0x7FFF0000
    request = (
        PREFACE + frame(4, 0, 0, struct.pack(">HI", 4, 0x7FFFFFFF)) + frame(8, 0, 0, struct.pack(">I", window))
        + frame(1, 5, 1, hpack_get("/v1/flows?follow=true"))
    )
    readers, silent, received, closed = select.epoll(), [], {}, 0
    connections = {}
    for index in range(count):
        while (connection := connect(address)) is None:
            time.sleep(0.01)
        if index < unread:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            send(connection, request)
            silent.append(connection)
            continue
        send(connection, request)
        connection.setblocking(False)
        connections[connection.fileno()] = connection
        received[connection.fileno()] = 0
        readers.register(connection.fileno(), select.EPOLLIN)
    buffer = bytearray(1 << 20)
    is_ready, unheard = False, set(received)
    while not Stop.has_come:
        for number, _ in readers.poll(0.1):
            try:
                taken = connections[number].recv_into(buffer)
            except OSError:
                taken = 0
            if taken == 0:
                readers.unregister(number)
                closed += 1
            received[number] += taken
            unheard.discard(number)
        if not is_ready and not unheard:
            is_ready = True
            ready()
    return {"bytes": sum(received.values()), "least": min(received.values()), "closed": closed}


def random_input(source):
    kind = source.randrange(3)
    if kind == 0:
        return source.randbytes(source.randrange(1, 2_000))
    frames = b"".join(
        frame(source.randrange(11), source.randrange(256), source.randrange(6), source.randbytes(source.randrange(40)))
        for _ in range(source.randrange(1, 20))
    )
    whole = PREFACE + frame(4) + frame(1, 5, 1, hpack_get("/healthz")) + frames
    return whole if kind == 1 else whole[: -source.randrange(1, 12)]


def noise(address, seed):
    source, made = random.Random(seed), 0
    ready()
    while not Stop.has_come:
        time.sleep(0.005)
        connection = connect(address)
        if connection is not None:
            send(connection, random_input(source))
            connection.close()
            made += 1
    return {"made": made}


def mistakes(address, seed):
    source, made = random.Random(seed), 0
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    distrusting = ssl.create_default_context()
    ready()
    while not Stop.has_come:
        time.sleep(0.02)
        connection = connect(address)
        if connection is None:
            continue
        made += 1
        try:
            match source.randrange(5):
                case 0:
                    connection.sendall(b"GET /v1/flows HTTP/1.1\r\nHost: a\r\n\r\n")
                    connection.recv(1_000)
                case 1:
                    distrusting.wrap_socket(connection, server_hostname="localhost")
                case 2:
                    connection.sendall(b"\x16\x03\x01" + source.randbytes(300))
                    connection.recv(1_000)
                case token:
                    secure = trusting.wrap_socket(connection)
                    field = b"Authorization: Bearer wrong\r\n" if token == 3 else b""
                    secure.sendall(b"GET /v1/flows HTTP/1.1\r\nHost: a\r\n" + field + b"\r\n")
                    secure.recv(1_000)
                    secure.close()
        except OSError:
            pass
        connection.close()
    return {"made": made}


def ready():
    print("ready", flush=True)


# Clients of a real server are elsewhere: here they take what processor time is left.
os.nice(19)
Stop.watch()
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(20_000, most), most))
kinds = {"half-open": half_open, "follow": follow, "noise": noise, "mistakes": mistakes}
print(json.dumps(kinds[sys.argv[2]](sys.argv[1], *map(int, sys.argv[3:]))))
