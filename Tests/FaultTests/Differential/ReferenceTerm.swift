import FlowModel
import HistoryFaults

/// One value of one filter: as a request says it, and what that means, written down without the filter's own code.
struct ReferenceTerm: Sendable {
    let parameter: String
    let value: String
    let holds: @Sendable (Flow, World) -> Bool

    /// Any filter with any of its values.
    ///
    /// - Parameter byPod: pods and namespaces depend on each other, so a request has one or the other.
    static func random(_ random: inout Seeded, byPod: Bool) -> ReferenceTerm {
        (byPod ? withPods : withNamespaces).randomElement(using: &random)!
    }

    private static let withPods = ofFlow + ofSides + pods
    private static let withNamespaces = ofFlow + ofSides + namespaces
    private static let ofFlow =
        verdicts + kinds + dropReasons + kernelReasons + protocols + facts + tcpFlags + icmpTypes + interfaces
        + policies
    private static let ofSides =
        labels + workloads + services + addresses + ports + identities + domains + clusters
}

// MARK: Of the whole flow

extension ReferenceTerm {
    private static func plain(
        _ parameter: String, _ value: String, _ holds: @escaping @Sendable (Flow) -> Bool
    ) -> ReferenceTerm {
        ReferenceTerm(parameter: parameter, value: value) { flow, _ in holds(flow) }
    }

    private static var verdicts: [ReferenceTerm] {
        (1...7).map { number in plain("verdict", Verdict.names[number]) { $0.verdict.rawValue == number } }
    }

    private static func isDrop(_ flow: Flow) -> Bool { flow.kind.rawValue == 1 || flow.kind.rawValue == 200 }

    private static var kinds: [ReferenceTerm] {
        [
            plain("type", "drop") { isDrop($0) },
            plain("type", "kernel-drop") { $0.kind.rawValue == 200 },
            plain("type", "trace") { $0.kind.rawValue == 4 },
            plain("type", "policy-verdict") { $0.kind.rawValue == 5 },
            plain("type", "drop:133") { isDrop($0) && $0.dropReason.rawValue == 133 },
            plain("type", "trace:to-endpoint") { $0.kind.rawValue == 4 && $0.observationPoint.rawValue == 101 },
        ]
    }

    private static var dropReasons: [ReferenceTerm] {
        [
            plain("drop-reason-desc", "POLICY_DENIED") { $0.verdict.rawValue == 2 && $0.dropReason.rawValue == 133 },
            plain("drop-reason-desc", "181") { $0.verdict.rawValue == 2 && $0.dropReason.rawValue == 181 },
        ]
    }

    private static var kernelReasons: [ReferenceTerm] {
        ["NO_SOCKET", "netfilter_drop"].map { name in
            ReferenceTerm(parameter: "kernel-drop-reason", value: name) { flow, world in
                flow.kind.rawValue == 200 && world.names[Int(flow.kernelReason)] == name.uppercased()
            }
        }
    }

    private static func hasTransport(_ flow: Flow, _ numbers: [UInt8]) -> Bool {
        flow.attributes.rawValue & 0b10000 != 0 && numbers.contains(flow.ipProtocol.rawValue)
    }

    private static var protocols: [ReferenceTerm] {
        [
            plain("protocol", "tcp") { hasTransport($0, [6]) },
            plain("protocol", "UDP") { hasTransport($0, [17]) },
            plain("protocol", "icmp") { hasTransport($0, [1, 58]) },
            plain("protocol", "icmpv6") { hasTransport($0, [58]) },
        ]
    }

    private static var facts: [ReferenceTerm] {
        [
            plain("traffic-direction", "ingress") { $0.direction.rawValue == 1 },
            plain("traffic-direction", "EGRESS") { $0.direction.rawValue == 2 },
            plain("reply", "true") { $0.attributes.rawValue & 0b11 == 0b11 },
            plain("reply", "false") { flow in
                let isKnown = flow.attributes.rawValue & 0b01 != 0
                return isKnown ? flow.attributes.rawValue & 0b10 == 0 : flow.verdict.rawValue == 2
            },
            plain("ip-version", "4") { $0.attributes.rawValue & 0b1100 == 0b1000 },
            plain("ip-version", "ipv6") { $0.attributes.rawValue & 0b1100 == 0b1100 },
        ]
    }

    private static var tcpFlags: [ReferenceTerm] {
        [
            plain("tcp-flags", "syn") { hasTransport($0, [6]) && $0.tcpFlags.rawValue & 2 == 2 },
            plain("tcp-flags", "SYN,ACK") { hasTransport($0, [6]) && $0.tcpFlags.rawValue & 18 == 18 },
            plain("tcp-flags", "rst") { hasTransport($0, [6]) && $0.tcpFlags.rawValue & 4 == 4 },
        ]
    }
}

extension ReferenceTerm {
    private static var icmpTypes: [ReferenceTerm] {
        [0, 8].map { number in
            plain("icmp-type", String(number)) { hasTransport($0, [1, 58]) && $0.icmpType == number }
        }
    }

    private static var interfaces: [ReferenceTerm] {
        ["eth0", "lxc1"].map { name in
            ReferenceTerm(parameter: "interface", value: name) { flow, world in
                world.names[Int(flow.interfaceName)] == name
            }
        }
    }

