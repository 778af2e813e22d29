import FlowModel

/// The names that a request may use, in a query string as on the command line.
package enum FilterParameter: String, CaseIterable, Sendable {
    case verdict
    case namespace
    case fromNamespace = "from-namespace"
    case toNamespace = "to-namespace"
    case pod
    case fromPod = "from-pod"
    case toPod = "to-pod"
    case label
    case fromLabel = "from-label"
    case toLabel = "to-label"
    case workload
    case fromWorkload = "from-workload"
    case toWorkload = "to-workload"
    case service
    case fromService = "from-service"
    case toService = "to-service"
    case fqdn
    case fromFQDN = "from-fqdn"
    case toFQDN = "to-fqdn"
    case cluster
    case fromCluster = "from-cluster"
    case toCluster = "to-cluster"
    case ip
    case fromIP = "from-ip"
    case toIP = "to-ip"
    case port
    case fromPort = "from-port"
    case toPort = "to-port"
    case identity
    case fromIdentity = "from-identity"
    case toIdentity = "to-identity"
    case ipProtocol = "protocol"
    case type
    case dropReason = "drop-reason-desc"
    case kernelDropReason = "kernel-drop-reason"
    case trafficDirection = "traffic-direction"
    case reply
    case ipVersion = "ip-version"
    case tcpFlags = "tcp-flags"
    case icmpType = "icmp-type"
    case interface
    case policy
    case uuid
    case nodeName = "node-name"
    case nodeLabel = "node-label"
    case snatIP = "snat-ip"
    case encrypted
    case traceID = "trace-id"
    case ipTraceID = "ip-trace-id"
    case httpStatus = "http-status"
    case httpMethod = "http-method"
    case httpPath = "http-path"
    case httpURL = "http-url"
    case httpHeader = "http-header"
    case dnsQuery = "dns-query"
    /// An expression of conditions; see `WhereParser`.
    case `where`
    /// The same in a part of CEL; see `CELParser`.
    case celExpression = "cel-expression"
    /// Turns the filter that follows it into one whose flows are left out.
    case not
    case since
    case until
    case first
    case last
    case follow

    /// Whether it chooses flows by what they are, rather than by time or number.
    package var isFilter: Bool {
        switch self {
        case .not, .since, .until, .first, .last, .follow: false
        default: true
        }
    }

    /// About what Apus does not capture, and so only for flows that are read from files.
    package var isOfFiles: Bool {
        switch self {
        case .nodeLabel, .snatIP, .encrypted, .traceID, .ipTraceID, .httpStatus, .httpMethod, .httpPath, .httpURL,
            .httpHeader, .dnsQuery:
            true
        default: false
        }
    }

    /// Whether it is about HTTP.
    var isOfHTTP: Bool { rawValue.hasPrefix("http-") }

    /// About what Apus captures.
    package static let captured = allCases.filter { !$0.isOfFiles }

    package var side: Side {
        switch self {
        case .fromNamespace, .fromPod, .fromLabel, .fromWorkload, .fromService, .fromFQDN, .fromCluster, .fromIP,
            .fromPort, .fromIdentity:
            .source
        case .toNamespace, .toPod, .toLabel, .toWorkload, .toService, .toFQDN, .toCluster, .toIP, .toPort, .toIdentity:
            .destination
        default: .either
        }
    }

    /// What a value may be, in words for an error or a help text.
    package var accepted: String {
        switch self {
        case .verdict: "FORWARDED, DROPPED, AUDIT, REDIRECTED, ERROR, TRACED, TRANSLATED"
        case .namespace, .fromNamespace, .toNamespace: "the exact name of a namespace"
        case .pod, .fromPod, .toPod:
            "[namespace/]prefix of a pod's name (namespace default if left out), namespace/ or /prefix"
        case .label, .fromLabel, .toLabel:
            "a label selector such as app=cart, k8s:tier in (db,cache), !canary, reserved:world"
        case .workload, .fromWorkload, .toWorkload: "[kind/]name of a controller such as Deployment/cart, or kind/"
        case .service, .fromService, .toService:
            "[namespace/]prefix of a service's name (namespace default if left out), namespace/ or /prefix"
        case .fqdn, .fromFQDN, .toFQDN: "a DNS name; * stands for letters, digits, -, _ and dots, as in *.example.org"
        case .cluster, .fromCluster, .toCluster: "the exact name of a cluster"
        case .icmpType: "0 to 255, of ICMPv4 or ICMPv6"
        case .interface: "the exact name of a network interface, such as eth0"
        case .uuid: "the uuid of a flow: eight, four, four, four and twelve hexadecimal digits"
        case .nodeName: "[cluster/]name of a node, with * as in *.example.org, or cluster/"
        case .nodeLabel: "a label selector such as zone=a, over the labels of nodes"
        case .snatIP: "an IPv4 or IPv6 address, or a prefix such as 10.0.0.0/8"
        case .traceID: "the identifier of a trace, exactly as it is written"
        case .ipTraceID: "a number"
        case .httpStatus: "a status such as 404, or 4+ and 50+ for all that begin so"
        case .httpMethod: "a method such as GET, in any case"
        case .httpPath: "a regular expression, found anywhere in the path of the URL"
        case .httpURL: "a regular expression, found anywhere in the URL"
        case .httpHeader: "key:value, both exact"
        case .dnsQuery: "a regular expression, found anywhere in the name that is asked for"
        case .where: "an expression such as verdict == DROPPED and not to.ip in 10.0.0.0/8"
        case .celExpression: "an expression of CEL over _flow such as _flow.verdict == Verdict.DROPPED"
        case .policy: "[namespace/]name of the policy whose rule decided"
        case .tcpFlags: "FIN, SYN, RST, PSH, ACK, URG, ECE, CWR; several with commas must all be set"
        case .ip, .fromIP, .toIP: "an IPv4 or IPv6 address, or a prefix such as 10.0.0.0/8"
        case .port, .fromPort, .toPort: "0 to 65535, or a range such as 8000-8100"
        case .identity, .fromIdentity, .toIdentity: "a number, or a reserved name such as world or host"
        case .ipProtocol: ProtocolCondition.names.joined(separator: ", ")
        case .type: TypeCondition.accepted
        case .dropReason: "a name of Hubble's DropReason such as POLICY_DENIED, or its number"
        case .kernelDropReason: "a reason of the running kernel, such as NO_SOCKET"
        case .trafficDirection: "ingress, egress"
        case .reply, .encrypted, .follow: "true, false"
        case .ipVersion: "4, 6"
        case .not: "nothing or true, before the filter to be turned round"
        case .since, .until: TimeExpression.accepted
        case .first, .last: "a number of flows, from 0"
        }
    }
}

extension FilterParameter {
    /// The values, where there are only so many; empty otherwise.
    package var values: [String] {
        switch self {
        case .verdict: Array(Verdict.names.dropFirst())
        case .dropReason: DropReason.namesByNumber.sorted { $0.key < $1.key }.map(\.value)
        case .ipProtocol: ProtocolCondition.names
        case .type: ["drop", "kernel-drop", "trace", "policy-verdict", "capture", "trace-sock", "l7"]
        case .trafficDirection: ["ingress", "egress"]
        case .tcpFlags: ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]
        default: []
        }
    }

    /// Whether `text` has the form of a flow's identifier.
    package static func isUUID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { $0.allSatisfy { $0.isASCII && $0.isHexDigit } }
    }
}
