package import FlowFilter
package import FlowHistory
internal import FlowModel
package import FlowObserver
package import FlowWire

/// `/v1/top`: who has the most flows, bytes or drops.
package struct TopQuestion: SumsQuestion {
    package enum Field: String, CaseIterable, Sendable { case pod, namespace, workload, service, port, identity }
    package enum Order: String, CaseIterable, Sendable { case flows, bytes, drops }

    private var request: SumsRequest
    private let by: Field
    private let order: Order
    private let mostGroups: Int

    package init(
        queryItems: [(name: String, value: String)], now: UInt64, mostGroups: Int
    ) throws(FilterError) {
        request = try SumsRequest(queryItems, own: ["by", "sort"], now: now)
        by = try Self.value(request.own, "by") ?? .pod
        order = try Self.value(request.own, "sort") ?? .flows
        self.mostGroups = mostGroups
    }

    private static func value<Value: RawRepresentable<String> & CaseIterable>(
        _ own: OwnParameters, _ name: String
    ) throws(FilterError) -> Value? {
        guard let text = own[name] else { return nil }
        guard let value = Value(rawValue: text) else {
            throw own.error(
                name, "not one of the values", accepted: Value.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return value
    }

    package mutating func showOnly(_ namespaces: Set<String>?) { request.showOnly(namespaces) }

    private struct Sums {
        var flows: UInt64 = 0
        var bytes: UInt64 = 0
        var packets: UInt64 = 0
        var drops: UInt64 = 0
    }

    package func answer(from observer: FlowObserver, _ budget: ReadingBudget) throws(HistoryError) -> TopReport {
        var question = SumQuestion(by: fields + [.verdict], mostGroups: mostGroups)
        question.times = request.request.times
        question.filter = request.request.filter
        let sums = try observer.sums(question, budget)
        let names = SummedNames(observer.catalog)
        var table: [String: Sums] = [:]
        for group in sums.groups {
            let isDropped = group.values.last == UInt64(Verdict.dropped.rawValue)
            for name in self.names(group.values, names) {
                table[name, default: Sums()].flows += group.flows
                table[name, default: Sums()].bytes += group.bytes
                table[name, default: Sums()].packets += group.packets
                if isDropped { table[name, default: Sums()].drops += group.flows }
            }
        }
        let ranked = table.sorted { left, right in
            let (first, second) = (rank(left.value), rank(right.value))
            return first == second ? left.key < right.key : first > second
        }
        let shown = ranked.prefix(request.limit)
        return TopReport(
            coverage: request.coverage(sums),
            truncated: TruncationReport(
                entries: ranked.count - shown.count,
                flows: ranked.dropFirst(shown.count).reduce(0) { $0 + $1.value.flows },
                ungroupedFlows: sums.ungroupedFlows, unreadUntil: sums.coverage.unreadUntil),
            entries: shown.map { name, sums in
                .init(name: name, flows: sums.flows, bytes: sums.bytes, packets: sums.packets, drops: sums.drops)
            })
    }

    private func rank(_ sums: Sums) -> UInt64 {
        switch order {
        case .flows: sums.flows
        case .bytes: sums.bytes
        case .drops: sums.drops
        }
    }

    private var fields: [FlowField] {
        switch by {
        case .pod, .namespace, .workload: [.sourceEndpoint, .destinationEndpoint]
        case .service: [.sourceService, .destinationService]
        case .identity: [.sourceIdentity, .destinationIdentity]
        case .port: [.ipProtocol, .serverPort]
        }
    }

    /// What a group counts with, each once; a name that a side does not have is left out if the other has one.
    private func names(_ values: [UInt64], _ names: SummedNames) -> Set<String> {
        if by == .port {
            let ipProtocol = IPProtocol(rawValue: UInt8(truncatingIfNeeded: values[0])).shownName
            return [PortReport(ipProtocol: ipProtocol, port: UInt16(truncatingIfNeeded: values[1])).name]
        }
        let both = Set([name(values[0], names), name(values[1], names)])
        let known = both.filter { !$0.isEmpty }
        return known.isEmpty ? [""] : known
    }

    private func name(_ value: UInt64, _ names: SummedNames) -> String {
        switch by {
        case .pod:
            let endpoint = names.endpoint(value)
            return endpoint.podName.isEmpty ? "" : "\(endpoint.namespace)/\(endpoint.podName)"
        case .namespace: return names.endpoint(value).namespace
        case .workload:
            let endpoint = names.endpoint(value)
            return endpoint.workloads.first.map { "\(endpoint.namespace)/\($0.kind)/\($0.name)" } ?? ""
        case .service:
            let service = names.service(value)
            return service.name.isEmpty ? "" : "\(service.namespace)/\(service.name)"
        case .identity:
            let identity = UInt32(truncatingIfNeeded: value)
            return Identity(rawValue: identity).reservedName ?? "\(identity)"
        case .port: return ""
        }
    }
}
