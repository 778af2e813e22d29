import FlowCatalog
import FlowModel
import FlowWire
import Foundation
import SyntheticTraffic

/// A flow as a line of JSON, and the same line by Foundation's encoder.
enum EncodingBenchmarks {
    private static let rounds = 10
    private static let baselineFlows = 2_000

    static let groups = [
        BenchmarkGroup(name: "encode.json") {
            let whole = encode(.all)
            let masked = encode(compactFields)
            return [
                Reading("encode.json", "ns/flow", whole.nanoseconds, allocationsPerFlow: whole.allocations),
                Reading("encode.json.masked", "ns/flow", masked.nanoseconds, allocationsPerFlow: masked.allocations),
                Reading("encode.json.foundation", "ns/flow", try baseline()),
            ]
        }
    ]

    /// What Hubble's command line asks for when it prints text.
    static let compactFields: FlowFieldMask = {
        let sides: EndpointFieldMask = [.identity, .namespace, .podName]
        return [
            .time, .verdict, .ip, .layer4, sides.asSource, sides.asDestination, .type, .nodeName, .eventType,
            .sourceService, .destinationService, .isReply, .summary,
        ]
    }()

    static func context(_ catalog: FlowCatalog = Workload.directory.catalog) -> FlowJSONContext {
        FlowJSONContext(
            catalog: catalog, nodeName: "bench", version: "0",
            storeID: Array(repeating: 0xa9, count: 16))
    }

    /// A flow's cost.
    private static func encode(_ mask: FlowFieldMask) -> ThreadMeter.Cost {
        var encoder = FlowJSONEncoder(context(), mask: mask)
        var buffer: [UInt8] = []
        buffer.reserveCapacity(1 << 20)
        encode(Workload.flows, &encoder, &buffer)
        let cost = ThreadMeter.measure { for _ in 0..<rounds { encode(Workload.flows, &encoder, &buffer) } }
        let count = Double(Workload.flows.count * rounds)
        return .init(nanoseconds: cost.nanoseconds / count, allocations: cost.allocations / count)
    }

    @inline(never)
    private static func encode(_ flows: [Flow], _ encoder: inout FlowJSONEncoder, _ buffer: inout [UInt8]) {
        for index in flows.indices {
            if index & 255 == 0 { buffer.removeAll(keepingCapacity: true) }
            encoder.append(flows[index], to: &buffer)
        }
    }

    /// The flows' own lines, read into equal values and written again.
    private static func baseline() throws -> Double {
        var encoder = FlowJSONEncoder(context())
        let decoder = JSONDecoder()
        let lines = try Workload.flows.prefix(baselineFlows).map { flow in
            var line: [UInt8] = []
            encoder.append(flow, to: &line)
            return try decoder.decode(BaselineLine.self, from: Data(line))
        }
        let foundation = JSONEncoder()
        var bytes = 0
        let cost = try ThreadMeter.measure {
            for line in lines { bytes += try foundation.encode(line).count }
        }
        return cost.nanoseconds / Double(lines.count)
    }
}
