import FlowCatalog
import FlowHistory
import FlowModel
import Foundation
import HistoryFaults
import Testing

@Suite("An hour of load with bursts, while age and size make retention remove files and pods come and go")
struct EnduranceTests {
    @Test("holds the bytes, the memory and the time to disk, accounts for each flow, and readers see no gap")
    func hour() throws {
        let store = FaultStore(isInMemory: true)
        let settings = enduranceSettings(store.directory)
        let victim = try Victim(["load", store.directory])
        victim.waitForLines(1)
        var reader = try LoadReader(store.directory)
        while victim.isRunning {
            try reader.readOn()
            usleep(50_000)
        }
        let report = try JSONDecoder().decode(LoadReport.self, from: victim.waitForLastLine())
        try reader.readOn()

        #expect(reader.problems == [])
        #expect(reader.pages > 2)
        #expect(reader.last == report.produced)
        #expect(report.stored + report.lost == report.produced)
        #expect(try reader.flows() + report.expired == report.stored)
        #expect(report.expired > report.stored / 2)
        #expect(report.failures == 0)
        #expect(report.mostLagMilliseconds < 1_000)
        // The shared memory of the logs is not counted: 32 KiB each of the catalog, the live and a just sealed partition.
        #expect(report.mostBytes <= (settings.maximumBytes ?? 0) + 3 << 15)
        // Names stay. All else that an hour leaves is what malloc keeps.
        let names = UInt64(report.pods - report.podsAtHalf) * 1_024
        #expect(report.residentAtEnd <= report.residentAtHalf + names + 2 << 20)
        #expect(report.catalogBytes <= UInt64(report.pods) * 300)
    }
}

/// A process beside the writer that pages down from the newest flow again and again, and follows from the first one.
private struct LoadReader: ~Copyable {
    private let catalog = FlowCatalog()
    private var reader: HistoryReader
    private var following: HistoryCursor
    private(set) var last: UInt64 = 0
    private(set) var pages = 0
    private(set) var followed = 0
    private(set) var problems: [String] = []

    init(_ directory: String) throws(HistoryError) {
        reader = try HistoryReader(directory: directory, catalog: catalog)
        following = reader.cursor(order: .ascending)
    }

    mutating func readOn() throws(HistoryError) {
        while let flows = try reader.next(&following) {
            let oldest = try reader.extent().sequences?.lowerBound ?? 0
            for flow in flows {
                // Who is overtaken by retention goes on with the oldest flow that is left.
                if flow.sequence <= last || Self.before(flow.sequence) > last && Self.before(flow.sequence) >= oldest {
                    note("flow \(flow.sequence) follows \(last), and \(oldest) is the oldest")
                }
                check(flow)
                last = flow.sequence
                followed += 1
            }
        }
        try pageDown()
    }

    private mutating func pageDown() throws(HistoryError) {
        var cursor = reader.cursor(order: .descending)
        var above: UInt64?
        while let flows = try reader.next(&cursor) {
            for flow in flows {
                if let above, flow.sequence != Self.before(above) { note("flow \(flow.sequence) lies below \(above)") }
                above = flow.sequence
            }
            if let flow = flows.first { check(flow) }
        }
        if cursor.damagedBlocks > 0 { note("damage") }
        pages += 1
    }

    /// The sequence of the flow before, which was not lost.
    private static func before(_ sequence: UInt64) -> UInt64 {
        var before = sequence - 1
        while SimulatedLoad.isLost(before) { before -= 1 }
        return before
    }

    private mutating func check(_ flow: Flow) {
        if flow.bytes != SimulatedLoad.mark(flow.sequence) { note("flow \(flow.sequence) is another") }
        let pod = catalog.endpoints[flow.sourceEndpoint]?.podName ?? ""
        if !pod.hasSuffix("-\(flow.sourceEndpoint)") { note("flow \(flow.sequence) is of pod '\(pod)'") }
    }

    private mutating func note(_ problem: String) {
        if problems.count < 5 { problems.append(problem) }
    }

    mutating func flows() throws(HistoryError) -> UInt64 { try reader.extent().flows }
}
