import FlowCatalog
import FlowModel

extension FlowMessage {
    /// The message as a flow; what it names gets an index of `catalog`.
    func flow(in catalog: FlowCatalog) -> Flow {
        var flow = Flow()
        flow.timeNanoseconds = time?.nanoseconds ?? 0
        flow.verdict = verdict?.value(Verdict.init(name:), Verdict.init(rawValue:)) ?? .unknown
        flow.direction = direction
        readEvent(into: &flow)
        IP?.read(into: &flow)
        l4?.read(into: &flow)
        flow.sourceIdentity = source?.identity?.clamped() ?? 0
        flow.destinationIdentity = destination?.identity?.clamped() ?? 0
        flow.sourceEndpoint = source.map { catalog.endpoints.intern($0.endpoint(names: sourceNames)) } ?? 0
        flow.destinationEndpoint =
            destination.map { catalog.endpoints.intern($0.endpoint(names: destinationNames)) } ?? 0
        flow.sourceService = sourceService.map { catalog.services.intern($0.service) } ?? 0
        flow.destinationService = destinationService.map { catalog.services.intern($0.service) } ?? 0
        flow.interfaceIndex = interface?.index?.clamped() ?? 0
        flow.interfaceName = catalog.names.intern(interface?.name ?? "")
        if let isReply { flow.attributes.formUnion(isReply ? [.replyKnown, .isReply] : .replyKnown) }
        flow.rule = rule.map { catalog.rules.intern($0) } ?? 0
        apus?.read(into: &flow, catalog)
        return flow
    }

    private var direction: TrafficDirection {
        trafficDirection?.value(TrafficDirection.init(name:), TrafficDirection.init(rawValue:)) ?? .unknown
    }

    private func readEvent(into flow: inout Flow) {
        flow.kind = FlowKind(rawValue: eventType?.type?.clamped() ?? 0)
        if flow.kind == .drop && apus?.kernelDropReason != nil { flow.kind = .kernelDrop }
        flow.dropReason =
            dropReasonDesc?.value(DropReason.init(name:), DropReason.init(rawValue:))
            ?? DropReason(rawValue: dropReason?.clamped() ?? 0)
        flow.policyMatchType = PolicyMatchType(rawValue: policyMatchType?.clamped() ?? 0)
        flow.traceReason = traceReason?.value(TraceReason.init(name:), TraceReason.init(rawValue:)) ?? .unknown
        if flow.kind == .trace {
            flow.observationPoint =
                traceObservationPoint?.value(ObservationPoint.init(name:), ObservationPoint.init(rawValue:))
                ?? .unknown
        }
        // The reason of an audited denial is not told; only that it was no default deny.
        let isAuditedDenyRule = flow.verdict == .audit && apus != nil && apus?.defaultDeny != true
        if isAuditedDenyRule { flow.dropReason = .policyDeny }
    }

    /// The deciding rule: Apus' own account of it, with the labels that only the lists have.
    private var rule: RuleReference? {
        let lists: [(policies: [PolicyMessage]?, direction: TrafficDirection, isDenied: Bool)] = [
            (egressAllowedBy, .egress, false), (ingressAllowedBy, .ingress, false),
            (egressDeniedBy, .egress, true), (ingressDeniedBy, .ingress, true),
        ]
        let listed = lists.first { $0.policies?.isEmpty == false }
        let policy = listed?.policies?.first
        if let cause = apus?.cause { return RuleReference(cause, direction) }
        var rule: RuleReference
        if let told = apus?.rule {
            rule = told.reference(labels: policy?.labels ?? [])
        } else {
            guard let listed, let policy else { return nil }
            rule = RuleReference(
                kind: policy.kind ?? "", name: policy.name ?? "", namespace: policy.namespace ?? "",
                direction: listed.direction, isDeny: listed.isDenied, index: 0, labels: policy.labels ?? [])
        }
        rule.revision = policy?.revision?.value ?? 0
        return rule
    }
}

extension RuleMessage {
    func reference(labels: [String]) -> RuleReference {
        RuleReference(
            kind: kind ?? "", name: name ?? "", namespace: namespace ?? "",
            direction: direction?.value(TrafficDirection.init(name:), TrafficDirection.init(rawValue:)) ?? .unknown,
            isDeny: deny ?? false, index: index?.clamped() ?? 0, labels: labels)
    }
}

extension ApusMessage {
    /// What a default deny comes from, as far as it is told.
    fileprivate var cause: DefaultDeny? {
        guard let selectedBy, !selectedBy.isEmpty else { return nil }
        return DefaultDeny(
            policies: selectedBy.map {
                PolicyName(kind: $0.kind ?? "", namespace: $0.namespace ?? "", name: $0.name ?? "")
            },
            told: nearestRule.map { rule in
                NearestRule(
                    policy: PolicyName(
                        kind: rule.kind ?? "", namespace: rule.namespace ?? "", name: rule.name ?? ""),
                    index: rule.index?.clamped() ?? 0, peer: rule.wantedPeer, ports: rule.wantedPorts)
            })
    }
}

extension EndpointMessage {
    func endpoint(names: [String]?) -> Endpoint {
        Endpoint(
            id: ID?.clamped() ?? 0, identity: Identity(rawValue: identity?.clamped() ?? 0),
            clusterName: clusterName ?? "", namespace: namespace ?? "", podName: podName ?? "", labels: labels ?? [],
            workloads: (workloads ?? []).map { Workload(name: $0.name ?? "", kind: $0.kind ?? "") },
            dnsNames: names ?? [])
    }
}

extension ServiceMessage {
    var service: ServiceReference { ServiceReference(name: name ?? "", namespace: namespace ?? "") }
}

extension ApusMessage {
    func read(into flow: inout Flow, _ catalog: FlowCatalog) {
        flow.packets = packets?.clamped() ?? 0
        flow.bytes = bytes?.value ?? 0
        flow.sequence = sequence?.value ?? 0
        flow.networkNamespace = networkNamespace?.clamped() ?? 0
        flow.kernelReason = catalog.names.intern(kernelDropReason ?? "")
        flow.kernelFunction = catalog.names.intern(kernelFunction ?? "")
        func reason(_ name: String?) -> UnknownNames.Reason {
            UnknownNames.Reason.allCases.first { $0.jsonName?.description == name } ?? .none
        }
        flow.unknownNames.source = reason(sourceUnknown)
        flow.unknownNames.destination = reason(destinationUnknown)
    }
}

extension LostEventMessage {
    /// - Parameter time: of the response, for a gap that does not tell its interval.
    func lostEvent(time: WireTimestamp?) -> LostEvent {
        let told = apus?.place.flatMap(LossPlace.init(rawValue:))
        let nearest: LossPlace? = source?.name.flatMap { name in LossPlace.allCases.first { $0.hubbleName == name } }
        return LostEvent(
            place: told ?? nearest ?? .flowRing, count: numEventsLost?.value ?? 0,
            firstNanoseconds: first?.nanoseconds ?? 0, lastNanoseconds: last?.nanoseconds ?? time?.nanoseconds ?? 0)
    }
}
