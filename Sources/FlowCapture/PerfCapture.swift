package import BPFRuntime
internal import CiliumEvents
package import DatapathABI
package import FlowRing

/// Empties Cilium's perf event array into an event ring, its records made events like our own.
///
/// Owned by one thread, which is the ring's only writer: next to an `EventCapture` it needs a ring of its own.
package struct PerfCapture: CaptureSource, ~Copyable, Sendable {
    private var reader: PerfEventArrayReader
    private var writer: EventRingWriter<apus_event>
    private let counters: PerfCaptureCounters

    package init(
        reader: consuming PerfEventArrayReader, ring: EventRing<apus_event>, counters: PerfCaptureCounters
    ) {
        self.reader = reader
        self.counters = counters
        writer = EventRingWriter(ring)
    }

    /// How often an idle reader looks at rings that are filled below their wake-up mark, and whether it should stop: the
    /// most that an event waits.
    private static let idleMilliseconds: Int32 = 20

    package mutating func waitForRecords() { reader.wait(timeoutMilliseconds: Self.idleMilliseconds) }

    /// Decodes what is there.
    ///
    /// - Returns: number of records taken from the rings, whatever became of them.
    package mutating func drain() -> Int {
        let taken = Self.copy(from: &reader, to: &writer, counters)
        counters.note(lost: reader.lost)
        guard taken.records > 0 else { return 0 }
        counters.add(flows: UInt64(taken.flows))
        writer.publish()
        return taken.records
    }

    @inline(never)
    private static func copy(
        from reader: inout PerfEventArrayReader, to writer: inout EventRingWriter<apus_event>,
        _ counters: PerfCaptureCounters
    ) -> (records: Int, flows: Int) {
        var flows = 0
        var event = apus_event()
        let records = reader.drain { record, time, cpu in
            let decoding = CiliumEvent.decode(record, timeNanoseconds: time, cpu: cpu, into: &event)
            switch decoding {
            case .flow, .partialFlow:
                writer.append(event)
                flows += 1
            case .skipped, .malformed: break
            }
            if decoding != .flow { counters.add(decoding) }
        }
        return (records, flows)
    }
}
