"""Invents flows in Hubble's JSON, and derives from the documented formats what must be printed of them.

It shares nothing with the program under test but these formats. Run it in its own folder: it writes flows.ndjson and the
expected outputs beside it.
"""
import json
import re
import unicodedata

RESERVED = ["unknown", "host", "world", "unmanaged", "health", "init", "remote-node", "kube-apiserver", "ingress",
            "world-ipv4", "world-ipv6"]
POINTS = {0: "to-endpoint", 1: "to-proxy", 2: "to-host", 3: "to-stack", 4: "to-overlay", 5: "from-endpoint",
          6: "from-proxy", 7: "from-host", 8: "from-stack", 9: "from-overlay", 10: "from-network", 11: "to-network",
          12: "from-crypto", 13: "to-crypto"}
REASONS = {
    130: ("INVALID_SOURCE_MAC", "Invalid source mac"), 132: ("INVALID_SOURCE_IP", "Invalid source ip"),
    133: ("POLICY_DENIED", "Policy denied"), 134: ("INVALID_PACKET_DROPPED", "Invalid packet"),
    135: ("CT_TRUNCATED_OR_INVALID_HEADER", "CT: Truncated or invalid header"),
    136: ("CT_MISSING_TCP_ACK_FLAG", "Fragmentation needed"),
    137: ("CT_UNKNOWN_L4_PROTOCOL", "CT: Unknown L4 protocol"),
    138: ("CT_CANNOT_CREATE_ENTRY_FROM_PACKET", "CT: Can't create entry from packet"),
    139: ("UNSUPPORTED_L3_PROTOCOL", "Unsupported L3 protocol"), 140: ("MISSED_TAIL_CALL", "Missed tail call"),
    141: ("ERROR_WRITING_TO_PACKET", "Error writing to packet"), 143: ("UNKNOWN_ICMPV4_CODE", "Unknown ICMPv4 code"),
    147: ("ERROR_RETRIEVING_TUNNEL_KEY", "Error retrieving tunnel key"),
    151: ("STALE_OR_UNROUTABLE_IP", "Stale or unroutable IP"),
    153: ("ERROR_WHILE_CORRECTING_L3_CHECKSUM", "Error while correcting L3 checksum"),
    155: ("CT_MAP_INSERTION_FAILED", "CT: Map insertion failed"),
    156: ("INVALID_IPV6_EXTENSION_HEADER", "Invalid IPv6 extension header"),
    157: ("IP_FRAGMENTATION_NOT_SUPPORTED", "IP fragmentation not supported"),
    158: ("SERVICE_BACKEND_NOT_FOUND", "Service backend not found"),
    160: ("NO_TUNNEL_OR_ENCAPSULATION_ENDPOINT", "No tunnel/encapsulation endpoint (datapath BUG!)"),
    161: ("FAILED_TO_INSERT_INTO_PROXYMAP", "NAT 46/64 not enabled"), 159: (None, "159, 0"),
}
MATCHES = ["none", "L3-Only", "L3-L4", "L4-Only", "all", "L3-Proto", "Proto-Only"]
FLAG_ORDER = ["SYN", "ACK", "RST", "FIN", "PSH", "URG", "ECE", "CWR"]
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SOCKET_POINTS = {"SOCK_XLATE_POINT_PRE_DIRECTION_FWD": "pre-xlate-fwd",
                 "SOCK_XLATE_POINT_POST_DIRECTION_FWD": "post-xlate-fwd",
                 "SOCK_XLATE_POINT_PRE_DIRECTION_REV": "pre-xlate-rev",
                 "SOCK_XLATE_POINT_POST_DIRECTION_REV": "post-xlate-rev"}


# --- Flows -----------------------------------------------------------------------------------------------------------

def tcp(source, destination, *flags):
    ports = {k: v for k, v in (("source_port", source), ("destination_port", destination)) if v}
    return {"TCP": {**ports, "flags": {flag: True for flag in flags}}}


def pod(namespace, name, identity, local=None, **more):
    labels = [f"k8s:app={name.split('-')[0]}", f"k8s:io.kubernetes.pod.namespace={namespace}"]
    return {**({"ID": local} if local else {}), "identity": identity, "cluster_name": "west", "namespace": namespace,
            "labels": labels, "pod_name": name, **more}


LAMP = pod("light", "lamp-5f6c9-qqzt8", 40123, 3101, workloads=[{"name": "lamp", "kind": "Deployment"}])
FUSE = pod("power", "fuse-0", 51777)
WORLD = {"identity": 2, "labels": ["reserved:world"]}
COUNT = 0


