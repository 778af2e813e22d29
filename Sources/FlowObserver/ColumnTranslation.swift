internal import FlowCatalog
internal import FlowFilter
internal import FlowHistory
internal import FlowModel

/// A filter in the form that history judges on its columns. Nothing is left out but single flows (`sequences`) and names
/// that come to be known while the store is read: of those, flows are let through, and the filter itself judges them.
/// Where nobody does that (`isFinal`), such names meet no condition, as with the filter itself, and no single flows may be
/// asked for.
struct ColumnTranslation {
    private let isFinal: Bool
    private let endpointCount: Int
    private let serviceCount: Int
    private let ruleCount: Int
    private let names: [String]
    private let catalog: FlowCatalog

    init(_ catalog: FlowCatalog, isFinal: Bool = false) {
        self.catalog = catalog
        self.isFinal = isFinal
        endpointCount = catalog.endpoints.count
        serviceCount = catalog.services.count
        ruleCount = catalog.rules.count
        names = catalog.names.elements()
    }

    func columns(_ spec: FilterSpec) -> ColumnFilter {
        var allowed = spec.allow.map { columns($0, acceptsUnknown: !isFinal) }
        if let namespaces = spec.visibleNamespaces {
            if allowed.isEmpty { allowed = [ColumnConditions()] }
            let visible = visible(namespaces)
            for index in allowed.indices { allowed[index].sides.append(visible) }
        }
        return ColumnFilter(
            anyOf: allowed, noneOf: spec.deny.filter(\.isOfColumns).map { columns($0, acceptsUnknown: false) })
    }

    private func visible(_ namespaces: Set<String>) -> PerSide<SideSet> {
        var spec = FilterSpec()
        spec.visibleNamespaces = namespaces
        return PerSide(either: .endpoints(indices(endpointCount, !isFinal, spec) { $0.sourceEndpoint = $1 }))
    }

    private func columns(_ conditions: FilterConditions, acceptsUnknown: Bool) -> ColumnConditions {
        var columns = ColumnConditions()
        columns.facts = FactPatterns(conditions).lists
        if !conditions.addresses.isEmpty {
            columns.sides.append(
                perSide(conditions.addresses) { list in
                    .prefixes(list.map { AddressMask($0.address, prefixBits: $0.bits) })
                })
        }
        if !conditions.identities.isEmpty {
            columns.sides.append(perSide(conditions.identities) { list in .identities(list.map(\.rawValue)) })
        }
        if !conditions.ports.isEmpty { columns.ports = perSide(conditions.ports) { PortSet($0) } }
        columns.sides += endpoints(conditions.pods, acceptsUnknown) { $0.pods.source = $1 }
        columns.sides += endpoints(conditions.labels, acceptsUnknown) { $0.labels.source = $1 }
        columns.sides += endpoints(conditions.workloads, acceptsUnknown) { $0.workloads.source = $1 }
        columns.sides += endpoints(conditions.domains, acceptsUnknown) { $0.domains.source = $1 }
        columns.sides += endpoints(conditions.clusters, acceptsUnknown) { $0.clusters.source = $1 }
        if !conditions.services.isEmpty {
            columns.services = perSide(conditions.services) { list in
                indices(serviceCount, acceptsUnknown, { $0.services.source = list }) { $0.sourceService = $1 }
            }
        }
        if !conditions.policies.isEmpty {
            columns.rules = indices(ruleCount, acceptsUnknown, { $0.policies = conditions.policies }) { $0.rule = $1 }
        }
        if !conditions.policyNames.isEmpty {
            var named = ColumnConditions()
            named.rules = indices(ruleCount, acceptsUnknown, { $0.policyNames = conditions.policyNames }) {
                $0.rule = $1
            }
            columns.also.append(named)
        }
        if !conditions.serviceNames.isEmpty {
            var named = ColumnConditions()
            named.services = perSide(conditions.serviceNames) { list in
                indices(serviceCount, acceptsUnknown, { $0.serviceNames.source = list }) { $0.sourceService = $1 }
            }
            columns.also.append(named)
        }
        columns.sides += endpoints(conditions.names, acceptsUnknown) { $0.names.source = $1 }
        columns.also += conditions.also.map { self.columns($0, acceptsUnknown: acceptsUnknown) }
        columns.excluding = conditions.excluding.filter(\.isOfColumns).map {
            self.columns($0, acceptsUnknown: !isFinal && !acceptsUnknown)
        }
        columns.kernelReasons = named(conditions.kernelReasons, acceptsUnknown)
        columns.interfaces = named(conditions.interfaces, acceptsUnknown)
        return columns
    }

    private func named(_ accepted: [String], _ acceptsUnknown: Bool) -> IndexSet? {
        if accepted.isEmpty { return nil }
        return IndexSet(names.map { accepted.contains($0) }, acceptsUnknown: acceptsUnknown)
    }

    private func perSide<Value, Accepted>(_ values: Sided<Value>, _ accepted: ([Value]) -> Accepted) -> PerSide<
        Accepted
    > {
        func some(_ list: [Value]) -> Accepted? { list.isEmpty ? nil : accepted(list) }
        return PerSide(
            either: some(values.either), source: some(values.source), destination: some(values.destination))
    }

    private func endpoints<Pattern>(
        _ patterns: Sided<Pattern>, _ acceptsUnknown: Bool, _ set: (inout FilterConditions, [Pattern]) -> Void
    ) -> [PerSide<SideSet>] {
        if patterns.isEmpty { return [] }
        return [
            perSide(patterns) { list in
                .endpoints(indices(endpointCount, acceptsUnknown, { set(&$0, list) }) { $0.sourceEndpoint = $1 })
            }
        ]
    }

    /// Asks the filter itself about each index of a table, by flows that have nothing else.
    private func indices(
        _ count: Int, _ acceptsUnknown: Bool, _ condition: (inout FilterConditions) -> Void,
        _ put: (inout Flow, UInt32) -> Void
    ) -> IndexSet {
        var conditions = FilterConditions()
        condition(&conditions)
        return indices(count, acceptsUnknown, FilterSpec(allow: [conditions]), put)
    }

    private func indices(
        _ count: Int, _ acceptsUnknown: Bool, _ spec: FilterSpec, _ put: (inout Flow, UInt32) -> Void
    ) -> IndexSet {
        var filter = CompiledFilter(spec, catalog: catalog)
        let answers = (0..<UInt32(count)).map { index in
            var flow = Flow()
            put(&flow, index)
            return filter.matches(flow)
        }
        return IndexSet(answers, acceptsUnknown: acceptsUnknown)
    }
}

extension FilterConditions {
    /// Columns can tell of each flow whether it meets them.
    fileprivate var isOfColumns: Bool { sequences.isEmpty && (also + excluding).allSatisfy(\.isOfColumns) }
}
