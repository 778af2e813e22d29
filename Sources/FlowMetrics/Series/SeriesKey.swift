/// What a series is told apart by within its table.
struct SeriesKey: Hashable, BitwiseCopyable, Sendable {
    var sides: SideClasses
    /// The metric's own labels, packed as its `OwnLabel`s say.
    var own: UInt64

    static func == (left: SeriesKey, right: SeriesKey) -> Bool {
        left.sides.word == right.sides.word && left.own == right.own
    }

    /// Good in its low bits.
    var mixed: UInt64 {
        // The upper half of the product, too, so that no bit of the labels is lost.
        let product = (sides.word &* 0x9e37_79b9_7f4a_7c15 ^ own).multipliedFullWidth(by: 0xc2b2_ae3d_27d4_eb4f)
        return product.high ^ product.low
    }
}

/// The classes of both sides, and the direction where it is a label.
///
/// ```
///   63 62 61       60 59           30 29            0
///  ┌─────┬───────────┬───────────────┬───────────────┐
///  │     │ direction │ source        │ destination   │
///  └─────┴───────────┴───────────────┴───────────────┘
/// ```
struct SideClasses: Hashable, BitwiseCopyable, Sendable {
    var word: UInt64

    init(source: UInt32, destination: UInt32, direction: UInt8) {
        word = UInt64(direction & 3) << 60 | UInt64(source) << 30 | UInt64(destination)
    }

    var source: UInt32 { UInt32(truncatingIfNeeded: word >> 30) & Self.mask }
    var destination: UInt32 { UInt32(truncatingIfNeeded: word) & Self.mask }
    var direction: UInt8 { UInt8(truncatingIfNeeded: word >> 60) & 3 }

    private static let mask: UInt32 = 0x3fff_ffff

    /// A side for which there was no class left.
    var hasOverflow: Bool { source == LabelClasses.overflow || destination == LabelClasses.overflow }

    /// The sides that have labels, taken together with all others that overflow.
    var overflowing: SideClasses {
        SideClasses(
            source: source == LabelClasses.none ? source : LabelClasses.overflow,
            destination: destination == LabelClasses.none ? destination : LabelClasses.overflow, direction: direction)
    }
}

/// One flow of a series.
struct Exemplar: BitwiseCopyable, Sendable {
    var sequence: UInt64 = 0
    var timeNanoseconds: UInt64 = 0
    /// Of a histogram, what was observed.
    var value: UInt64 = 0
    /// W3C's trace id; 0: the flow is told instead.
    var trace: UInt128 = 0
}
