import FlowModel
import SQLiteRuntime

/// What is known of a block without decoding it.
struct ZoneMap {
    var firstSequence: UInt64
    var lastSequence: UInt64
    var minimumTime: UInt64
    var maximumTime: UInt64
    var flowCount: Int
    /// Bit (raw value modulo 64) for each value that occurs.
    var verdictBits: UInt64
    var kindBits: UInt64

    /// - Parameter flows: at least one, with rising sequences.
    init(_ flows: Span<Flow>) {
        firstSequence = flows[0].sequence
        lastSequence = flows[flows.count - 1].sequence
        flowCount = flows.count
        var times = (least: UInt64.max, most: UInt64(0))
        var bits = (verdict: UInt64(0), kind: UInt64(0))
        for index in 0..<flows.count {
            times.least = min(times.least, flows[index].timeNanoseconds)
            times.most = max(times.most, flows[index].timeNanoseconds)
            bits.verdict |= 1 &<< UInt64(flows[index].verdict.rawValue & 63)
            bits.kind |= 1 &<< UInt64(flows[index].kind.rawValue & 63)
        }
        (minimumTime, maximumTime) = times
        (verdictBits, kindBits) = bits
    }

    /// Binds the columns `first_sequence` to `kind_bits`, in the order that `blocks` and `tail` have them, from 1 on.
    func bind(to statement: inout Statement) {
        statement.bind(Int64(storable: firstSequence), at: 1)
        statement.bind(Int64(storable: lastSequence), at: 2)
        statement.bind(Int64(storable: minimumTime), at: 3)
        statement.bind(Int64(storable: maximumTime), at: 4)
        statement.bind(Int64(flowCount), at: 5)
        statement.bind(Int64(bitPattern: verdictBits), at: 6)
        statement.bind(Int64(bitPattern: kindBits), at: 7)
    }
}

extension Int64 {
    /// SQLite's integers are signed. Numbers beyond their range (sequences and times never reach it honestly) are
    /// held to it: as bounds of a block, and of a query, they still compare right.
    init(storable value: UInt64) { self = Int64(clamping: value) }
}
