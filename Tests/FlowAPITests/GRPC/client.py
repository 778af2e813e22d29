"""Asks a server what its arguments name, through stubs made from schema/proto, and prints an answer a line as JSON.

A line "ready NAME" asks whoever started it to make new flows.
"""
import importlib, json, sys
import grpc
from google.protobuf import json_format
import stubs

address, schema, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
module = stubs.make(schema)
observer = module("observer.observer_pb2")
observer_rpc = module("observer.observer_pb2_grpc")
flow = module("flow.flow_pb2")
peer = module("peer.peer_pb2")
peer_rpc = module("peer.peer_pb2_grpc")
health = module("grpc.health.v1.health_pb2")
health_rpc = module("grpc.health.v1.health_pb2_grpc")

channel = grpc.insecure_channel(address)
flows = observer_rpc.ObserverStub(channel)
Request = observer.GetFlowsRequest


def sequences(responses):
    return [response.flow.apus.sequence for response in responses]


def refusal(call):
    try:
        list(call)
    except grpc.RpcError as error:
        return [error.code().name, error.details()]
    return ["OK", ""]


def last():
    return sequences(flows.GetFlows(Request(number=3)))


def first():
    return sequences(flows.GetFlows(Request(number=3, first=True)))


def all_flows():
    return len(sequences(flows.GetFlows(Request()))), len(sequences(flows.GetFlows(Request(number=2**64 - 1))))


def range_of_time():
    request = Request(number=2)
    request.since.FromNanoseconds(1_700_000_000_000_000_010)
    request.until.FromNanoseconds(1_700_000_000_000_000_020)
    counted = sequences(flows.GetFlows(request))
    request.number = 0
    return counted, sequences(flows.GetFlows(request))


def filters():
    dropped = flow.FlowFilter(verdict=[flow.DROPPED])
    port = flow.FlowFilter(destination_port=["7", "8", "9"])
    return [
        sequences(flows.GetFlows(Request(whitelist=[dropped, port], number=5, first=True))),
        sequences(flows.GetFlows(Request(whitelist=[port], blacklist=[dropped], number=3, first=True))),
        sequences(flows.GetFlows(Request(whitelist=[flow.FlowFilter(event_type=[flow.EventTypeFilter(type=1)])], number=2))),
        sequences(flows.GetFlows(Request(whitelist=[flow.FlowFilter(node_name=["other"])]))),
        len(sequences(flows.GetFlows(Request(whitelist=[flow.FlowFilter(node_name=["no*"])])))),
        sequences(flows.GetFlows(Request(blacklist=[flow.FlowFilter()]))),
    ]


def one_flow():
    uuid = next(flows.GetFlows(Request(number=10))).flow.uuid
    found = sequences(flows.GetFlows(Request(whitelist=[flow.FlowFilter(uuid=[uuid])])))
    other = sequences(flows.GetFlows(Request(whitelist=[flow.FlowFilter(uuid=["1" * 8 + uuid[8:]])])))
    return found, other


def mask():
    request = Request(number=1)
    request.field_mask.paths.extend(["verdict", "l4.TCP.destination_port"])
    return [json_format.MessageToDict(response) for response in flows.GetFlows(request)]


def refusals():
    return [
        refusal(flows.GetFlows(Request(first=True, follow=True))),
        refusal(flows.GetFlows(Request(whitelist=[flow.FlowFilter(), flow.FlowFilter(source_port=["1", "x"])]))),
        refusal(flows.GetFlows(Request(blacklist=[flow.FlowFilter(http_path=["/"])]))),
        refusal(flows.GetFlows(Request(whitelist=[flow.FlowFilter(source_fqdn=["a b"])]))),
        refusal(flows.GetFlows(Request(field_mask={"paths": ["nothing"]}))),
        refusal(channel.unary_stream("/observer.Observer/Nothing")(b"")),
        refusal(channel.unary_stream("/observer.Observer/GetFlows")(b"\xff\xff")),
        refusal(channel.unary_stream("/observer.Observer/GetFlows")(bytes(5 << 20))),
    ]


