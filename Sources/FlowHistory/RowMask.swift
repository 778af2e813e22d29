/// Judges an open block's rows by a `ColumnFilter`. Keeps its scratch memory.
struct RowMask {
    /// 1 for rows that are wanted.
    private(set) var rows: [UInt8] = []
    /// A table's answers, a byte for each of its rows.
    private var answers: [UInt8] = []
    private var lane: [UInt64] = []
    private var otherLane: [UInt64] = []

    /// All rows are wanted.
    mutating func begin(_ count: Int) { Self.fill(&rows, count, 1) }

    /// Keeps the rows that meet the filter. The groups that it needs are open (`ColumnFilter.groups`).
    mutating func keep(_ filter: ColumnFilter, _ block: BlockDecoder) {
        var wanted: [UInt8] = []
        swap(&wanted, &rows)
        if filter.anyOf.count == 1 {
            keepConditions(filter.anyOf[0], block, &wanted)
        } else if !filter.anyOf.isEmpty {
            let before = wanted
            Self.fill(&wanted, block.flowCount, 0)
            for conditions in filter.anyOf {
                var part = before
                keepConditions(conditions, block, &part)
                for row in 0..<block.flowCount { wanted[row] |= part[row] }
            }
        }
        for conditions in filter.noneOf {
            var part = wanted
            keepConditions(conditions, block, &part)
            for row in 0..<block.flowCount { wanted[row] &= ~part[row] }
        }
        swap(&wanted, &rows)
    }

    /// Keeps the rows whose value of a lane lies in a range.
    mutating func keep(_ name: Lane, in range: ClosedRange<UInt64>, _ block: BlockDecoder) {
        block.unpack(name, into: &lane)
        for row in 0..<block.flowCount where !range.contains(lane[row]) { rows[row] = 0 }
    }

    /// The wanted rows' numbers.
    func selected(_ count: Int) -> [Int] {
        var numbers: [Int] = []
        let rows = rows.span
        for row in 0..<count where rows[row] != 0 { numbers.append(row) }
        return numbers
    }

    private mutating func keepConditions(
        _ conditions: ColumnConditions, _ block: BlockDecoder, _ rows: inout [UInt8]
    ) {
        if !conditions.facts.isEmpty { keepFacts(conditions.facts, block, &rows) }
        if conditions.needsContexts { keepContexts(conditions, block, &rows) }
        for sides in conditions.sides where rows.contains(1) { keepSides(sides, block, &rows) }
        if let ports = conditions.ports, rows.contains(1) { keepPorts(ports, block, &rows) }
        if let interfaces = conditions.interfaces, rows.contains(1) { keepInterfaces(interfaces, block, &rows) }
    }

    private mutating func keepFacts(_ lists: [[FlowPattern]], _ block: BlockDecoder, _ rows: inout [UInt8]) {
        let (shapes, marks) = (block.table(.shape), block.table(.marks))
        Self.fill(&answers, shapes.count, 0)
        for entry in 0..<block.count(of: .shape) {
            let passes = lists.allSatisfy { $0.contains { $0.matches(shapes[entry], marks[entry]) } }
            answers[entry] = passes ? 1 : 0
        }
        keepAnswered(.fact, block, &rows)
    }

    private mutating func keepContexts(_ conditions: ColumnConditions, _ block: BlockDecoder, _ rows: inout [UInt8]) {
        let (services, rules, kernel) = (block.table(.services), block.table(.rule), block.table(.kernel))
        Self.fill(&answers, services.count, 0)
        for entry in 0..<block.count(of: .services) {
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
            answers[entry] = passesServices && passesRule && passesKernel ? 1 : 0
        }
        keepAnswered(.context, block, &rows)
    }

    /// Keeps the rows whose entry's answer is 1.
    private mutating func keepAnswered(_ index: Lane, _ block: BlockDecoder, _ rows: inout [UInt8]) {
        let count = index.table == .firstTable ? block.count(of: .shape) : block.count(of: .services)
        let passing = answers[..<count].reduce(0) { $0 + Int($1) }
        if passing == count { return }
        if passing == 0 { return Self.fill(&rows, block.flowCount, 0) }
        block.unpack(index, into: &lane)
        Self.and(&rows, lane, answers, block.flowCount)
    }

