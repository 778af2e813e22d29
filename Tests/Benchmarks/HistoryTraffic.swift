import FlowModel
import Foundation
import SyntheticTraffic

/// What a store is filled with: the synthetic cluster's flows over and over, replies with their ends exchanged, at
/// times that are as irregular as arrivals are.
struct HistoryTraffic {
    /// Flows in an hour: 50 million are twenty.
    static let flowsPerHour = 2_500_000
    static let startNanoseconds: UInt64 = 1_800_000_000_000_000_000

    private let source: [Flow]
    /// Between two flows, nanoseconds; exponentially distributed.
    private let gaps: [UInt64]
    private var time = Self.startNanoseconds

    init(_ flows: [Flow]) {
        precondition(flows.count == 65_536, "positions are masked")
        source = flows.map { $0.attributes.contains(.isReply) ? Self.exchanged($0) : $0 }
        var random = SeededRandom(seed: 7)
        let mean = 3_600e9 / Double(Self.flowsPerHour)
        gaps = (0..<65_537).map { _ in UInt64(-log(1 - Double.random(in: 0..<1, using: &random)) * mean) }
    }

    /// The next flows, from a sequence on.
    mutating func fill(_ buffer: inout [Flow], from sequence: UInt64, count: Int) {
        buffer.removeAll(keepingCapacity: true)
        for offset in 0..<count {
            let position = Int(sequence) + offset
            var flow = source[position & 65_535]
            time += gaps[position % gaps.count]
            (flow.sequence, flow.timeNanoseconds) = (UInt64(position), time)
            buffer.append(flow)
        }
    }

    private static func exchanged(_ flow: Flow) -> Flow {
        var reply = flow
        (reply.source, reply.destination) = (flow.destination, flow.source)
        (reply.sourcePort, reply.destinationPort) = (flow.destinationPort, flow.sourcePort)
        (reply.sourceIdentity, reply.destinationIdentity) = (flow.destinationIdentity, flow.sourceIdentity)
        (reply.sourceEndpoint, reply.destinationEndpoint) = (flow.destinationEndpoint, flow.sourceEndpoint)
        (reply.sourceService, reply.destinationService) = (flow.destinationService, flow.sourceService)
        return reply
    }
}
