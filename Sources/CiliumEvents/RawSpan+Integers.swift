extension RawSpan {
    /// The number at the offset, in host order; nil unless all of it lies within the span.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: Number.Type = Number.self)
        -> Number?
    {
        guard offset >= 0, offset <= byteCount - MemoryLayout<Number>.size else { return nil }
        return unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    }

    /// The number at the offset, in network order.
    func networkNumber<Number: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, as type: Number.Type = Number.self
    ) -> Number? {
        number(offset, as: type).map { Number(bigEndian: $0) }
    }
}
