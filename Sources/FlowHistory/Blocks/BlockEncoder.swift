import FlowModel

/// Packs flows into a block (`BlockFormat`). Keeps its scratch memory: about 3 MiB for blocks of 8,192.
struct BlockEncoder {
    private var columns: FlowColumns
    private var facts: TupleTable
    private var contexts: TupleTable
    private var sides: TupleTable
    /// Each flow's number in a table: facts, contexts, sources, destinations.
    private var numbers: [[UInt64]]
    private var column = ColumnEncoder()
    private var owner: UInt64 = 0
    private var collector = SetCollector()
    /// The groups' words, in the order of `BlockGroup`.
    private(set) var groups: [[UInt64]] = Array(repeating: [], count: BlockGroup.count)
    /// What a query may ask to pass over the block.
    private(set) var sets = BlockSets()

    /// - Parameter capacity: the most flows of a block.
    init(capacity: Int) {
        columns = FlowColumns(capacity: capacity)
        facts = TupleTable(capacity: capacity)
        contexts = TupleTable(capacity: capacity)
        sides = TupleTable(capacity: capacity * 2)
        numbers = Array(repeating: Array(repeating: 0, count: capacity), count: 4)
    }

    /// The block of 1 to `capacity` flows is then in `groups`.
    mutating func encode(_ flows: Span<Flow>, isOfDrops: Bool = false) {
        let count = flows.count
        owner = BlockFormat.owner(flows[0].sequence, isOfDrops: isOfDrops)
        columns.fill(flows)
        encodeFacts(count)
        encodeSides(count)
        begin(.ports, count)
        append(.lowPort, count)
        append(.highPort, count)
        finish(.ports)
        begin(.rest, count)
        append(.sequence, count, .ramp)
        append(.time, count, .ramp)
        for column in [FlowColumn.bytes, .packets, .interface, .networkNamespace, .cpu] { append(column, count) }
        finish(.rest)
        collectSets(count)
    }

    var wordCount: Int { groups.reduce(0) { $0 + $1.count } }

    private mutating func encodeFacts(_ count: Int) {
        facts.removeAll()
        contexts.removeAll()
        Self.number(columns, (.shape, .marks, .nothing), &facts, &numbers[0], count)
        Self.number(columns, (.services, .rule, .kernel), &contexts, &numbers[1], count)
        begin(.facts, count, (facts.count, contexts.count))
        append(facts.first, facts.count)
        append(facts.second, facts.count)
        append(contexts.first, contexts.count)
        append(contexts.second, contexts.count)
        append(contexts.third, contexts.count)
        append(numbers[0], count, .index)
        append(numbers[1], count, .index)
        finish(.facts)
    }

    private mutating func encodeSides(_ count: Int) {
        sides.removeAll()
        Self.number(columns, (.sourceHigh, .sourceLow, .sourceEntity), &sides, &numbers[2], count)
        Self.number(columns, (.destinationHigh, .destinationLow, .destinationEntity), &sides, &numbers[3], count)
        begin(.sides, count, (sides.count, 0))
        append(sides.first, sides.count)
        append(sides.second, sides.count)
        append(sides.third, sides.count)
        append(numbers[2], count, .index)
        append(numbers[3], count, .index)
        finish(.sides)
    }

    private static func number(
        _ columns: FlowColumns, _ tuple: (FlowColumn, FlowColumn, FlowColumn), _ table: inout TupleTable,
        _ numbers: inout [UInt64], _ count: Int
    ) {
        let values = columns.values
        var target = numbers.mutableSpan
        table.number(
            values.span.extracting(columns.range(tuple.0, count)),
            values.span.extracting(columns.range(tuple.1, count)),
            values.span.extracting(columns.range(tuple.2, count)), into: &target)
    }

    private mutating func append(_ values: [UInt64], _ count: Int, _ coding: ColumnEncoder.Coding = .any) {
        column.append(values.span.extracting(first: count), coding)
    }

    private mutating func append(_ name: FlowColumn, _ count: Int, _ coding: ColumnEncoder.Coding = .any) {
        let values = columns.values
        column.append(values.span.extracting(columns.range(name, count)), coding)
    }

    private mutating func begin(_ group: BlockGroup, _ count: Int, _ tables: (Int, Int) = (0, 0)) {
        column.begin(group, flows: count, tables: tables, owner: owner)
    }

    private mutating func finish(_ group: BlockGroup) {
        column.finish()
        swap(&groups[group.rawValue], &column.words)
    }

    private mutating func collectSets(_ count: Int) {
        let values = columns.values
        sets = collector.collect(
            facts, contexts, sides, lowPorts: values.span.extracting(columns.range(.lowPort, count)),
            highPorts: values.span.extracting(columns.range(.highPort, count)),
            interfaces: values.span.extracting(columns.range(.interface, count)))
    }
}
