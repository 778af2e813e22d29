import ArgumentParser
import FlowFilter
import Foundation

/// A filter's value as it stands on the command line, with its place there: `--not` turns round what follows it.
struct FilterValue: ExpressibleByArgument {
    let parameter: FilterParameter
    let value: String
    let isNegated: Bool
    let position: Int

    /// A value that `FilterArguments` has marked.
    init?(argument: String) {
        let parts = argument.split(separator: Self.mark, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let position = Int(parts[0]),
            let parameter = FilterParameter(rawValue: String(parts[2]))
        else { return nil }
        (self.parameter, self.position, value) = (parameter, position, String(parts[3]))
        isNegated = parts[1] == "not"
    }

    /// No argument of a program can hold it.
    private static let mark: Character = "\u{1}"

    static func marked(_ parameter: FilterParameter, _ value: String, isNegated: Bool, position: Int) -> String {
        ["\(position)", isNegated ? "not" : "", parameter.rawValue, value].joined(separator: String(mark))
    }
}

/// Which flows. All of them may be given several times: the same one again adds an alternative, different ones must all hold.
struct FilterOptions: ParsableArguments {
    @Flag(help: "Leave out what the next filter finds. Several of them leave out what any of them finds.")
    var not = false

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Conditions joined by and, or, not: 'to.port in 80..90 and not from.pod =~ \"web-.*\"'.",
            valueName: "expression"))
    var expression: [FilterValue] = []

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: ArgumentHelp("Either side lies in this namespace.", valueName: "name"))
    var namespace: [FilterValue] = []

    @Option(
        name: .customLong("from-namespace"), help: ArgumentHelp("The source lies in this namespace.", valueName: "name")
    )
    var fromNamespace: [FilterValue] = []

    @Option(
        name: .customLong("to-namespace"),
        help: ArgumentHelp("The destination lies in this namespace.", valueName: "name"))
    var toNamespace: [FilterValue] = []

    @Flag(
        name: [.customShort("A"), .customLong("all-namespaces")], help: "Either side is a pod, in whichever namespace.")
    var allNamespaces = false

    @Option(
        name: .customLong("pod"),
        help: ArgumentHelp(
            "Either side is a pod whose name begins so: [namespace/]prefix; without a namespace in default; /prefix in any; namespace/ all there.",
            valueName: "pod"))
    var pod: [FilterValue] = []

    @Option(
        name: .customLong("from-pod"), help: ArgumentHelp("The source is a pod whose name begins so.", valueName: "pod")
    )
    var fromPod: [FilterValue] = []

    @Option(
        name: .customLong("to-pod"),
        help: ArgumentHelp("The destination is a pod whose name begins so.", valueName: "pod"))
    var toPod: [FilterValue] = []

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp(
            "Either side's labels: app=cart, k8s:tier in (db,cache), !canary, reserved:world. Commas join what must all hold.",
            valueName: "selector"))
    var label: [FilterValue] = []

    @Option(name: .customLong("from-label"), help: ArgumentHelp("The source's labels.", valueName: "selector"))
    var fromLabel: [FilterValue] = []

    @Option(name: .customLong("to-label"), help: ArgumentHelp("The destination's labels.", valueName: "selector"))
    var toLabel: [FilterValue] = []

    @Option(
        name: .customLong("workload"),
        help: ArgumentHelp("Either side belongs to this controller: [Kind/]name, or Kind/.", valueName: "workload"))
    var workload: [FilterValue] = []

    @Option(
        name: .customLong("from-workload"),
        help: ArgumentHelp("The source belongs to this controller.", valueName: "workload"))
    var fromWorkload: [FilterValue] = []

    @Option(
        name: .customLong("to-workload"),
        help: ArgumentHelp("The destination belongs to this controller.", valueName: "workload"))
    var toWorkload: [FilterValue] = []

    @Option(
        name: .customLong("service"),
        help: ArgumentHelp(
            "Either side is an address of this service: [namespace/]prefix, as for pods.", valueName: "service"))
    var service: [FilterValue] = []

    @Option(
        name: .customLong("from-service"),
        help: ArgumentHelp("The source is an address of this service.", valueName: "service"))
    var fromService: [FilterValue] = []

    @Option(
        name: .customLong("to-service"),
        help: ArgumentHelp("The destination is an address of this service.", valueName: "service"))
    var toService: [FilterValue] = []

    @Option(
        name: .customLong("fqdn"),
        help: ArgumentHelp(
            "Either side has this DNS name; * stands for letters, digits, - and dots.", valueName: "name"))
    var fqdn: [FilterValue] = []

    @Option(name: .customLong("from-fqdn"), help: ArgumentHelp("The source has this DNS name.", valueName: "name"))
    var fromFqdn: [FilterValue] = []

    @Option(name: .customLong("to-fqdn"), help: ArgumentHelp("The destination has this DNS name.", valueName: "name"))
    var toFqdn: [FilterValue] = []

    @Option(name: .customLong("cluster"), help: ArgumentHelp("Either side is of this cluster.", valueName: "name"))
    var cluster: [FilterValue] = []

    @Option(name: .customLong("from-cluster"), help: ArgumentHelp("The source is of this cluster.", valueName: "name"))
    var fromCluster: [FilterValue] = []

    @Option(
        name: .customLong("to-cluster"), help: ArgumentHelp("The destination is of this cluster.", valueName: "name"))
    var toCluster: [FilterValue] = []

    @Option(
        name: .customLong("ip"),
        help: ArgumentHelp("Either side has this address, or one within this prefix.", valueName: "address"))
    var ip: [FilterValue] = []

    @Option(
        name: .customLong("from-ip"),
        help: ArgumentHelp("The source has this address, or one within this prefix.", valueName: "address"))
    var fromIp: [FilterValue] = []

    @Option(
        name: .customLong("to-ip"),
        help: ArgumentHelp("The destination has this address, or one within this prefix.", valueName: "address"))
    var toIp: [FilterValue] = []

    @Option(
        name: .customLong("port"),
        help: ArgumentHelp("Either side has this port, or one within a range: 80, 8000-8100.", valueName: "port"))
    var port: [FilterValue] = []

    @Option(
        name: .customLong("from-port"),
        help: ArgumentHelp("The source has this port, or one within a range.", valueName: "port"))
    var fromPort: [FilterValue] = []

    @Option(
        name: .customLong("to-port"),
        help: ArgumentHelp("The destination has this port, or one within a range.", valueName: "port"))
    var toPort: [FilterValue] = []

    @Option(
        name: .customLong("identity"),
        help: ArgumentHelp(
            "Either side has this identity: a number, or a reserved name such as world.", valueName: "identity"))
    var identity: [FilterValue] = []

    @Option(
        name: .customLong("from-identity"), help: ArgumentHelp("The source has this identity.", valueName: "identity"))
    var fromIdentity: [FilterValue] = []

    @Option(
        name: .customLong("to-identity"),
        help: ArgumentHelp("The destination has this identity.", valueName: "identity"))
    var toIdentity: [FilterValue] = []

    @Option(
        name: .customLong("verdict"),
        help: ArgumentHelp(
            "What became of it: FORWARDED, DROPPED, AUDIT, REDIRECTED, ERROR, TRACED, TRANSLATED, in any case.",
            valueName: "verdict"), completion: FilterOptions.list(.verdict))
    var verdict: [FilterValue] = []

    @Option(
        name: [.customShort("t"), .customLong("type")],
        help: ArgumentHelp(
            "The kind of event, with its sub-type: drop, drop:POLICY_DENIED, trace:to-endpoint, policy-verdict, l7.",
            valueName: "type[:sub]"),
        completion: .list(["drop", "kernel-drop", "trace", "policy-verdict", "capture", "trace-sock", "l7"]))
    var eventType: [FilterValue] = []

    @Option(
        name: .customLong("drop-reason-desc"),
        help: ArgumentHelp("Dropped for this reason: POLICY_DENIED, or its number.", valueName: "reason"),
        completion: FilterOptions.list(.dropReason))
    var dropReasonDesc: [FilterValue] = []

    @Option(
        name: .customLong("kernel-drop-reason"),
        help: ArgumentHelp("Dropped by the kernel for this reason of its own: NO_SOCKET.", valueName: "reason"))
    var kernelDropReason: [FilterValue] = []

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "tcp, udp, sctp, icmp (both), icmpv4, icmpv6, vrrp, igmp; of files also http, dns.", valueName: "protocol"),
        completion: FilterOptions.list(.ipProtocol))
    var ipProtocol: [FilterValue] = []

    @Option(
        name: .customLong("traffic-direction"),
        help: ArgumentHelp("Seen from the endpoint: ingress or egress.", valueName: "direction"),
        completion: .list(["ingress", "egress"]))
    var trafficDirection: [FilterValue] = []

    @Option(
        name: .customLong("reply"),
        help: ArgumentHelp(
            "Whether it answers the connection's initiator: nothing or true, or false.", valueName: "bool"))
    var reply: [FilterValue] = []

    @Flag(
        name: .customLong("not-reply"),
        help: "The same as --reply false; what is not known of a drop counts as no reply.")
    var notReply = false

    @Option(
        name: .customLong("ip-version"), help: ArgumentHelp("4 or 6.", valueName: "version"),
        completion: .list(["4", "6"]))
    var ipVersion: [FilterValue] = []

    @Flag(name: [.customShort("4"), .customLong("ipv4")], help: "The same as --ip-version 4.")
    var ipv4 = false

    @Flag(name: [.customShort("6"), .customLong("ipv6")], help: "The same as --ip-version 6.")
    var ipv6 = false

    @Option(
        name: .customLong("tcp-flags"),
        help: ArgumentHelp(
            "Flags that are all set, joined by commas; others may be, too: SYN also finds SYN,ACK.", valueName: "flags"),
        completion: FilterOptions.list(.tcpFlags))
    var tcpFlags: [FilterValue] = []

    @Option(
        name: .customLong("icmp-type"), help: ArgumentHelp("The number of a type of ICMP message.", valueName: "type"))
    var icmpType: [FilterValue] = []

    @Option(name: .customLong("interface"), help: ArgumentHelp("The network interface.", valueName: "name"))
    var interface: [FilterValue] = []

    @Option(
        name: .customLong("policy"),
        help: ArgumentHelp("The policy whose rule decided: [namespace/]name.", valueName: "policy"))
    var policy: [FilterValue] = []

    @Option(
        name: .customLong("node-name"),
        help: ArgumentHelp("The node: [cluster/]name, with * as in *.example.org.", valueName: "node"))
    var nodeName: [FilterValue] = []

    @Option(name: .customLong("uuid"), help: ArgumentHelp("One flow, by its identifier.", valueName: "uuid"))
    var uuid: [FilterValue] = []

    @Option(
        name: .customLong("cel-expression"),
        help: ArgumentHelp(
            "A condition in a part of CEL over _flow: '_flow.verdict == Verdict.DROPPED'.", valueName: "expression"))
    var celExpression: [FilterValue] = []

    @Option(
        name: .customLong("http-status"),
        help: ArgumentHelp("Of files: the status of an answer, 404, or 5+ for all that begin so.", valueName: "status"))
    var httpStatus: [FilterValue] = []

    @Option(
        name: .customLong("http-method"), help: ArgumentHelp("Of files: the method, in any case.", valueName: "method"))
    var httpMethod: [FilterValue] = []

    @Option(
        name: .customLong("http-path"),
        help: ArgumentHelp("Of files: a regular expression, found in the URL's path.", valueName: "regex"))
    var httpPath: [FilterValue] = []

    @Option(
        name: .customLong("http-url"),
        help: ArgumentHelp("Of files: a regular expression, found in the URL.", valueName: "regex"))
    var httpUrl: [FilterValue] = []

    @Option(name: .customLong("http-header"), help: ArgumentHelp("Of files: a header, key:value.", valueName: "header"))
    var httpHeader: [FilterValue] = []

    @Option(
        name: .customLong("dns-query"),
        help: ArgumentHelp("Of files: a regular expression, found in the name that is asked for.", valueName: "regex"))
    var dnsQuery: [FilterValue] = []

    @Option(name: .customLong("trace-id"), help: ArgumentHelp("Of files: the identifier of a trace.", valueName: "id"))
    var traceId: [FilterValue] = []

    @Option(
        name: .customLong("ip-trace-id"),
        help: ArgumentHelp("Of files: the identifier in an IP option.", valueName: "number"))
    var ipTraceId: [FilterValue] = []

    @Option(
        name: .customLong("snat-ip"),
        help: ArgumentHelp("Of files: the source's address after its translation, or a prefix.", valueName: "address"))
    var snatIp: [FilterValue] = []

    @Option(
        name: .customLong("node-label"),
        help: ArgumentHelp("Of files: labels of the node: zone=a.", valueName: "selector"))
    var nodeLabel: [FilterValue] = []

    @Option(
        name: .customLong("encrypted"),
        help: ArgumentHelp("Of files: whether the packet was encrypted: nothing or true, or false.", valueName: "bool"))
    var encrypted: [FilterValue] = []

    @Flag(help: "The same as --encrypted false.")
    var unencrypted = false

    func validate() throws {
        if not { throw ValidationError("--not: no filter follows it; it turns round the filter behind it") }
    }

    /// As a query's parameters, in their order.
    var items: [(name: String, value: String)] {
        let values = Mirror(reflecting: self).children
            .flatMap { ($0.value as? Option<[FilterValue]>)?.wrappedValue ?? [] }
            .sorted { $0.position < $1.position }
        return values.flatMap { value in
            (value.isNegated ? [(name: FilterParameter.not.rawValue, value: "")] : [])
                + [(name: value.parameter.rawValue, value: value.value)]
        }
    }

    private static func list(_ parameter: FilterParameter) -> CompletionKind { .list(parameter.values) }
}
