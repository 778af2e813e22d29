import Foundation

/// Gathers readings, prints a line for each name as soon as its runs are done, and writes them all at the end.
struct BenchmarkReport {
    /// An element of `bench.json`.
    struct Row: Encodable {
        var name: String
        var unit: String
        var median: Double
        var min: Double
        var max: Double
        var runs: Int
        var allocations_per_flow: Double?
        var peer: Double?
        /// How many times less than the peer, or more where more is better.
        var peer_ratio: Double?
    }

    /// A data-plane stage that allocates more often than once in a thousand flows has a mistake.
    private static let mostAllocationsPerFlow = 0.001

    private var rows: [Row] = []
    private var tooManyAllocations: [String] = []
    private var leftOut: [String] = []

    mutating func run(_ group: BenchmarkGroup, runs: Int, only prefix: String) async throws {
        var names: [String] = []
        var readings: [String: [Reading]] = [:]
        for _ in 0..<Swift.min(runs, group.mostRuns) {
            for reading in try await group.run() where reading.name.hasPrefix(prefix) {
                if readings[reading.name] == nil { names.append(reading.name) }
                readings[reading.name, default: []].append(reading)
            }
        }
        for name in names { add(readings[name] ?? []) }
    }

    mutating func leaveOut(_ group: BenchmarkGroup, because reason: String) {
        leftOut.append(group.name)
        print("\(group.name): left out: \(reason)")
    }

    private mutating func add(_ readings: [Reading]) {
        let values = readings.map(\.value).sorted()
        let allocations = readings.compactMap(\.allocationsPerFlow).max()
        let first = readings[0]
        var row = Row(
            name: first.name, unit: first.unit, median: (values[(values.count - 1) / 2] + values[values.count / 2]) / 2,
            min: values[0],
            max: values[values.count - 1], runs: values.count, allocations_per_flow: allocations)
        if let peer = PeerFigures.byName[row.name] {
            row.peer = peer
            row.peer_ratio = row.unit == "flows/s" ? row.median / peer : peer / row.median
        }
        if let allocations, allocations > Self.mostAllocationsPerFlow { tooManyAllocations.append(row.name) }
        if rows.isEmpty { print(Self.heading) }
        print(Self.line(row))
        rows.append(row)
    }

    /// - Returns: whether all is as it must be.
    func finish(_ path: String) throws -> Bool {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: URL(fileURLWithPath: path))
        print("peer: \(PeerFigures.source)")
        guard !tooManyAllocations.isEmpty else { return true }
        print("more than 0.001 allocations a flow: \(tooManyAllocations.joined(separator: ", "))")
        return false
    }

    // MARK: Lines

    private static let heading = line(
        ["name", "unit", "median", "min", "max", "CPU-s/Mflow", "allocs/flow", "x peer"])

    private static func line(_ row: Row) -> String {
        let isPerFlow = row.unit == "ns/flow"
        return line([
            row.name, row.unit, text(row.median), text(row.min), text(row.max),
            isPerFlow ? text(row.median / 1_000) : "", row.allocations_per_flow.map { text($0) } ?? "",
            row.peer_ratio.map { text($0) } ?? "",
        ])
    }

    private static func line(_ cells: [String]) -> String {
        let widths = [32, 12, 12, 12, 12, 12, 12, 8]
        return zip(cells, widths).enumerated().map { column, cell in
            let padding = String(repeating: " ", count: Swift.max(1, cell.1 - cell.0.count))
            return column < 2 ? cell.0 + padding : padding + cell.0
        }.joined()
    }

    private static func text(_ value: Double) -> String {
        switch abs(value) {
        case 0: "0"
        case ..<0.01: String(format: "%.5f", value)
        case ..<10: String(format: "%.2f", value)
        case ..<1_000: String(format: "%.1f", value)
        default: String(format: "%.0f", value)
        }
    }
}