def response(flow, time="2026-05-09T07:08:09.123456789Z", node="west/n1"):
    """A flow within its response; keys in the order in which the messages declare them."""
    global COUNT
    COUNT += 1
    order = ["time", "uuid", "emitter", "verdict", "drop_reason", "auth_type", "ethernet", "IP", "l4", "tunnel", "source",
             "destination", "Type", "node_name", "node_labels", "source_names", "destination_names", "l7", "reply",
             "event_type", "source_service", "destination_service", "traffic_direction", "policy_match_type",
             "trace_observation_point", "trace_reason", "file", "ip_trace_id", "drop_reason_desc", "is_reply",
             "debug_capture_point", "interface", "proxy_port", "trace_context", "sock_xlate_point", "socket_cookie",
             "cgroup_id", "Summary", "egress_allowed_by", "ingress_allowed_by", "egress_denied_by", "ingress_denied_by"]
    flow = {**flow, "uuid": f"5e1f0000-0000-4000-8000-{COUNT:012d}", "emitter": {"name": "Hubble", "version": "1.19.4"},
            "Type": "L7" if "l7" in flow else "L3_L4"}
    if time:
        flow["time"] = time
    if node:
        flow["node_name"] = node
    unknown = set(flow) - set(order)
    assert not unknown, unknown
    line = {"flow": {key: flow[key] for key in order if key in flow}}
    if node:
        line["node_name"] = node
    if time:
        line["time"] = time
    return line


def ip(source, destination):
    return {"source": source, "destination": destination, "ipVersion": "IPv6" if ":" in source else "IPv4"}


