package import BPFRuntime
internal import CiliumEvents
internal import DatapathABI
internal import FlowRing

/// Takes Cilium's records out of its perf event array, and makes them events like our own.
package struct PerfCapture: ~Copyable, Sendable {
    private var reader: PerfEventArrayReader
    private let counters: PerfCaptureCounters

    package init(reader: consuming PerfEventArrayReader, counters: PerfCaptureCounters) {
        self.reader = reader
        self.counters = counters
    }

    func join(_ poll: inout BufferPoll) { poll.add(reader) }

    /// Decodes what is there, up to `limit` records.
    ///
    /// - Returns: number of records taken from the rings, whatever became of them.
    mutating func drain(into writer: inout EventRingWriter<apus_event>, limit: Int) -> Int {
        let taken = Self.copy(from: &reader, to: &writer, counters, limit)
        counters.note(lost: reader.lost)
        if taken.flows > 0 { counters.add(flows: UInt64(taken.flows)) }
        return taken.records
    }

    @inline(never)
    private static func copy(
        from reader: inout PerfEventArrayReader, to writer: inout EventRingWriter<apus_event>,
        _ counters: PerfCaptureCounters, _ limit: Int
    ) -> (records: Int, flows: Int) {
        var flows = 0
        var event = apus_event()
        let records = reader.drain(limit: limit) { record, time, cpu in
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