    private mutating func keepSides(_ test: PerSide<SideSet>, _ block: BlockDecoder, _ rows: inout [UInt8]) {
        let (high, low, entity) = (block.table(.high), block.table(.low), block.table(.entity))
        // A part that accepts anything has its bit everywhere.
        let always: UInt8 =
            (test.source == nil ? 1 : 0) | (test.destination == nil ? 2 : 0) | (test.either == nil ? 4 : 0)
        Self.fill(&answers, high.count, always)
        let count = block.count(of: .high)
        var all = always
        for (part, bit) in [(test.source, UInt8(1)), (test.destination, 2), (test.either, 4)] {
            guard let part, part.mark(high, low, entity, count: count, with: bit, in: &answers) else { continue }
            all |= bit
        }
        guard all == 7 else { return Self.fill(&rows, block.flowCount, 0) }
        block.unpack(.source, into: &lane)
        block.unpack(.destination, into: &otherLane)
        Self.andSides(&rows, lane, otherLane, answers, block.flowCount)
    }

    /// Which of the two ports is the source's, the facts tell.
    private mutating func keepPorts(_ test: PerSide<PortSet>, _ block: BlockDecoder, _ rows: inout [UInt8]) {
        let marks = block.table(.marks)
        Self.fill(&answers, marks.count, 0)
        for entry in marks.indices { answers[entry] = marks[entry] & FlowBits.sourceHasHighPort != 0 ? 1 : 0 }
        block.unpack(.lowPort, into: &lane)
        block.unpack(.highPort, into: &otherLane)
        for row in 0..<block.flowCount where rows[row] != 0 {
            let ports = (lane[row], otherLane[row])
            let isSwapped = answers[Int(truncatingIfNeeded: block.value(.fact, row: row))] != 0
            let source = test.bits { $0.contains(isSwapped ? ports.1 : ports.0) }
            let destination = test.bits { $0.contains(isSwapped ? ports.0 : ports.1) }
            if !PerSide<PortSet>.passes(source, destination) { rows[row] = 0 }
        }
    }

    private mutating func keepInterfaces(_ names: IndexSet, _ block: BlockDecoder, _ rows: inout [UInt8]) {
        block.unpack(.interface, into: &lane)
        for row in 0..<block.flowCount where !names.contains(UInt32(truncatingIfNeeded: lane[row] >> 32)) {
            rows[row] = 0
        }
    }

    private static func fill(_ bytes: inout [UInt8], _ count: Int, _ value: UInt8) {
        if bytes.count < count { bytes = Array(repeating: value, count: count) }
        var span = bytes.mutableSpan
        for index in 0..<count { span[index] = value }
    }

    @inline(never)
    private static func and(_ rowArray: inout [UInt8], _ indices: [UInt64], _ answers: [UInt8], _ count: Int) {
        var rows = rowArray.mutableSpan
        let (indices, answers) = (indices.span, answers.span)
        for row in 0..<count { rows[row] &= answers[Int(truncatingIfNeeded: indices[row])] }
    }

    @inline(never)
    private static func andSides(
        _ rowArray: inout [UInt8], _ sources: [UInt64], _ destinations: [UInt64], _ answers: [UInt8], _ count: Int
    ) {
        var rows = rowArray.mutableSpan
        let (sources, destinations, answers) = (sources.span, destinations.span, answers.span)
        for row in 0..<count {
            let source = answers[Int(truncatingIfNeeded: sources[row])]
            let destination = answers[Int(truncatingIfNeeded: destinations[row])]
            rows[row] &= PerSide<SideSet>.passes(source, destination) ? 1 : 0
        }
    }
}

extension ColumnFilter {
    /// What must be open to judge by it, in the order in which it is judged.
    var groups: [BlockGroup] {
        let conditions = anyOf + noneOf
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
