import FlowModel

/// Packs flows into a block (`BlockFormat`). Keeps its scratch memory: about 0.8 MiB for blocks of 4,096.
struct BlockEncoder {
    /// Lanes lie `stride` apart; one more line than rows, so that they do not all fall into the same cache set.
    private let stride: Int
    private var lanes: [UInt64]
    private var dictionary = LaneDictionary()
    /// What the values of a ramp lie above its line.
    private var deviations: [UInt64] = []
    private(set) var words: [UInt64] = []

    init(blockFlows: Int) {
        stride = blockFlows + 8
        lanes = Array(repeating: 0, count: stride * Lane.count)
        words.reserveCapacity(blockFlows * 4)
    }

    /// The block of 1 to `blockFlows` flows is then in `words`.
    mutating func encode(_ flows: Span<Flow>) {
        transpose(flows)
        words.removeAll(keepingCapacity: true)
        words.append(BlockFormat.version | UInt64(Lane.count) << 8 | UInt64(flows.count) << 16)
        words.append(0)
        let lanes = lanes
        for lane in Lane.allCases {
            let start = lane.rawValue * stride
            let values = lanes.span.extracting(start..<start + flows.count)
            if lane == .sequence || lane == .time { encodeRamp(values) } else { encode(values) }
        }
        words.append(0)
        words[1] = BlockFormat.checksum(words.span)
    }

    @inline(never)
    private mutating func transpose(_ flows: Span<Flow>) {
        let stride = stride
        var lanes = lanes.mutableSpan
        for row in 0..<flows.count { FlowLanes.write(flows[row], row: row, stride: stride, to: &lanes) }
    }

    private mutating func encode(_ values: Span<UInt64>) {
        let (least, most) = Self.extent(values)
        let width = BlockFormat.width(most &- least)
        if width == 0 { return appendConstant(least) }
        if width > 3, dictionary.build(values, valueWidth: width) {
            return appendDictionary(base: least, entryWidth: width, count: values.count)
        }
        appendDescriptor(.packed, width: width)
        words.append(least)
        BitPacking.append(values, minus: least, width: width, to: &words)
    }

    /// A line from the first to the last value, and what the values lie above it.
    private mutating func encodeRamp(_ values: Span<UInt64>) {
        let first = values[0]
        let rise = Int64(bitPattern: values[values.count - 1] &- first)
        let slope = values.count > 1 ? UInt64(bitPattern: rise / Int64(values.count - 1)) : 0
        deviations.removeAll(keepingCapacity: true)
        var least = Int64.max
        for row in 0..<values.count {
            let above = values[row] &- first &- slope &* UInt64(row)
            deviations.append(above)
            least = min(least, Int64(bitPattern: above))
        }
        let base = UInt64(bitPattern: least)
        let deviations = deviations
        let width = Self.width(deviations.span, minus: base)
        appendDescriptor(.ramp, width: width)
        words.append(first &+ base)
        words.append(slope)
        if width > 0 { BitPacking.append(deviations.span, minus: base, width: width, to: &words) }
    }

    private mutating func appendConstant(_ value: UInt64) {
        appendDescriptor(value == 0 ? .zero : .constant, width: 0)
        if value != 0 { words.append(value) }
    }

    private mutating func appendDictionary(base: UInt64, entryWidth: Int, count: Int) {
        // Held for this call only, so that the dictionary's arrays are not copied when it is built again.
        let (entries, indices) = (dictionary.entries, dictionary.indices)
        let entryCount = dictionary.entryCount
        let indexWidth = dictionary.indexWidth
        appendDescriptor(.dictionary, width: indexWidth, entryWidth: entryWidth, entries: entryCount)
        words.append(base)
        BitPacking.append(entries.span.extracting(first: entryCount), minus: base, width: entryWidth, to: &words)
        BitPacking.append(indices.span.extracting(first: count), minus: 0, width: indexWidth, to: &words)
    }

    private mutating func appendDescriptor(
        _ encoding: BlockFormat.Encoding, width: Int, entryWidth: Int = 0, entries: Int = 0
    ) {
        words.append(
            UInt64(encoding.rawValue) | UInt64(width) << 8 | UInt64(entryWidth) << 16 | UInt64(entries) << 32)
    }

    @inline(never)
    private static func extent(_ values: Span<UInt64>) -> (least: UInt64, most: UInt64) {
        var least = UInt64.max
        var most: UInt64 = 0
        for index in 0..<values.count {
            let value = values[index]
            least = min(least, value)
            most = max(most, value)
        }
        return (least, most)
    }

    @inline(never)
    private static func width(_ values: Span<UInt64>, minus base: UInt64) -> Int {
        var bits: UInt64 = 0
        for index in 0..<values.count { bits |= values[index] &- base }
        return BlockFormat.width(bits)
    }
}