def gzip():
    """What both sides compress, what the server cannot read, and what would be too large."""
    request = Request(number=3, first=True)
    plain = [response.SerializeToString() for response in flows.GetFlows(request)]
    packed = [
        response.SerializeToString() for response in flows.GetFlows(request, compression=grpc.Compression.Gzip)]
    one = flows.ServerStatus(observer.ServerStatusRequest(), compression=grpc.Compression.Gzip).max_flows
    bomb = channel.unary_stream("/observer.Observer/GetFlows")(bytes(64 << 20), compression=grpc.Compression.Gzip)
    deflate = flows.GetFlows(request, compression=grpc.Compression.Deflate)
    return plain == packed, one, refusal(bomb), refusal(deflate)[0]


def follow():
    call = flows.GetFlows(Request(follow=True, number=2))
    seen = sequences(next(call) for _ in range(2))
    print("ready follow", flush=True)
    seen += sequences(next(call) for _ in range(3))
    call.cancel()
    return seen


def deadline():
    return refusal(flows.GetFlows(Request(follow=True), timeout=0.2))


def status():
    response, call = flows.ServerStatus.with_call(observer.ServerStatusRequest())
    metadata = dict(call.initial_metadata())
    return json_format.MessageToDict(response), metadata.get("hubble-server-version")


def nodes():
    return [
        json_format.MessageToDict(flows.GetNodes(observer.GetNodesRequest())),
        json_format.MessageToDict(flows.GetNamespaces(observer.GetNamespacesRequest())),
        refusal(flows.GetAgentEvents(observer.GetAgentEventsRequest())),
        refusal(flows.GetDebugEvents(observer.GetDebugEventsRequest(follow=True), timeout=0.2)),
    ]


def peers():
    call = peer_rpc.PeerStub(channel).Notify(peer.NotifyRequest())
    change = next(call)
    call.cancel()
    return change.name, change.type, change.HasField("tls")


def healths():
    stub = health_rpc.HealthStub(channel)
    watch = stub.Watch(health.HealthCheckRequest(service="hubble.server.Observer"))
    watched = next(watch).status
    watch.cancel()
    try:
        stub.Check(health.HealthCheckRequest(service="other"))
        unknown = "OK"
    except grpc.RpcError as error:
        unknown = error.code().name
    return stub.Check(health.HealthCheckRequest()).status, watched, unknown, sorted(
        stub.List(health.HealthListRequest()).statuses)


def drain():
    """Streams that are open when the server stops."""
    watch = health_rpc.HealthStub(channel).Watch(health.HealthCheckRequest())
    call = flows.GetFlows(Request(follow=True, number=1))
    seen = [next(watch).status, *sequences([next(call)])]
    print("ready drain", flush=True)
    return seen + [next(watch).status], refusal(watch), refusal(call)


def reflection():
    """As Hubble's own command does: lists services, then loads the file of each and all that it imports."""
    from google.protobuf import descriptor_pb2
    v1alpha = importlib.import_module("grpc.reflection.v1alpha.reflection_pb2")
    rpc = importlib.import_module("grpc.reflection.v1alpha.reflection_pb2_grpc")
    import queue
    questions = queue.Queue()
    answers = rpc.ServerReflectionStub(channel).ServerReflectionInfo(iter(questions.get, None))

    def ask(**question):
        questions.put(v1alpha.ServerReflectionRequest(**question))
        return next(answers)

    services = [service.name for service in ask(list_services="").list_services_response.service]
    loaded, waiting = {}, []

    def load(answer):
        for data in answer.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(data)
            loaded[file.name] = file
            waiting.extend(file.dependency)

    for service in services:
        load(ask(file_containing_symbol=service))
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            load(ask(file_by_filename=name))
    unknown = ask(file_containing_symbol="no.Such").error_response.error_code
    nested = ask(file_containing_symbol="flow.Apus.Rule").file_descriptor_response.file_descriptor_proto
    questions.put(None)
    return services, sorted(loaded), unknown, len(nested), refusal(answers)


for name in wanted:
    print(json.dumps({name: globals()[name]()}), flush=True)
