import FlowCatalog
import FlowHistory
import FlowModel
import Foundation
import HistorySQL
import SQLiteRuntime
import Synchronization
import SyntheticTraffic

/// A store of a cluster's traffic, and the same flows in memory. Its files are gone with it.
final class Store: Sendable {
    let directory: String
    let catalog = FlowCatalog()
    let flows: [Flow]

    /// 2027-01-15T08:00:00Z
    static let start: UInt64 = 1_800_000_000_000_000_000

    /// - Parameters:
    ///   - start: time of the first flow; they come evenly, though a little out of order.
    ///   - change: to the flows, before they are stored.
    ///   - losses: to be stored with them.
    init(
        flows count: Int = 4_000, from start: UInt64 = Store.start, seconds: UInt64 = 3_600,
        losses: [LostEvent] = [], _ change: (inout [Flow], FlowCatalog) -> Void = { _, _ in }
    ) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "apus-sql-\(UUID())").path()
        let cluster = SyntheticCluster(pods: 60)
        var flows = SyntheticDirectory(cluster, catalog: catalog).flows(cluster, count: count)
        let peers = Self.internPeers(catalog)
        var random = SeededRandom(seed: 5)
        let step = seconds * 1_000_000_000 / UInt64(count)
        for index in flows.indices {
            flows[index].timeNanoseconds = start + UInt64(index) * step + .random(in: 0..<step * 20, using: &random)
            let isOutside = flows[index].unknownNames.destination == .addressNotInDirectory
            if isOutside, flows[index].destination.low & 7 < 4 {
                flows[index].destinationEndpoint = peers[Int(flows[index].destination.low & 3)]
            }
        }
        change(&flows, catalog)
        for index in flows.indices { flows[index].sequence = UInt64(index + 1) }
        self.flows = flows
        try write(losses)
    }

    private func write(_ losses: [LostEvent]) throws {
        var settings = HistorySettings(directory: directory)
        (settings.blockFlows, settings.partitionPeriod, settings.minimumFreeBytes) = (256, .seconds(1_200), nil)
        settings.nodeName = "node-a"
        var writer = try HistoryWriter(settings, catalog: catalog)
        for loss in losses { writer.append(loss: loss) }
        for start in stride(from: 0, to: flows.count, by: 700) {
            let batch = Array(flows[start..<min(start + 700, flows.count)])
            writer.append(batch.span)
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

    /// The store of this name, made unless a running test has it.
    static func shared(_ name: String, _ make: () throws -> Store) throws -> Store {
        try stores.withLock { stores in
            if let store = stores[name]?.store { return store }
            let store = try make()
            stores[name] = WeakStore(store: store)
            return store
        }
    }

    private static let stores = Mutex<[String: WeakStore]>([:])

    func rows(_ sql: String) throws -> [[SQLValue]] { try HistoryDatabase(directory: directory).rows(sql) }
    func numbers(_ sql: String) throws -> [Int64] { try HistoryDatabase(directory: directory).numbers(sql) }

    /// Sequences of the flows that are accepted.
    func sequences(_ accepts: (Flow) -> Bool) -> [Int64] { flows.filter(accepts).map { Int64($0.sequence) } }

    // MARK: What indices mean

    func endpoint(_ index: UInt32) -> Endpoint { catalog.endpoints[index] ?? Endpoint(identity: .unknown) }
    func rule(_ index: UInt32) -> RuleReference? { index == 0 ? nil : catalog.rules[index] }
    func name(_ index: UInt32) -> String { catalog.names[index] ?? "" }
}

private struct WeakStore { weak var store: Store? }

extension HistoryDatabase {
    /// The first column of all rows, which is a number.
    func numbers(_ sql: String) throws -> [Int64] {
        try rows(sql).map { if case .integer(let number) = $0[0] { number } else { -1 } }
    }

    func rows(_ sql: String, timeLimit: Duration = .seconds(60)) throws -> [[SQLValue]] {
        var answer = try answer(sql, timeLimit: timeLimit)
        var rows: [[SQLValue]] = []
        while let row = try answer.next() { rows.append(row) }
        return rows
    }
}

extension SQLValue {
    /// NULL for nothing.
    init(_ text: String?) { self = text.map { $0.isEmpty ? .null : .text($0) } ?? .null }
    init(_ number: some BinaryInteger) { self = .integer(Int64(number)) }

    /// As SQL would write it.
    var literal: String {
        switch self {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text):
            "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
        case .blob: "x''"
        }
    }
}
