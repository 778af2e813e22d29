#!/usr/bin/env python3
"""Derive the expected text of a flow printer from the documented facts.

The program under test prints network flows as lines, records, tables or JSON.
This program reads the same flows (flows.ndjson, one response a line) and works
out what has to be printed by following the written description of the formats.
It shares no code with the program under test, so that a mistake has to be made
twice, in two different ways, before it goes unnoticed.

Run it without arguments; the expected files are written next to it.
"""

import json
import re
import unicodedata
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

# ---------------------------------------------------------------- event types

DROP, CAPTURE, TRACE, POLICY_VERDICT, TRACE_SOCK = 1, 3, 4, 5, 7

OBSERVATION_POINTS = (
    "to-endpoint", "to-proxy", "to-host", "to-stack", "to-overlay",
    "from-endpoint", "from-proxy", "from-host", "from-stack", "from-overlay",
    "from-network", "to-network", "from-crypto", "to-crypto",
)

SOCKET_POINTS = {
    "SOCK_XLATE_POINT_PRE_DIRECTION_FWD": "pre-xlate-fwd",
    "SOCK_XLATE_POINT_POST_DIRECTION_FWD": "post-xlate-fwd",
    "SOCK_XLATE_POINT_PRE_DIRECTION_REV": "pre-xlate-rev",
    "SOCK_XLATE_POINT_POST_DIRECTION_REV": "post-xlate-rev",
}

POLICY_MATCHES = ("none", "L3-Only", "L3-L4", "L4-Only", "all", "L3-Proto", "Proto-Only")

DROP_REASONS = {
    130: "Invalid source mac",
    131: "Invalid destination mac",
    132: "Invalid source ip",
    133: "Policy denied",
    134: "Invalid packet",
    135: "CT: Truncated or invalid header",
    136: "Fragmentation needed",
    137: "CT: Unknown L4 protocol",
    138: "CT: Can't create entry from packet",
    139: "Unsupported L3 protocol",
    140: "Missed tail call",
    141: "Error writing to packet",
    142: "Unknown L4 protocol",
    143: "Unknown ICMPv4 code",
    144: "Unknown ICMPv4 type",
    145: "Unknown ICMPv6 code",
    146: "Unknown ICMPv6 type",
    147: "Error retrieving tunnel key",
    148: "Error retrieving tunnel options",
    149: "Invalid Geneve option",
    150: "Unknown L3 target address",
    151: "Stale or unroutable IP",
    152: "No matching local container found",
    153: "Error while correcting L3 checksum",
    154: "Error while correcting L4 checksum",
    155: "CT: Map insertion failed",
    156: "Invalid IPv6 extension header",
    157: "IP fragmentation not supported",
    158: "Service backend not found",
    160: "No tunnel/encapsulation endpoint (datapath BUG!)",
    161: "NAT 46/64 not enabled",
    162: "Reached EDT rate-limiting drop horizon",
    163: "Unknown connection tracking state",
    164: "Local host is unreachable",
    165: "No configuration available to perform policy decision",
    166: "Unsupported L2 protocol",
    167: "No mapping for NAT masquerade",
    168: "Unsupported protocol for NAT masquerade",
    169: "FIB lookup failed",
    170: "Encapsulation traffic is prohibited",
    171: "Invalid identity",
    172: "Unknown sender",
    173: "NAT not needed",
    174: "Is a ClusterIP",
    175: "First logical datagram fragment not found",
    176: "Forbidden ICMPv6 message",
    177: "Denied by LB src range check",
    178: "Socket lookup failed",
    179: "Socket assign failed",
    180: "Proxy redirection not supported for protocol",
    181: "Policy denied by denylist",
    182: "VLAN traffic disallowed by VLAN filter",
    183: "Incorrect VNI from VTEP",
    184: "Failed to update or lookup TC buffer",
    185: "No SID was found for the IP address",
    186: "SRv6 state was removed during tail call",
    187: "L3 translation from IPv4 to IPv6 failed (NAT46)",
    188: "L3 translation from IPv6 to IPv4 failed (NAT64)",
    189: "Authentication required",
    190: "No conntrack map found",
    191: "No nat map found",
    192: "Invalid ClusterID",
    193: "Unsupported packet protocol for DSR encapsulation",
    194: "No egress gateway found",
    195: "Traffic is unencrypted",
    196: "TTL exceeded",
    197: "No node ID found",
    198: "Rate limited",
    199: "IGMP handled",
    200: "IGMP subscribed",
    201: "Multicast handled",
    202: "Host datapath not ready",
    203: "Endpoint policy program not available",
    204: "No Egress IP configured",
    205: "Punt to proxy",
}

RESERVED_IDENTITIES = (
    "unknown", "host", "world", "unmanaged", "health", "init", "remote-node",
    "kube-apiserver", "ingress", "world-ipv4", "world-ipv6",
)

# -------------------------------------------------------------------- colours

RED, GREEN, YELLOW, MAGENTA, CYAN = 31, 32, 33, 35, 36