def flows():
    lines = []

    def add(flow, **how):
        lines.append(response(flow, **how))

    base = {"verdict": "FORWARDED", "ethernet": {"source": "02:aa:00:00:00:01", "destination": "02:aa:00:00:00:02"},
            "IP": ip("10.7.0.4", "10.7.1.9"), "l4": tcp(43210, 5432, "SYN"), "source": LAMP, "destination": FUSE,
            "node_labels": ["zone=a"], "event_type": {"type": 4}, "traffic_direction": "EGRESS",
            "Summary": "TCP Flags: SYN"}
    # Traces: every point, all three kinds of reply.
    for number, text in POINTS.items():
        event = {"type": 4, **({"sub_type": number} if number else {})}
        point = text.upper().replace("-", "_")
        reply = [None, False, True][number % 3]
        told = {} if reply is None else {"is_reply": reply}
        add({**base, **told, **({"reply": True} if reply else {}), "event_type": event, "trace_observation_point": point,
             "trace_reason": "REPLY" if reply else "NEW", "interface": {"index": 7, "name": "lxc12ab"}},
            time=f"2026-05-{number + 1:02d}T07:08:09{['', '.5', '.120', '.000007', '.123456789'][number % 5]}Z"
            .replace(".5Z", ".500Z"))
    # Drops: reasons.
    for number, (name, _) in REASONS.items():
        add({**base, "verdict": "DROPPED", "drop_reason": number, "drop_reason_desc": name or number,
             "event_type": {"type": 1, "sub_type": number}, "traffic_direction": "INGRESS",
             "file": {"name": "bpf_lxc.c", "line": 2000 + number}}, node=None if number == 140 else "west/n2")
    # Policy verdicts.
    policies = [{"name": "front", "namespace": "light", "labels": ["k8s:io.cilium.k8s.policy.name=front"],
                 "revision": "12", "kind": "CiliumNetworkPolicy"},
                {"name": "base", "namespace": "light", "kind": "NetworkPolicy"}, {"name": "nokind"}]
    for number in range(7):
        verdict = ["FORWARDED", "REDIRECTED", "DROPPED", "AUDIT"][number % 4]
        egress = number % 2 == 0
        key = f"{'egress' if egress else 'ingress'}_{'allowed' if number % 4 < 2 else 'denied'}_by"
        add({**base, "verdict": verdict, **({"drop_reason": 133, "drop_reason_desc": "POLICY_DENIED"}
                                            if verdict == "DROPPED" else {"is_reply": False}),
             "event_type": {"type": 5}, "traffic_direction": "EGRESS" if egress else "INGRESS",
             **({"policy_match_type": number} if number else {}), **({key: policies[:number % 4]} if number % 4 else {}),
             **({"auth_type": "SPIRE"} if number == 4 else {})})
    undirected = {k: v for k, v in base.items() if k != "traffic_direction"}
    add({**undirected, "event_type": {"type": 5}, "is_reply": False})
    # Layer 7.
    def http(l7, reply, summary, verdict="FORWARDED"):
        add({**base, "verdict": verdict, "l7": l7, "is_reply": reply, **({"reply": True} if reply else {}),
             "l4": {"TCP": {"source_port": 43210, "destination_port": 80}}, "event_type": {"type": 129},
             "Summary": summary, "trace_context": {"parent": {"trace_id": "00aa11"}}})
    request = {"method": "GET", "url": "http://fuse/reset?x=1", "protocol": "HTTP/1.1",
               "headers": [{"key": "Host", "value": "fuse"}]}
    http({"type": "REQUEST", "http": request}, False, "HTTP/1.1 GET http://fuse/reset?x=1")
    http({"type": "RESPONSE", "latency_ns": "12000000", "http": {"code": 503, **request}}, True,
         "HTTP/1.1 503 12ms (GET http://fuse/reset?x=1)")
    http({"type": "REQUEST", "http": request}, False, "HTTP/1.1 GET http://fuse/reset?x=1", "DROPPED")
    http({"type": "REQUEST", "dns": {"query": "fuse.example.", "observation_source": "proxy", "qtypes": ["A"]}}, False,
         "DNS Query fuse.example. A")
    http({"type": "RESPONSE", "dns": {"query": "no.example.", "rcode": 3, "observation_source": "agent",
                                      "qtypes": ["AAAA"]}}, True,
         "DNS Answer RCode: Non-Existent Domain TTL: 4294967295 (Query no.example. AAAA)")
    # Captures and sockets.
    add({**undirected, "verdict": "VERDICT_UNKNOWN", "event_type": {"type": 3, "sub_type": 4},
         "debug_capture_point": "DBG_CAPTURE_DELIVERY"})
    for number, name in enumerate(SOCKET_POINTS, start=1):
        add({**undirected, "verdict": "TRACED" if number % 2 else "TRANSLATED", "Summary": "TCP",
             "l4": {"TCP": {"source_port": 43210, "destination_port": 80}}, "ethernet": {},
             "event_type": {"type": 7, "sub_type": number}, "sock_xlate_point": name, "socket_cookie": "77",
             "cgroup_id": "8"})
    # Headers.
    add({**base, "l4": tcp(1, 65535, "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"),
         "Summary": "TCP Flags: SYN, ACK, RST, FIN, PSH, URG, ECE, CWR"})
    add({**base, "l4": {"UDP": {"source_port": 5353, "destination_port": 53}}, "Summary": "UDP"})
    add({**base, "l4": {"SCTP": {"source_port": 36412, "destination_port": 36413}}, "Summary": "SCTP"})
    add({**base, "l4": {"ICMPv4": {"type": 3, "code": 3}}, "Summary": "ICMPv4 DestinationUnreachable(Port)"})
    add({**base, "l4": {"ICMPv6": {"type": 135}}, "IP": ip("fd00:7::4", "fd00:7::9"),
         "Summary": "ICMPv6 NeighborSolicitation"})
    add({**base, "l4": {"VRRP": {}}, "Summary": "VRRP VRRPv2 Advertisement"})
    add({**base, "l4": {"IGMP": {}}, "Summary": "IGMP IGMPv2 Membership Report"})
    add({**base, "source": WORLD, "IP": ip("2001:db8::17", "fd00:7::9"), "destination_service": {"name": "fuses", "namespace": "power"}})
    add({**base, "l4": tcp(0, 0, "RST"), "Summary": "TCP Flags: RST"})
    no_ip = {k: v for k, v in undirected.items() if k not in ("IP", "l4", "source", "destination")}
    add({**no_ip, "Summary": "Ethernet"})
    add({**{k: v for k, v in no_ip.items() if k != "ethernet"}, "Summary": "Ethernet"})
    # Names.
    add({**base, "destination": WORLD, "destination_names": ["a.example", "b.example"], "IP": ip("10.7.0.4", "203.0.113.9")})
    add({**base, "source": WORLD, "source_names": ["one.example"], "is_reply": True, "reply": True})
    add({**base, "source": {"identity": 40999}, "destination": WORLD,
         "source_service": {"name": "lamps", "namespace": "light"}})
    add({**base, "source_service": {"name": "lamps", "namespace": "elsewhere"}})
    for identity in (0, 1, 3, 4, 5, 6, 7, 8):
        add({**base, "source": {"identity": identity} if identity else {}, "destination": {"identity": 70000 + identity}})
    add({**base, "source": pod("light", "l\u001b[31mamp\r\u0007", 40123), "Summary": "TCP Flags: SYN"}, node="we\u001bst/n1")
    add({**base, "source": pod("höhle", "fledermaus-Ω", 40123), "ip_trace_id": {"trace_id": "9009", "ip_option_type": 136}})
    add(base, time=None)
    add({**undirected, "event_type": {"type": 99}})
    # Other messages.
    lines.append({"lost_events": {"source": "HUBBLE_RING_BUFFER", "num_events_lost": "12",
                                  "first": "2026-05-09T07:08:01Z", "last": "2026-05-09T07:08:02.250Z"},
                  "node_name": "west/n1", "time": "2026-05-09T07:08:02.250Z"})
    lines.append({"lost_events": {"source": "PERF_EVENT_RING_BUFFER", "num_events_lost": "7", "cpu": 0},
                  "node_name": "west/n1", "time": "2026-05-09T07:08:03.000Z"})
    lines.append({"node_status": {"state_change": "NODE_CONNECTED", "node_names": ["west/n2"]}, "node_name": "relay",
                  "time": "2026-05-09T07:08:04Z"})
    return lines


