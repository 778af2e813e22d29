import FlowCatalog
import FlowHistory
import FlowModel
import Foundation
import HistorySQL
import SQLiteRuntime
import SyntheticTraffic

/// A store of a cluster's traffic over some minutes, and the same flows in memory.
final class Store: Sendable {
    let directory: String
    let catalog = FlowCatalog()
    let flows: [Flow]

    /// 2027-01-15T08:00:00Z
    static let start: UInt64 = 1_800_000_000_000_000_000

    /// - Parameters:
    ///   - seconds: over which the flows are spread, a little out of order.
    ///   - change: to the flows, before they are stored.
    init(
        flows count: Int = 6_000, seconds: UInt64 = 3_600, blockFlows: Int = 512,
        _ change: (inout [Flow], FlowCatalog) -> Void = { _, _ in }
    ) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "apus-sql-\(UUID())").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let cluster = SyntheticCluster(pods: 60)
        let peers = Self.internPeers(catalog)
        var flows = SyntheticDirectory(cluster, catalog: catalog).flows(cluster, count: count)
        var random = SeededRandom(seed: 5)
        let step = seconds * 1_000_000_000 / UInt64(count)
        for index in flows.indices {
            flows[index].sequence = UInt64(index + 1)
            flows[index].timeNanoseconds =
                Self.start + UInt64(index) * step + .random(in: 0..<step * 20, using: &random)
            // Addresses of the outside world have names here.
            if flows[index].destinationEndpoint == 0, flows[index].destination.isV4 {
                flows[index].destinationEndpoint = peers[Int(flows[index].destination.low & 3)]
            }
        }
        change(&flows, catalog)
        self.flows = flows
        var settings = HistorySettings(directory: directory)
        (settings.blockFlows, settings.partitionPeriod, settings.minimumFreeBytes) = (blockFlows, .seconds(1_200), nil)
        settings.nodeName = "node-a"
        var writer = try HistoryWriter(settings, catalog: catalog)
        for start in stride(from: 0, to: flows.count, by: 700) {
            writer.append(flows[start..<min(start + 700, flows.count)].span)
            try writer.commit()
        }
        try writer.close()
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private static func internPeers(_ catalog: FlowCatalog) -> [UInt32] {
        (0..<4).map { number in
            catalog.endpoints.intern(
                Endpoint(
                    identity: .world, labels: ["reserved:world"], dnsNames: ["site-\(number).example", "www.example"]))
        }
    }

    /// All rows of a statement.
    func rows(_ sql: String, timeLimit: Duration = .seconds(60)) throws -> [[SQLValue]] {
        try HistoryDatabase(directory: directory).rows(sql, timeLimit: timeLimit)
    }

    /// The first column of all rows, which is a number.
    func numbers(_ sql: String) throws -> [Int64] {
        try rows(sql).map { if case .integer(let number) = $0[0] { number } else { -1 } }
    }

    // MARK: What indices mean

    func endpoint(_ index: UInt32) -> Endpoint { catalog.endpoints[index] ?? Endpoint(identity: .unknown) }
    func service(_ index: UInt32) -> ServiceReference { catalog.services[index]! }
    func rule(_ index: UInt32) -> RuleReference { catalog.rules[index]! }
    func name(_ index: UInt32) -> String { catalog.names[index] ?? "" }
}

extension HistoryDatabase {
    func rows(_ sql: String, timeLimit: Duration = .seconds(60)) throws -> [[SQLValue]] {
        var answer = try answer(sql, timeLimit: timeLimit)
        var rows: [[SQLValue]] = []
        while let row = try answer.next() { rows.append(row) }
        return rows
    }
}
