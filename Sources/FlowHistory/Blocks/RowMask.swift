/// Judges an open block's rows by a `ColumnFilter`. Keeps its scratch memory.
struct RowMask {
    /// The rows that are wanted.
    private(set) var rows = RowSet(none: 0)
    private var found = RowSet(none: 0)

    /// All rows are wanted.
    mutating func begin(_ count: Int) { rows.insertAll(count) }

    /// Keeps the rows that meet the filter. The groups that it needs are open (`ColumnFilter.groups`).
    mutating func keep(_ filter: ColumnFilter, _ block: inout BlockDecoder) {
        if filter.anyOf.count == 1 {
            keep(filter.anyOf[0], &block)
        } else if !filter.anyOf.isEmpty {
            let before = rows
            var wanted = RowSet(none: block.flowCount)
            for conditions in filter.anyOf {
                rows = before
                keep(conditions, &block)
                wanted.formUnion(rows)
            }
            rows = wanted
        }
        for conditions in filter.noneOf where !rows.isEmpty { leaveOut(conditions, &block) }
    }

    private mutating func leaveOut(_ conditions: ColumnConditions, _ block: inout BlockDecoder) {
        let before = rows
        keep(conditions, &block)
        let unwanted = rows
        rows = before
        rows.subtract(unwanted)
    }

    /// Keeps the rows whose value of a lane lies in a range.
    mutating func keep(_ lane: Lane, in range: ClosedRange<UInt64>, _ block: BlockDecoder) {
        keepFound(block) { block.find(lane, into: &$0) { range.contains($0) } }
    }

    private mutating func keep(_ conditions: ColumnConditions, _ block: inout BlockDecoder) {
        if !conditions.facts.isEmpty { keepFacts(conditions.facts, &block) }
        if conditions.needsContexts { keepContexts(conditions, &block) }
        for sides in conditions.sides where !rows.isEmpty { keepSides(sides, &block) }
        if let ports = conditions.ports, !rows.isEmpty { keepPorts(ports, &block) }
        if let interfaces = conditions.interfaces, !rows.isEmpty {
            keepFound(block) { found in
                block.find(.interface, into: &found) { interfaces.contains(UInt32(truncatingIfNeeded: $0 >> 32)) }
            }
        }
        for further in conditions.also where !rows.isEmpty { keep(further, &block) }
        for excluded in conditions.excluding where !rows.isEmpty { leaveOut(excluded, &block) }
    }

    private mutating func keepFacts(_ lists: [[FlowPattern]], _ block: inout BlockDecoder) {
        let (shapes, marks) = (block.table(.shape), block.table(.marks))
        let wanted = EntrySet(block, .shape) { entry in
            lists.allSatisfy { $0.contains { $0.matches(shapes[entry], marks[entry]) } }
        }
        keep(wanted, .fact, .shape, block)
    }

    private mutating func keepContexts(_ conditions: ColumnConditions, _ block: inout BlockDecoder) {
        let (services, rules, kernel) = (block.table(.services), block.table(.rule), block.table(.kernel))
        let wanted = EntrySet(block, .services) { entry in
            let passesServices =
                conditions.services.map { test in
                    let bits = [services[entry], services[entry] >> 32].map { value in
                        test.bits { $0.contains(UInt32(truncatingIfNeeded: value)) }
                    }
                    return PerSide<IndexSet>.passes(bits[0], bits[1])
                } ?? true
            let passesRule = conditions.rules?.contains(UInt32(truncatingIfNeeded: rules[entry])) ?? true
            let passesKernel =
                conditions.kernelReasons?.contains(UInt32(truncatingIfNeeded: kernel[entry] >> 32)) ?? true
            return passesServices && passesRule && passesKernel
        }
        keep(wanted, .context, .services, block)
    }

    /// Keeps the rows whose entry of a table, of which `column` is a column, is a member.
    private mutating func keep(_ entries: EntrySet, _ index: Lane, _ column: Lane, _ block: BlockDecoder) {
        if entries.count == block.count(of: column) { return }
        keepFound(block) { block.find(entries, index, into: &$0) }
    }

    private mutating func keepSides(_ test: PerSide<SideSet>, _ block: inout BlockDecoder) {
        let parts: [(SideSet?, [Lane])] = [
            (test.source, [.source]), (test.destination, [.destination]), (test.either, [.source, .destination]),
        ]
        for (part, lanes) in parts where !rows.isEmpty {
            guard let entries = part?.entries(&block) else { continue }
            keepFound(block) { found in for lane in lanes { block.find(entries, lane, into: &found) } }
        }
    }

    /// Which of the two ports is the source's, the facts tell.
    private mutating func keepPorts(_ test: PerSide<PortSet>, _ block: inout BlockDecoder) {
        let marks = block.table(.marks)
        let isSwapped = EntrySet(block, .marks) { marks[$0] & FlowBits.sourceHasHighPort != 0 }
        var swapped = RowSet(none: block.flowCount)
        block.find(isSwapped, .fact, into: &swapped)
        func rows(_ ports: PortSet, _ lane: Lane) -> RowSet {
            var rows = RowSet(none: block.flowCount)
            block.find(lane, into: &rows) { ports.contains($0) }
            return rows
        }
        /// The rows where the port that is the higher one in swapped rows, or in all others, is accepted.
        func rows(_ ports: PortSet, isHighWhenSwapped: Bool) -> RowSet {
            var (high, low) = (rows(ports, .highPort), rows(ports, .lowPort))
            if isHighWhenSwapped {
                high.formIntersection(swapped)
                low.subtract(swapped)
            } else {
                high.subtract(swapped)
                low.formIntersection(swapped)
            }
            high.formUnion(low)
            return high
        }
        if let ports = test.source { self.rows.formIntersection(rows(ports, isHighWhenSwapped: true)) }
        if let ports = test.destination { self.rows.formIntersection(rows(ports, isHighWhenSwapped: false)) }
        if let ports = test.either {
            var either = rows(ports, .highPort)
            either.formUnion(rows(ports, .lowPort))
            self.rows.formIntersection(either)
        }
    }

    /// Keeps the rows that `find` adds to an empty set.
    private mutating func keepFound(_ block: BlockDecoder, _ find: (inout RowSet) -> Void) {
        found.removeAll(block.flowCount)
        find(&found)
        rows.formIntersection(found)
    }
}

extension ColumnFilter {
    /// What must be open to judge by it, in the order in which it is judged.
    var groups: [BlockGroup] {
        let conditions = (anyOf + noneOf).flatMap(\.flattened)
        var groups: [BlockGroup] = []
        let needsPorts = conditions.contains { $0.ports != nil }
        let needsFacts = conditions.contains { !$0.facts.isEmpty || $0.needsContexts }
        if needsFacts || needsPorts { groups.append(.facts) }
        if conditions.contains(where: { !$0.sides.isEmpty }) { groups.append(.sides) }
        if needsPorts { groups.append(.ports) }
        if conditions.contains(where: { $0.interfaces != nil }) { groups.append(.rest) }
        return groups
    }
}

extension ColumnConditions {
    fileprivate var needsContexts: Bool { services != nil || rules != nil || kernelReasons != nil }
}