    private static var policies: [ReferenceTerm] {
        [
            ReferenceTerm(parameter: "policy", value: "web") { $1.rules[Int($0.rule)].name == "web" },
            ReferenceTerm(parameter: "policy", value: "data/web") { flow, world in
                world.rules[Int(flow.rule)].name == "web" && world.rules[Int(flow.rule)].namespace == "data"
            },
        ]
    }
}

// MARK: Of a side

extension ReferenceTerm {
    /// Met by the source, by the destination, or by either.
    private static func sided(
        _ name: String, _ value: String, _ holds: @escaping @Sendable (Flow, World, _ isSource: Bool) -> Bool
    ) -> [ReferenceTerm] {
        [
            ReferenceTerm(parameter: name, value: value) { holds($0, $1, true) || holds($0, $1, false) },
            ReferenceTerm(parameter: "from-" + name, value: value) { holds($0, $1, true) },
            ReferenceTerm(parameter: "to-" + name, value: value) { holds($0, $1, false) },
        ]
    }

    private static func endpoints(
        _ name: String, _ value: String, _ holds: @escaping @Sendable (Endpoint) -> Bool
    ) -> [ReferenceTerm] {
        sided(name, value) { flow, world, isSource in
            holds(world.endpoints[Int(isSource ? flow.sourceEndpoint : flow.destinationEndpoint)])
        }
    }

    private static var pods: [ReferenceTerm] {
        endpoints("pod", "shop/cart") { $0.namespace == "shop" && $0.podName.hasPrefix("cart") }
            + endpoints("pod", "data/") { $0.namespace == "data" }
            + endpoints("pod", "/ledger") { $0.podName.hasPrefix("ledger") }
            + endpoints("pod", "/") { !$0.namespace.isEmpty || !$0.podName.isEmpty }
    }

    private static var namespaces: [ReferenceTerm] {
        ["shop", "data", "nowhere"].flatMap { name in endpoints("namespace", name) { $0.namespace == name } }
    }

    private static var labels: [ReferenceTerm] {
        endpoints("label", "app=cart") { $0.labels.contains("k8s:app=cart") }
            + endpoints("label", "k8s:app in (ledger,cart)") { endpoint in
                endpoint.labels.contains("k8s:app=cart") || endpoint.labels.contains("k8s:app=ledger")
            }
            + endpoints("label", "app!=ledger") { !$0.labels.contains("k8s:app=ledger") }
            + endpoints("label", "!canary") { !$0.labels.contains("k8s:canary") }
            + endpoints("label", "tier,canary") {
                $0.labels.contains("k8s:tier=web") && $0.labels.contains("k8s:canary")
            }
            + endpoints("label", "reserved:world") { $0.labels.contains("reserved:world") }
    }

    private static var workloads: [ReferenceTerm] {
        endpoints("workload", "cart") { $0.workloads.first?.name == "cart" }
            + endpoints("workload", "Job/ledger") { $0.workloads == [Workload(name: "ledger", kind: "Job")] }
            + endpoints("workload", "Deployment/") { $0.workloads.first?.kind == "Deployment" }
    }

    private static var domains: [ReferenceTerm] {
        endpoints("fqdn", "*.example.org") { $0.dnsNames.contains("api.example.org") }
            + endpoints("fqdn", "example.com") { $0.dnsNames.contains("example.com") }
    }

    private static var clusters: [ReferenceTerm] { endpoints("cluster", "east") { $0.clusterName == "east" } }

    private static var services: [ReferenceTerm] {
        func of(_ value: String, _ namespace: String?, _ prefix: String) -> [ReferenceTerm] {
            sided("service", value) { flow, world, isSource in
                let service = world.services[Int(isSource ? flow.sourceService : flow.destinationService)]
                let isThere = namespace == nil || service.namespace == namespace
                return !service.name.isEmpty && isThere && service.name.hasPrefix(prefix)
            }
        }
        return of("shop/ca", "shop", "ca") + of("/cart", nil, "cart") + of("data/", "data", "")
    }

    private static var addresses: [ReferenceTerm] {
        func of(_ value: String, _ holds: @escaping @Sendable (IPAddress) -> Bool) -> [ReferenceTerm] {
            sided("ip", value) { flow, _, isSource in
                flow.attributes.rawValue & 0b1000 != 0 && holds(isSource ? flow.source : flow.destination)
            }
        }
        return of("10.0.0.3") { $0.v4 == 0x0a00_0003 } + of("10.0.0.4/30") { $0.v4 ?? 0 >= 0x0a00_0004 }
            + of("fd00::/64") { $0.high == 0xfd00 << 48 } + of("FD00:0:0:1::/64") { $0.high == 0xfd00 << 48 | 1 }
    }

    private static var ports: [ReferenceTerm] {
        func of(_ value: String, _ range: ClosedRange<UInt16>) -> [ReferenceTerm] {
            sided("port", value) { flow, _, isSource in
                hasTransport(flow, [6, 17, 132]) && range.contains(isSource ? flow.sourcePort : flow.destinationPort)
            }
        }
        return of("443", 443...443) + of("8000-8100", 8_000...8_100) + of("0-80", 0...80)
    }

    private static var identities: [ReferenceTerm] {
        func of(_ value: String, _ number: UInt32) -> [ReferenceTerm] {
            sided("identity", value) { flow, _, isSource in
                (isSource ? flow.sourceIdentity : flow.destinationIdentity) == number
            }
        }
        return of("1", 1) + of("world", 2) + of("5", 5)
    }
}
