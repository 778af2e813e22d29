import FlowModel

/// The fields of flows, a column each, as they are before a block's tables are made of them.
enum FlowColumn: Int, CaseIterable {
    case shape, marks, services, rule, kernel
    case sourceHigh, sourceLow, sourceEntity, destinationHigh, destinationLow, destinationEntity
    case lowPort, highPort
    case sequence, time, bytes, packets, interface, networkNamespace, cpu
    /// Zeros, where a tuple has two words only.
    case nothing
}

/// Columns side by side in one array: column `c` of row `r` stands at `c * stride + r`.
struct FlowColumns {
    /// A little more than rows, so that the columns do not all fall into the same cache set.
    private let stride: Int
    private(set) var values: [UInt64]

    init(capacity: Int) {
        stride = capacity + 8
        values = Array(repeating: 0, count: stride * FlowColumn.allCases.count)
    }

    /// Where a column's first `count` rows stand in `values`.
    func range(_ column: FlowColumn, _ count: Int) -> Range<Int> {
        column.rawValue * stride..<column.rawValue * stride + count
    }

    @inline(never)
    mutating func fill(_ flows: Span<Flow>) {
        let stride = stride
        var values = values.mutableSpan
        for row in 0..<flows.count { Self.write(flows[row], row: row, stride: stride, to: &values) }
    }

    @inline(__always)
    private static func write(_ flow: Flow, row: Int, stride: Int, to values: inout MutableSpan<UInt64>) {
        func pair(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(low) | UInt64(high) << 32 }
        func put(_ column: FlowColumn, _ value: UInt64) { values[column.rawValue &* stride &+ row] = value }
        put(.shape, FlowBits.shape(flow))
        put(.marks, FlowBits.marks(flow))
        put(.services, pair(flow.sourceService, flow.destinationService))
        put(.rule, UInt64(flow.rule))
        put(.kernel, pair(flow.kernelFunction, flow.kernelReason))
        put(.sourceHigh, flow.source.high)
        put(.sourceLow, flow.source.low)
        put(.sourceEntity, pair(flow.sourceIdentity, flow.sourceEndpoint))
        put(.destinationHigh, flow.destination.high)
        put(.destinationLow, flow.destination.low)
        put(.destinationEntity, pair(flow.destinationIdentity, flow.destinationEndpoint))
        put(.lowPort, UInt64(min(flow.sourcePort, flow.destinationPort)))
        put(.highPort, UInt64(max(flow.sourcePort, flow.destinationPort)))
        put(.sequence, flow.sequence)
        put(.time, flow.timeNanoseconds)
        put(.bytes, flow.bytes)
        put(.packets, UInt64(flow.packets))
        put(.interface, pair(flow.interfaceIndex, flow.interfaceName))
        put(.networkNamespace, UInt64(flow.networkNamespace))
        put(.cpu, UInt64(flow.cpu))
    }
}
