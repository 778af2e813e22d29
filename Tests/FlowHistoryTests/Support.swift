import FlowCatalog
import FlowModel
import Foundation

@testable import FlowHistory

/// A directory of its own that is gone after the test.
final class TemporaryStore: Sendable {
    let directory: String

    init() {
        directory = FileManager.default.temporaryDirectory.appending(path: "apus-history-\(UUID())").path()
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var catalog: String { directory + "/history.sqlite" }

    /// The file of the newest partition.
    var database: String { StoreFile.partitionPath(directory, StoreFile.partitions(directory).last ?? 1) }

    func settings(_ change: (inout HistorySettings) -> Void = { _ in }) -> HistorySettings {
        var settings = HistorySettings(directory: directory)
        // On a busy machine a checkpoint may hold the writer up for long.
        settings.busyTimeout = .seconds(20)
        settings.minimumFreeBytes = nil
        change(&settings)
        return settings
    }

    /// The files as they are now, in another directory: what a power cut, or SIGKILL, would leave.
    func cut() throws -> TemporaryStore {
        let copy = TemporaryStore()
        for name in try FileManager.default.contentsOfDirectory(atPath: directory)
        where name.hasSuffix(".sqlite") || name.hasSuffix("-wal") {
            try FileManager.default.copyItem(atPath: directory + "/" + name, toPath: copy.directory + "/" + name)
        }
        return copy
    }
}

/// SplitMix64: the same flows for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

extension Flow {
    /// All fields, written down independently of the store.
    var fields: [UInt64] {
        [
            timeNanoseconds, sequence, source.high, source.low, destination.high, destination.low, bytes,
            UInt64(packets),
            UInt64(sourceIdentity), UInt64(destinationIdentity), UInt64(sourceEndpoint), UInt64(destinationEndpoint),
            UInt64(sourceService), UInt64(destinationService), UInt64(rule), UInt64(interfaceIndex),
            UInt64(interfaceName), UInt64(networkNamespace), UInt64(kernelFunction), UInt64(kernelReason),
            UInt64(sourcePort), UInt64(destinationPort), UInt64(dropReason.rawValue), UInt64(cpu),
            UInt64(ipProtocol.rawValue), UInt64(tcpFlags.rawValue), UInt64(icmpType), UInt64(icmpCode),
            UInt64(kind.rawValue), UInt64(verdict.rawValue), UInt64(direction.rawValue),
            UInt64(observationPoint.rawValue), UInt64(traceReason.rawValue), UInt64(policyMatchType.rawValue),
            UInt64(attributes.rawValue), UInt64(unknownNames.source.rawValue),
            UInt64(unknownNames.destination.rawValue),
        ]
    }

    /// Every field anything at all.
    static func wild(_ sequence: UInt64, _ random: inout SeededGenerator) -> Flow {
        var flow = Flow()
        func any<Number: FixedWidthInteger>(_: Number.Type) -> Number {
            .random(in: Number.min...Number.max, using: &random)
        }
        flow.sequence = sequence
        flow.timeNanoseconds = any(UInt64.self)
        flow.source = IPAddress(high: any(UInt64.self), low: any(UInt64.self))
        flow.destination = IPAddress(high: any(UInt64.self), low: any(UInt64.self))
        flow.bytes = any(UInt64.self)
        flow.packets = any(UInt32.self)
        (flow.sourceIdentity, flow.destinationIdentity) = (any(UInt32.self), any(UInt32.self))
        (flow.sourceEndpoint, flow.destinationEndpoint) = (any(UInt32.self), any(UInt32.self))
        (flow.sourceService, flow.destinationService) = (any(UInt32.self), any(UInt32.self))
        (flow.rule, flow.networkNamespace) = (any(UInt32.self), any(UInt32.self))
        (flow.interfaceIndex, flow.interfaceName) = (any(UInt32.self), any(UInt32.self))
        (flow.kernelFunction, flow.kernelReason) = (any(UInt32.self), any(UInt32.self))
        (flow.sourcePort, flow.destinationPort, flow.cpu) = (any(UInt16.self), any(UInt16.self), any(UInt16.self))
        flow.dropReason = DropReason(rawValue: any(UInt16.self))
        flow.ipProtocol = IPProtocol(rawValue: any(UInt8.self))
        flow.tcpFlags = TCPFlags(rawValue: any(UInt8.self))
        (flow.icmpType, flow.icmpCode) = (any(UInt8.self), any(UInt8.self))
        flow.kind = FlowKind(rawValue: any(UInt8.self))
        flow.verdict = Verdict(rawValue: any(UInt8.self))
        flow.direction = TrafficDirection(rawValue: any(UInt8.self))
        flow.observationPoint = ObservationPoint(rawValue: any(UInt8.self))
        flow.traceReason = TraceReason(rawValue: any(UInt8.self))
        flow.policyMatchType = PolicyMatchType(rawValue: any(UInt8.self))
        flow.attributes = FlowAttributes(rawValue: any(UInt8.self))
        flow.unknownNames.source = UnknownNames.Reason.allCases.randomElement(using: &random) ?? .none
        flow.unknownNames.destination = UnknownNames.Reason.allCases.randomElement(using: &random) ?? .none
        return flow
    }