VERDICT_COLOURS = {
    "FORWARDED": GREEN,
    "REDIRECTED": GREEN,
    "DROPPED": RED,
    "ERROR": RED,
    "AUDIT": YELLOW,
}


def in_colour(text, colour):
    return f"\x1b[{colour}m{text}\x1b[0m" if text else text


def in_plain(text, colour):
    return text


# ----------------------------------------------------------------------- text

CONTROL_TEXTS = {"\x1b": "^[", "\r": "\\r", "\n": "\\n", "\t": "\\t"}


def visible(text):
    """The text with every control character written out."""
    def shown(character):
        if unicodedata.category(character) != "Cc":
            return character
        return CONTROL_TEXTS.get(character) or f"\\x{ord(character):02x}"
    return "".join(map(shown, text))


# ---------------------------------------------------------------------- times

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
TIMESTAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")


def stamp_milli(timestamp):
    """`Mar  4 05:06:07.089`: no year, no zone, the rest of the fraction cut off."""
    if not timestamp:
        return "N/A"
    _, month, day, clock, fraction = TIMESTAMP.fullmatch(timestamp).groups()
    return f"{MONTHS[int(month) - 1]} {int(day):2d} {clock}.{(fraction or '').ljust(3, '0')[:3]}"


def rfc3339_nano(timestamp):
    """`2031-03-04T05:06:07.089000000Z`: always nine digits of fraction."""
    if not timestamp:
        return "N/A"
    year, month, day, clock, fraction = TIMESTAMP.fullmatch(timestamp).groups()
    return f"{year}-{month}-{day}T{clock}.{(fraction or '').ljust(9, '0')}Z"


# ---------------------------------------------------------- one side of a flow

def port_of(flow, side):
    """The port of the side, 0 if the protocol has none."""
    (message,) = flow.get("l4", {}).values() or ({},)
    return message.get(f"{side}_port", 0)


def name_of(flow, side):
    """The name of the side, or nothing if only its address is known."""
    endpoint = flow.get(side, {})
    service = flow.get(f"{side}_service")
    namespace = (service or endpoint).get("namespace", "")
    if "pod_name" in endpoint:
        return f"{namespace}/{endpoint['pod_name']}"
    if service:
        return f"{namespace}/{service['name']}"
    return ",".join(flow.get(f"{side}_names", []))


def host_of(flow, side, numeric, paint):
    """The name or address of the side, with its port if it has one."""
    if "IP" not in flow:
        return paint(visible(flow.get("ethernet", {}).get(side, "")), CYAN)
    name = "" if numeric else name_of(flow, side)
    address = flow["IP"].get(side, "")
    host = paint(visible(name or address), CYAN)
    port = port_of(flow, side)
    if not port:
        return host
    if not name and ":" in address:
        host = f"[{host}]"
    return f"{host}:{paint(str(port), YELLOW)}"


def identity_of(flow, side, paint):
    number = flow.get(side, {}).get("identity", 0)
    name = RESERVED_IDENTITIES[number] if number < len(RESERVED_IDENTITIES) else f"ID:{number}"
    return paint(f"({name})", MAGENTA)


# --------------------------------------------------------- columns of one flow

def type_of(flow):
    if "l7" in flow:
        return l7_type_of(flow["l7"])
    event = flow.get("event_type", {})
    kind, subtype = event.get("type", 0), event.get("sub_type", 0)
    if kind == DROP:
        return DROP_REASONS.get(subtype, f"{subtype}, 0")
    if kind == TRACE:
        return OBSERVATION_POINTS[subtype]
    if kind == POLICY_VERDICT:
        match = POLICY_MATCHES[flow.get("policy_match_type", 0)]
        return f"policy-verdict:{match} {direction_of(flow)}"
    if kind == CAPTURE:
        return flow["debug_capture_point"]
    if kind == TRACE_SOCK:
        return SOCKET_POINTS[flow["sock_xlate_point"]]
    return "UNKNOWN"


def l7_type_of(l7):
    (protocol,) = l7.keys() & {"dns", "http", "kafka"}
    text = f"{protocol}-{l7['type'].lower()}"
    if protocol == "dns":
        text += f" {l7['dns']['observation_source']}"
    return visible(text)


def direction_of(flow):
    return flow.get("traffic_direction", "TRAFFIC_DIRECTION_UNKNOWN")


POLICY_VERDICT_TEXTS = {
    "FORWARDED": "ALLOWED",
    "REDIRECTED": "ALLOWED",
    "DROPPED": "DENIED",
    "ERROR": "DENIED",
    "AUDIT": "AUDITED",
}


def verdict_of(flow, policy_names, paint):
    verdict = text = flow.get("verdict", "VERDICT_UNKNOWN")
    if flow.get("event_type", {}).get("type") == POLICY_VERDICT:
        text = POLICY_VERDICT_TEXTS[verdict]
        names = policy_names_of(flow) if policy_names else []
        if names:
            text += f" BY {', '.join(names)}"
    colour = VERDICT_COLOURS.get(verdict)
    return paint(text, colour) if colour else text