# --- What is printed -------------------------------------------------------------------------------------------------

def shown(text):
    def escape(character):
        named = {"\x1b": "^[", "\r": "\\r", "\n": "\\n", "\t": "\\t"}
        if character in named:
            return named[character]
        return f"\\x{ord(character):02x}" if unicodedata.category(character) == "Cc" else character
    return "".join(map(escape, text))


def moment(text, layout):
    if not text:
        return "N/A"
    year, month, day, clock, fraction = re.match(r"(\d+)-(\d+)-(\d+)T([\d:]+)(?:\.(\d+))?Z", text).groups()
    fraction = (fraction or "").ljust(9, "0")
    if layout == "RFC3339Nano":
        return f"{year}-{month}-{day}T{clock}.{fraction}Z"
    return f"{MONTHS[int(month) - 1]} {int(day):2d} {clock}.{fraction[:3]}"


class View:
    """One way of printing."""

    def __init__(self, colour=False, node=False, numeric=False, policies=False, layout="StampMilli"):
        self.colour, self.node, self.numeric, self.policies, self.layout = colour, node, numeric, policies, layout

    def paint(self, text, code):
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text

    def host(self, flow, side):
        addresses = flow.get("IP")
        if not addresses:
            return flow.get("ethernet", {}).get(side, ""), ""
        end = flow.get(side, {})
        service = flow.get(f"{side}_service", {})
        name = end.get("pod_name") or service.get("name")
        namespace = service.get("namespace") if service.get("name") else end.get("namespace")
        if name:
            host = f"{namespace}/{name}" if namespace else name
        else:
            host = ",".join(flow.get(f"{side}_names", []))
        if self.numeric or not host:
            host = addresses[side]
        ports = next((flow["l4"][name] for name in ("TCP", "UDP", "SCTP") if name in flow.get("l4", {})), {})
        return host, str(ports.get(f"{side}_port", "") or "")

    def side(self, flow, side):
        host, port = self.host(flow, side)
        text = self.paint(shown(host), 36)
        if port and ":" in host:
            text = f"[{text}]"
        return f"{text}:{self.paint(port, 33)}" if port else text

    def identity(self, flow, side):
        number = flow.get(side, {}).get("identity", 0)
        return self.paint(f"({RESERVED[number]})" if number < len(RESERVED) else f"(ID:{number})", 35)

    def type(self, flow):
        event = flow["event_type"]
        kind, sub = event["type"], event.get("sub_type", 0)
        if kind == 129:
            l7 = flow["l7"]
            name = "http" if "http" in l7 else "dns"
            text = f"{name}-{l7['type'].lower()}"
            return f"{text} {l7['dns']['observation_source']}" if name == "dns" else text
        if kind == 4:
            return POINTS[sub]
        if kind == 1:
            return REASONS[sub][1]
        if kind == 5:
            direction = flow.get("traffic_direction", "TRAFFIC_DIRECTION_UNKNOWN")
            return f"policy-verdict:{MATCHES[flow.get('policy_match_type', 0)]} {direction}"
        if kind == 3:
            return flow["debug_capture_point"]
        return SOCKET_POINTS[flow["sock_xlate_point"]] if kind == 7 else "UNKNOWN"

    def verdict(self, flow):
        name = flow.get("verdict", "VERDICT_UNKNOWN")
        text = name
        if flow["event_type"]["type"] == 5:
            text = {"FORWARDED": "ALLOWED", "REDIRECTED": "ALLOWED", "DROPPED": "DENIED", "ERROR": "DENIED",
                    "AUDIT": "AUDITED"}.get(name, name)
            if self.policies:
                direction = flow.get("traffic_direction", "").lower()
                listed = flow.get(f"{direction}_allowed_by", []) + flow.get(f"{direction}_denied_by", [])
                names = [f"{p['name']} ({p['kind']})" for p in listed if p.get("name") and p.get("kind")]
                text += f" BY {', '.join(names)}" if names else ""
        colour = {"FORWARDED": 32, "REDIRECTED": 32, "DROPPED": 31, "ERROR": 31, "AUDIT": 33}.get(name)
        return self.paint(text, colour)

    def summary(self, flow):
        text = shown(flow.get("Summary", ""))
        if "ip_trace_id" in flow:
            text = f"IP Trace ID: {flow['ip_trace_id']['trace_id']}; {text}"
        return f"{text}; Auth: {flow['auth_type']}" if "auth_type" in flow else text

    def lost(self, line):
        event = line["lost_events"]
        text = (f"{moment(line['time'], self.layout)} EVENTS LOST: {event['source']} CPU({event.get('cpu', 0)}) "
                f"{event['num_events_lost']}")
        if "first" in event and "last" in event:
            text += f" (first: {moment(event['first'], self.layout)}, last: {moment(event['last'], self.layout)})"
        return text

    def compact(self, line):
        flow = line["flow"]
        reply = flow.get("is_reply")
        left, right = ("destination", "source") if reply else ("source", "destination")
        arrow = {None: "<>", True: "<-", False: "->"}[reply]
        node = f" [{shown(line.get('node_name', ''))}]" if self.node else ""
        return (f"{moment(flow.get('time'), self.layout)}{node}: {self.side(flow, left)} {self.identity(flow, left)} "
                f"{arrow} {self.side(flow, right)} {self.identity(flow, right)} {self.type(flow)} {self.verdict(flow)} "
                f"({self.summary(flow)})")

    def cells(self, line):
        flow = line["flow"]
        return ([("TIMESTAMP", moment(flow.get("time"), self.layout))]
                + ([("NODE", shown(line.get("node_name", "")))] if self.node else [])
                + [("SOURCE", self.side(flow, "source")), ("DESTINATION", self.side(flow, "destination")),
                   ("TYPE", self.type(flow)), ("VERDICT", self.verdict(flow)), ("SUMMARY", self.summary(flow))])

    def dict(self, line):
        return "\n".join(f"{name:>11}: {text}" for name, text in self.cells(line))

    def printed(self, lines, form):
        told = [line for line in lines if "node_status" not in line]
        if form == "table":
            return self.table(told)
        if form == "compact":
            return [self.lost(line) if "lost_events" in line else self.compact(line) for line in told]
        blocks = []
        for line in told:
            if "lost_events" in line:
                blocks.append(self.lost(line))
            else:
                blocks.append(("------------\n" if any("\n" in block for block in blocks) else "") + self.dict(line))
        return blocks

    def table(self, lines):
        header = ["TIMESTAMP"] + (["NODE"] if self.node else []) + ["SOURCE", "DESTINATION", "TYPE", "VERDICT", "SUMMARY"]
        rows = [[text for _, text in self.cells(line)] if "flow" in line else self.lost(line) for line in lines]
        widths = [max(len(row[i]) for row in [header] + [r for r in rows if isinstance(r, list)])
                  for i in range(len(header))]

        def text(row):
            if isinstance(row, str):
                return row
            return "".join(cell.ljust(width + 3) for cell, width in zip(row[:-1], widths)) + row[-1]
        return [text(row) for row in [header] + rows]


def encoded(line):
    text = json.dumps(line, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def write(name, lines):
    with open(name, "w", encoding="utf-8", newline="") as file:
        file.write("\n".join(lines) + "\n")


def main():
    lines = flows()
    write("flows.ndjson", [encoded(line) for line in lines])
    write("json.txt", [encoded(line) for line in lines if "node_status" not in line])
    for form in ("compact", "dict", "table"):
        write(f"{form}.txt", View().printed(lines, form))
        write(f"{form}-node.txt", View(node=True).printed(lines, form))
    for form in ("compact", "dict"):
        write(f"{form}-color.txt", View(colour=True).printed(lines, form))
    write("compact-color-policies.txt", View(colour=True, policies=True).printed(lines, "compact"))
    write("compact-numeric.txt", View(numeric=True).printed(lines, "compact"))
    write("compact-policies.txt", View(policies=True).printed(lines, "compact"))
    write("compact-rfc3339nano.txt", View(layout="RFC3339Nano").printed(lines, "compact"))


if __name__ == "__main__":
    main()
