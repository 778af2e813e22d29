/// Writes the lanes of one group of columns (`BlockFormat`). Keeps its scratch memory.
struct ColumnEncoder {
    enum Coding {
        /// Whatever takes the least room.
        case any
        /// Numbers of a table's rows: no dictionary could make them smaller, and queries look for some of them.
        case index
        /// Values that rise steadily.
        case ramp
    }

    private var dictionary = LaneDictionary()
    /// What the values of a ramp lie above its line.
    private var deviations: [UInt64] = []
    var words: [UInt64] = []

    mutating func begin(_ group: BlockGroup, flows: Int, tables: (Int, Int) = (0, 0), owner: UInt64 = 0) {
        words.removeAll(keepingCapacity: true)
        words.append(BlockFormat.version | UInt64(group.rawValue) << 8 | UInt64(flows) << 16)
        words.append(0)
        words.append(UInt64(tables.0) | UInt64(tables.1) << 32)
        words.append(owner)
    }

    mutating func finish() {
        words.append(0)
        words[0] |= UInt64(words.count) << 40
        words[1] = BlockFormat.checksum(words.span)
    }

    mutating func append(_ values: Span<UInt64>, _ coding: Coding = .any) {
        if coding == .ramp { return appendRamp(values) }
        let (least, most) = Self.extent(values)
        let width = BlockFormat.width(most &- least)
        if width == 0 { return appendConstant(least) }
        if coding == .any, width > 3, dictionary.build(values, valueWidth: width) {
            return appendDictionary(base: least, entryWidth: width, count: values.count)
        }
        if coding == .index {
            let packing = WholePacking(width: BlockFormat.width(most))
            appendDescriptor(.whole, width: packing.width)
            return packing.append(values, to: &words)
        }
        appendDescriptor(.packed, width: width)
        words.append(least)
        BitPacking.append(values, minus: least, width: width, to: &words)
    }

    /// A line from the first to the last value, and what the values lie above it.
    private mutating func appendRamp(_ values: Span<UInt64>) {
        let first = values[0]
        let rise = Int64(bitPattern: values[values.count - 1] &- first)
        let slope = values.count > 1 ? UInt64(bitPattern: rise / Int64(values.count - 1)) : 0
        let base = Self.deviations(values, first, slope, into: &deviations)
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

    /// Returns the least deviation, as a signed number.
    @inline(never)
    private static func deviations(
        _ values: Span<UInt64>, _ first: UInt64, _ slope: UInt64, into deviations: inout [UInt64]
    ) -> UInt64 {
        if deviations.count > values.count { deviations.removeLast(deviations.count - values.count) }
        if deviations.count < values.count {
            deviations.append(contentsOf: repeatElement(0, count: values.count - deviations.count))
        }
        var target = deviations.mutableSpan
        var least = Int64.max
        var line = first
        for row in 0..<values.count {
            let above = values[row] &- line
            target[row] = above
            least = min(least, Int64(bitPattern: above))
            line &+= slope
        }
        return UInt64(bitPattern: least)
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
