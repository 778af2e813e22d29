import FlowCatalog
import FlowModel
import FlowWire
import HubbleMessages
import SwiftProtobuf
import SyntheticTraffic

/// A flow as protobuf, and the same message built and written by SwiftProtobuf.
enum ProtobufBenchmarks {
    private static let rounds = 10
    private static let baselineFlows = 2_000

    static let groups = [
        BenchmarkGroup(name: "encode.protobuf") {
            let whole = encode(.all)
            let masked = encode(EncodingBenchmarks.compactFields)
            return [
                Reading("encode.protobuf", "ns/flow", whole.nanoseconds, allocationsPerFlow: whole.allocations),
                Reading(
                    "encode.protobuf.masked", "ns/flow", masked.nanoseconds, allocationsPerFlow: masked.allocations),
                Reading("encode.protobuf.swiftprotobuf", "ns/flow", try baseline()),
            ]
        }
    ]

    /// A flow's cost.
    private static func encode(_ mask: FlowFieldMask) -> ThreadMeter.Cost {
        var encoder = FlowProtobufEncoder(EncodingBenchmarks.context(), mask: mask)
        var buffer: [UInt8] = []
        buffer.reserveCapacity(1 << 20)
        encode(Workload.flows, &encoder, &buffer)
        let cost = ThreadMeter.measure { for _ in 0..<rounds { encode(Workload.flows, &encoder, &buffer) } }
        let count = Double(Workload.flows.count * rounds)
        return .init(nanoseconds: cost.nanoseconds / count, allocations: cost.allocations / count)
    }

    @inline(never)
    private static func encode(_ flows: [Flow], _ encoder: inout FlowProtobufEncoder, _ buffer: inout [UInt8]) {
        for index in flows.indices {
            if index & 255 == 0 { buffer.removeAll(keepingCapacity: true) }
            encoder.append(flows[index], to: &buffer)
        }
    }

    private static func baseline() throws -> Double {
        let flows = Workload.flows.prefix(baselineFlows)
        let builder = ProtobufBaseline(Workload.directory.catalog)
        var bytes = 0
        let cost = try ThreadMeter.measure {
            for flow in flows {
                let message: [UInt8] = try builder.response(flow).serializedBytes()
                bytes += message.count
            }
        }
        precondition(bytes > 400 * flows.count, "the messages hold what ours do")
        return cost.nanoseconds / Double(flows.count)
    }
}
