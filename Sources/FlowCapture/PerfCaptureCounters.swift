package import CiliumEvents
internal import Synchronization

/// Counted by the thread of a `PerfCapture`, read by any. All rise only.
///
/// *records read = flows + skipped + malformed*, and every flow is in the event ring or counted as lost there.
package final class PerfCaptureCounters: Sendable {
    private let lostSamples = Atomic<UInt64>(0)
    private let flowRecords = Atomic<UInt64>(0)
    private let skippedRecords = CounterList(count: SkippedRecord.allCases.count)
    private let malformedRecords = CounterList(count: MalformedRecord.allCases.count)
    private let packetDefects = CounterList(count: PacketDefect.allCases.count)

    package init() {}

    /// Records that the kernel could not write because a perf ring was full.
    package var lost: UInt64 { lostSamples.load(ordering: .relaxed) }
    /// Records that became an event.
    package var flows: UInt64 { flowRecords.load(ordering: .relaxed) }
    package var malformed: UInt64 { malformedRecords.sum }
    package var skipped: UInt64 { skippedRecords.sum }

    package func count(of reason: MalformedRecord) -> UInt64 { malformedRecords[reason.rawValue] }
    package func count(of kind: SkippedRecord) -> UInt64 { skippedRecords[kind.rawValue] }
    /// Events whose packet could not be read to the end; they are among `flows`.
    package func count(of defect: PacketDefect) -> UInt64 { packetDefects[defect.rawValue] }

    func note(lost: UInt64) { lostSamples.store(lost, ordering: .relaxed) }

    func add(flows: UInt64) { flowRecords.add(flows, ordering: .relaxed) }

    /// Counts what is not a whole flow; those are the most, and are added once a batch.
    func add(_ decoding: CiliumDecoding) {
        switch decoding {
        case .flow: break
        case .partialFlow(let defect): packetDefects.increment(defect.rawValue)
        case .skipped(let kind): skippedRecords.increment(kind.rawValue)
        case .malformed(let reason): malformedRecords.increment(reason.rawValue)
        }
    }
}

/// Counters by the raw value of an enumeration.
private final class CounterList: Sendable {
    /// Enough for each enumeration that is counted.
    private static let capacity = 8
    private let counters: InlineArray<8, Atomic<UInt64>> = InlineArray { _ in Atomic(0) }
    private let count: Int

    init(count: Int) {
        precondition(count <= Self.capacity, "a list has \(Self.capacity) counters")
        self.count = count
    }

    subscript(index: Int) -> UInt64 { counters[index].load(ordering: .relaxed) }
    var sum: UInt64 { (0..<count).reduce(0) { $0 + self[$1] } }
    func increment(_ index: Int) { counters[index].add(1, ordering: .relaxed) }
}