def policy_names_of(flow):
    direction = direction_of(flow).lower()
    policies = flow.get(f"{direction}_allowed_by", []) + flow.get(f"{direction}_denied_by", [])
    return [
        visible(f"{policy['name']} ({policy['kind']})")
        for policy in policies
        if policy.get("name") and policy.get("kind")
    ]


def summary_of(flow):
    text = flow.get("Summary", "")
    if "ip_trace_id" in flow:
        text = f"IP Trace ID: {flow['ip_trace_id']['trace_id']}; {text}"
    if "auth_type" in flow:
        text += f"; Auth: {flow['auth_type']}"
    return visible(text)


# -------------------------------------------------------------------- formats

class Style:
    """How to print: the switches of the command line."""

    def __init__(self, colour=False, node=False, numeric=False, policies=False, time=stamp_milli):
        self.paint = in_colour if colour else in_plain
        self.node = node
        self.numeric = numeric
        self.policies = policies
        self.time = time

    def host(self, flow, side):
        return host_of(flow, side, self.numeric, self.paint)

    def columns(self, flow):
        """Pairs of title and text, as the record and the table show them."""
        yield "TIMESTAMP", self.time(flow.get("time"))
        if self.node:
            yield "NODE", visible(flow["node_name"])
        yield "SOURCE", self.host(flow, "source")
        yield "DESTINATION", self.host(flow, "destination")
        yield "TYPE", type_of(flow)
        yield "VERDICT", verdict_of(flow, self.policies, self.paint)
        yield "SUMMARY", summary_of(flow)


def lost_line(response, style):
    lost = response["lost_events"]
    text = (
        f"{style.time(response.get('time'))} EVENTS LOST: {lost['source']} "
        f"CPU({lost.get('cpu', 0)}) {lost['num_events_lost']}"
    )
    if "first" in lost and "last" in lost:
        text += f" (first: {style.time(lost['first'])}, last: {style.time(lost['last'])})"
    return text


def compact_line(flow, style):
    left, arrow, right = {
        None: ("source", "<>", "destination"),
        False: ("source", "->", "destination"),
        True: ("destination", "<-", "source"),
    }[flow.get("is_reply")]
    node = f" [{visible(flow['node_name'])}]" if style.node else ""

    def peer(side):
        return f"{style.host(flow, side)} {identity_of(flow, side, style.paint)}"

    return (
        f"{style.time(flow.get('time'))}{node}: {peer(left)} {arrow} {peer(right)} "
        f"{type_of(flow)} {verdict_of(flow, style.policies, style.paint)} ({summary_of(flow)})"
    )


def compact(responses, style):
    for response in responses:
        if "flow" in response:
            yield compact_line(response["flow"], style)
        else:
            yield lost_line(response, style)


def record(responses, style):
    """Records of right-aligned titles; each but the first begins with a separator."""
    first = True
    for response in responses:
        if "lost_events" in response:
            yield lost_line(response, style)
            continue
        if not first:
            yield "-" * 12
        first = False
        for title, text in style.columns(response["flow"]):
            yield f"{title:>11}: {text}"


def table(responses, style):
    """Columns as wide as their longest cell and three spaces; lost events stand across."""
    rows = [
        list(style.columns(response["flow"])) if "flow" in response else lost_line(response, style)
        for response in responses
    ]
    flow_rows = [row for row in rows if not isinstance(row, str)]
    header = [title for title, _ in flow_rows[0]]
    cells = [header] + [[text for _, text in row] for row in flow_rows]
    widths = [max(map(len, column)) for column in zip(*cells)]

    def aligned(texts):
        padded = [text.ljust(width + 3) for text, width in zip(texts[:-1], widths)]
        return "".join(padded) + texts[-1]

    yield aligned(header)
    for row in rows:
        yield row if isinstance(row, str) else aligned([text for _, text in row])


EXPECTED = {
    "compact.txt": (compact, Style()),
    "compact-color.txt": (compact, Style(colour=True)),
    "compact-node.txt": (compact, Style(node=True)),
    "compact-numeric.txt": (compact, Style(numeric=True)),
    "compact-policies.txt": (compact, Style(policies=True)),
    "compact-color-policies.txt": (compact, Style(colour=True, policies=True)),
    "compact-rfc3339nano.txt": (compact, Style(time=rfc3339_nano)),
    "dict.txt": (record, Style()),
    "dict-color.txt": (record, Style(colour=True)),
    "dict-node.txt": (record, Style(node=True)),
    "table.txt": (table, Style()),
    "table-node.txt": (table, Style(node=True)),
}


def write_lines(name, lines):
    text = "".join(f"{line}\n" for line in lines)
    (FOLDER / name).write_text(text, encoding="utf-8", newline="")


def main():
    text = (FOLDER / "flows.ndjson").read_bytes().decode("utf-8")
    # Split at line feeds only: names may hold other characters that end a line.
    lines = [line for line in text.split("\n") if line]
    printed = [line for line in lines if "node_status" not in json.loads(line)]
    responses = [json.loads(line) for line in printed]

    write_lines("json.txt", printed)
    for name, (form, style) in EXPECTED.items():
        write_lines(name, form(responses, style))


if __name__ == "__main__":
    main()
