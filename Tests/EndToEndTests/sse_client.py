"""Follows flows as a browser's EventSource does: `sse_client.py <socket> <path> <stop file>`.

When the connection breaks, or cannot be made, it asks again after the time that the server said, with the id of the last
event. Prints what it gets, one JSON value a line: [id, event, data], and ["connected", status]. Ends when there is the file.
"""

import http.client
import json
import os
import socket
import sys
import time


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=1)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class EventSource:
    def __init__(self, unix_socket, path, stop_file):
        self.unix_socket, self.path, self.stop_file = unix_socket, path, stop_file
        self.last_id, self.retry_seconds = "", 3.0

    @property
    def must_stop(self):
        return os.path.exists(self.stop_file)

    def run(self):
        while not self.must_stop:
            try:
                self.connect()
            except (OSError, http.client.HTTPException):
                pass
            if not self.must_stop:
                time.sleep(min(self.retry_seconds, 0.2))

    def connect(self):
        connection = UnixConnection(self.unix_socket)
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        connection.request("GET", self.path, headers=headers)
        response = connection.getresponse()
        print(json.dumps(["connected", response.status]), flush=True)
        if response.status != 200 or response.headers.get_content_type() != "text/event-stream":
            sys.exit(f"the server answered {response.status}: {response.read()!r}")
        self.read(response)

    def read(self, response):
        event = {}
        while not self.must_stop:
            try:
                line = response.readline().decode()
            except TimeoutError:
                return
            if not line:
                return
            # What is not ended by an empty line is no event.
            if line == "\n":
                self.dispatch(event)
                event = {}
                continue
            name, _, value = line.rstrip("\n").partition(":")
            if name:
                event[name] = value.removeprefix(" ")

    def dispatch(self, event):
        if "id" in event:
            self.last_id = event["id"]
        if "retry" in event:
            self.retry_seconds = int(event["retry"]) / 1000
        if "data" in event:
            print(json.dumps([event.get("id"), event.get("event"), json.loads(event["data"])]), flush=True)


EventSource(*sys.argv[1:]).run()
