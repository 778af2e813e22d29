"""Asks a server for flows and prints each as a line of JSON, or how it was refused.

    clients.py grpc HOST:PORT CA SCHEMA QUESTION [TOKEN]     Python's gRPC, over TLS
    clients.py events HOST:PORT CA - QUESTION [TOKEN]        what a browser's EventSource does, over TLS

The questions: history, filter, live (three flows), bad.
"""
import http.client, json, os, ssl, sys

kind, address, authority, schema, question = sys.argv[1:6]
token = sys.argv[6] if len(sys.argv) > 6 else None


def ask_grpc():
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../GRPC"))
    import grpc, stubs
    from google.protobuf import json_format

    module = stubs.make(schema)
    observer, flow = module("observer.observer_pb2"), module("flow.flow_pb2")
    Request, Filter = observer.GetFlowsRequest, flow.FlowFilter
    requests = {
        "history": Request(number=1000, first=True),
        "filter": Request(number=1000, first=True, whitelist=[Filter(verdict=[flow.DROPPED])]),
        "live": Request(follow=True),
        "bad": Request(whitelist=[Filter(source_port=["x"])]),
    }
    with open(authority, "rb") as file:
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))
    stub = module("observer.observer_pb2_grpc").ObserverStub(channel)
    metadata = [("authorization", f"Bearer {token}")] if token else []
    try:
        for response in stub.GetFlows(requests[question], metadata=metadata):
            yield json.dumps(json_format.MessageToDict(response, preserving_proto_field_name=True), separators=(",", ":"))
    except grpc.RpcError as error:
        yield f"{error.code().name} {error.details()}"


def ask_events():
    queries = {
        "history": "first=1000", "filter": "first=1000&verdict=DROPPED", "live": "follow=true&last=0",
        "bad": "from-port=x",
    }
    connection = http.client.HTTPSConnection(address, context=ssl.create_default_context(cafile=authority))
    headers = {"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request("GET", f"/v1/flows?{queries[question]}", headers=headers)
    response = connection.getresponse()
    if response.status != 200:
        yield f"{response.status} {response.read().decode()}"
        return
    for line in response:
        if line.startswith(b"data: "):
            yield line[len(b"data: "):].decode().strip()


lines = {"grpc": ask_grpc, "events": ask_events}[kind]()
for index, line in enumerate(lines):
    print(line, flush=True)
    if question == "live" and index == 2:
        break
os._exit(0)