    /// What a cluster might send: one flow each 10 µs, times of two CPUs slightly out of order, one drop in sixteen.
    static func likely(_ sequence: UInt64, _ random: inout SeededGenerator) -> Flow {
        var flow = Flow()
        flow.sequence = sequence
        flow.timeNanoseconds = startNanoseconds + sequence * 10_000 + .random(in: 0..<40_000, using: &random)
        let pods = (UInt32.random(in: 1...200, using: &random), UInt32.random(in: 1...200, using: &random))
        flow.source = IPAddress(v4: 0x0a00_0000 + pods.0)
        flow.destination = IPAddress(v4: 0x0a00_0000 + pods.1)
        (flow.sourceEndpoint, flow.destinationEndpoint) = pods
        (flow.sourceIdentity, flow.destinationIdentity) = (20_000 + pods.0 / 4, 20_000 + pods.1 / 4)
        flow.sourcePort = .random(in: 32_768...60_999, using: &random)
        flow.destinationPort = [80, 443, 5432, 8080].randomElement(using: &random) ?? 80
        flow.bytes = .random(in: 40...1500, using: &random)
        flow.packets = 1
        flow.cpu = .random(in: 0..<2, using: &random)
        flow.ipProtocol = .tcp
        flow.tcpFlags = [.ack]
        flow.attributes = [.ip, .layer4, .replyKnown]
        flow.kind = .trace
        flow.verdict = .forwarded
        if UInt8.random(in: 0..<16, using: &random) == 0 {
            (flow.kind, flow.verdict, flow.dropReason) = (.drop, .dropped, .policyDenied)
        }
        return flow
    }

    static let startNanoseconds: UInt64 = 1_800_000_000_000_000_000
}

extension ColumnFilter {
    /// Flows of these verdicts.
    static func verdicts(_ verdicts: Verdict...) -> ColumnFilter {
        ColumnFilter(anyOf: [ColumnConditions(facts: [verdicts.map { .verdict($0) }])])
    }
}

/// `count` likely flows from a sequence on.
func likelyFlows(_ count: Int, from sequence: UInt64 = 1, seed: UInt64 = 1) -> [Flow] {
    var random = SeededGenerator(seed: seed &+ sequence)
    return (0..<UInt64(count)).map { Flow.likely(sequence + $0, &random) }
}

extension HistoryWriter {
    mutating func append(_ flows: [Flow]) { append(flows.span) }
    mutating func append(_ flows: ArraySlice<Flow>) { append(flows.span) }
}

/// All flows of the store's query, batch by batch.
func readAll(_ reader: inout HistoryReader, _ cursor: inout HistoryCursor) throws -> [Flow] {
    var flows: [Flow] = []
    while let batch = try reader.next(&cursor) { flows += batch }
    return flows
}

func readAll(_ store: TemporaryStore, catalog: FlowCatalog? = nil) throws -> [Flow] {
    var reader = try HistoryReader(directory: store.directory, catalog: catalog)
    var cursor = reader.cursor(order: .ascending)
    return try readAll(&reader, &cursor)
}
