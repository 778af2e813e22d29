import FlowCatalog
import FlowModel

@testable import FlowFilter

/// The meaning of a `FilterSpec`, written down as plainly as possible: what `CompiledFilter` must agree with.
struct ReferenceFilter {
    let spec: FilterSpec
    let catalog: FlowCatalog

    func matches(_ flow: Flow) -> Bool {
        isVisible(flow) && (spec.allow.isEmpty || spec.allow.contains { meets($0, flow) })
            && !spec.deny.contains { meets($0, flow) }
    }

    private func isVisible(_ flow: Flow) -> Bool {
        guard let namespaces = spec.visibleNamespaces else { return true }
        return [flow.sourceEndpoint, flow.destinationEndpoint].contains { index in
            catalog.endpoints[index].map { namespaces.contains($0.namespace) } ?? false
        }
    }

    private func meets(_ conditions: FilterConditions, _ flow: Flow) -> Bool {
        meetsValues(conditions, flow) && meetsLayer4(conditions, flow) && meetsNames(conditions, flow)
            && conditions.also.allSatisfy { meets($0, flow) } && !conditions.excluding.contains { meets($0, flow) }
    }

    func meets(_ expression: FilterExpression, _ flow: Flow) -> Bool {
        switch expression {
        case .conditions(let conditions): meets(conditions, flow)
        case .not(let inner): !meets(inner, flow)
        case .all(let parts): parts.allSatisfy { meets($0, flow) }
        case .any(let parts): parts.contains { meets($0, flow) }
        }
    }

    private func holds<Value>(_ accepted: [Value], _ test: (Value) -> Bool) -> Bool {
        accepted.isEmpty || accepted.contains(where: test)
    }

    private func holds<Value, End>(
        _ accepted: Sided<Value>, _ source: End, _ destination: End, _ test: (Value, End) -> Bool
    ) -> Bool {
        holds(accepted.source) { test($0, source) } && holds(accepted.destination) { test($0, destination) }
            && holds(accepted.either) { test($0, source) || test($0, destination) }
    }

    private func meetsValues(_ conditions: FilterConditions, _ flow: Flow) -> Bool {
        let subType = flow.kind == .trace ? UInt16(flow.observationPoint.rawValue) : flow.dropReason.rawValue
        let isReply = flow.attributes.contains(.isReply)
        return holds(conditions.verdicts) { $0 == flow.verdict }
            && holds(conditions.directions) { $0 == flow.direction }
            && holds(conditions.types) { $0.kinds.contains(flow.kind) && ($0.subType == nil || $0.subType == subType) }
            && holds(conditions.dropReasons) { flow.verdict == .dropped && $0 == flow.dropReason }
            && holds(conditions.replies) {
                flow.attributes.contains(.replyKnown) ? $0 == isReply : flow.verdict == .dropped && !$0
            }
            && holds(conditions.ipVersions) {
                $0 == .none
                    ? !flow.attributes.contains(.ip)
                    : flow.attributes.contains(.ip) && ($0 == .v6) == flow.attributes.contains(.ipv6)
            }
            && holds(conditions.identities, flow.sourceIdentity, flow.destinationIdentity) { $0.rawValue == $1 }
            && holds(conditions.addresses, flow.source, flow.destination) {
                flow.attributes.contains(.ip) && $0.contains($1)
            }
    }

    private func meetsLayer4(_ conditions: FilterConditions, _ flow: Flow) -> Bool {
        let isKnown = flow.attributes.contains(.layer4)
        let hasPorts = isKnown && [.tcp, .udp, .sctp].contains(flow.ipProtocol)
        return holds(conditions.protocols) { isKnown && $0.protocols.contains(flow.ipProtocol) }
            && holds(conditions.tcpFlags) { isKnown && flow.ipProtocol == .tcp && flow.tcpFlags.isSuperset(of: $0) }
            && holds(conditions.icmpTypes) {
                isKnown && [.icmp, .icmpv6].contains(flow.ipProtocol) && $0 == flow.icmpType
            }
            && holds(conditions.ports, flow.sourcePort, flow.destinationPort) { hasPorts && $0.contains($1) }
    }

    private func meetsNames(_ conditions: FilterConditions, _ flow: Flow) -> Bool {
        guard let source = catalog.endpoints[flow.sourceEndpoint],
            let destination = catalog.endpoints[flow.destinationEndpoint],
            let sourceService = catalog.services[flow.sourceService],
            let destinationService = catalog.services[flow.destinationService], let rule = catalog.rules[flow.rule]
        else { return false }
        return holds(conditions.pods, source, destination) { $0.matches($1) }
            && holds(conditions.labels, source, destination) { $0.matches($1.labels) }
            && holds(conditions.workloads, source, destination) { $0.matches($1) }
            && holds(conditions.domains, source, destination) { $1.dnsNames.contains(where: $0.matches) }
            && holds(conditions.clusters, source, destination) { $0 == $1.clusterName }
            && holds(conditions.services, sourceService, destinationService) { $0.matches($1) }
            && holds(conditions.names, source, destination) { $0.holds($1) }
            && holds(conditions.serviceNames, sourceService, destinationService) { $0.holds($1) }
            && holds(conditions.policies) { $0.matches(rule) } && holds(conditions.policyNames) { $0.holds(rule.name) }
            && holds(conditions.interfaces) { $0 == catalog.names[flow.interfaceName] }
            && holds(conditions.kernelReasons) {
                flow.kind == .kernelDrop && $0 == catalog.names[flow.kernelReason]
            }
    }
}
