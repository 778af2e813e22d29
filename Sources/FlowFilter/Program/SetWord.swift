/// A bit for each set of conditions (`FilterConditions`) of one program.
///
/// What a field of a flow says is such a word: the sets that it leaves standing. A flow meets a set whose bit stands in
/// the words of all its fields, so that one AND a field judges all sets at once.
typealias SetWord = UInt64

/// What one end of a flow says, by the side that a condition is about.
struct SidedWord: Hashable, Sendable {
    /// Sets that stand if this is the source, the destination.
    private(set) var source = SetWord.max
    private(set) var destination = SetWord.max
    /// Sets that this end alone leaves standing, whatever the other one says.
    private(set) var either = SetWord.max

    mutating func refuse(_ set: SetWord, _ side: Side) {
        switch side {
        case .source: source &= ~set
        case .destination: destination &= ~set
        case .either: either &= ~set
        }
    }

    @inline(__always)
    static func joined(_ source: SidedWord, _ destination: SidedWord) -> SetWord {
        source.source & destination.destination & (source.either | destination.either)
    }
}
