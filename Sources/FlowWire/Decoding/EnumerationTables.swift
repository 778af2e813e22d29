import FlowModel

/// The names of Hubble's enumerations that a flow holds, by number. A name that is not known counts as unset.
struct EnumerationTables: Sendable {
    let verdicts = Self.table(Verdict.names)
    let directions = Self.table(TrafficDirection.names)
    let traceReasons = Self.table(TraceReason.names)
    let dropReasons = NameTable(
        (UInt8(1)...UInt8.max).compactMap { number in
            DropReason(rawValue: UInt16(number)).name.map { (name: $0, number: number) }
        })
    let points = NameTable(
        (UInt8(0)...UInt8.max).compactMap { number in
            ObservationPoint(rawValue: number).name.map { (name: $0, number: number) }
        })

    private static func table(_ names: [String]) -> NameTable {
        NameTable(names.enumerated().map { (name: $0.element, number: UInt8($0.offset)) })
    }
}

extension JSONScanner {
    /// An enumeration's value, by name or by number; 0 for a name that is not known.
    @inline(__always)
    mutating func enumeration(_ line: Span<UInt8>, _ names: NameTable) throws(JSONFailure) -> UInt64 {
        guard try isText(line) else { return try number(line) }
        return UInt64(names[line, try string(line)])
    }
}
