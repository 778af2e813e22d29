/// A piece of text that is rendered once and copied into many lines: where it lies in its `FragmentText`.
struct Fragment: BitwiseCopyable {
    /// 0: not rendered yet, as no fragment begins there.
    var start: UInt32 = 0
    var count: UInt32 = 0

    var isRendered: Bool { start != 0 }
}

/// The text of one encoder's fragments, one behind the other.
struct FragmentText: Sendable {
    private var bytes: [UInt8] = Array(repeating: 0, count: 1 + ByteWriter.step)

    /// What fragments take at most, roughly: 16,000 endpoints of 500 bytes. An encoder that has met more starts again.
    static let capacity = 8 << 20

    var isFull: Bool { bytes.count > Self.capacity }

    mutating func append(_ render: (inout [UInt8]) -> Void) -> Fragment {
        // A fragment is copied in steps: behind the last one there is a step's room.
        bytes.removeLast(ByteWriter.step)
        let start = bytes.count
        render(&bytes)
        let fragment = Fragment(start: UInt32(start), count: UInt32(bytes.count - start))
        bytes.append(contentsOf: repeatElement(0, count: ByteWriter.step))
        return fragment
    }

    @inline(__always)
    func withPointer(_ body: (UnsafePointer<UInt8>) -> Void) {
        unsafe bytes.withUnsafeBufferPointer { buffer in unsafe body(buffer.baseAddress.unsafelyUnwrapped) }
    }
}

/// Fragments by number: an index of the catalog, or an enumeration's raw value.
///
/// A fragment is rendered when it is first asked for; then a look-up takes about a nanosecond and no lock.
struct FragmentTable: Sendable {
    /// Appends the text of a number; false if it means nothing yet, so that the text must not be kept.
    typealias Render = @Sendable (UInt32, inout [UInt8]) -> Bool

    private var fragments: [Fragment] = []
    private let render: Render

    init(_ render: @escaping Render) { self.render = render }

    @inline(__always)
    mutating func fragment(_ number: UInt32, in text: inout FragmentText) -> Fragment {
        if Int(number) < fragments.count && fragments[Int(number)].isRendered { return fragments[Int(number)] }
        return rendered(number, in: &text)
    }

    mutating func forget() { fragments.removeAll(keepingCapacity: true) }

    @inline(never)
    private mutating func rendered(_ number: UInt32, in text: inout FragmentText) -> Fragment {
        var isKept = false
        let fragment = text.append { isKept = render(number, &$0) }
        guard isKept else { return fragment }
        if Int(number) >= fragments.count {
            fragments.append(contentsOf: repeatElement(Fragment(), count: Int(number) + 1 - fragments.count))
        }
        fragments[Int(number)] = fragment
        return fragment
    }
}
