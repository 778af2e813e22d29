import DatapathABI
import FlowEnrichment
import FlowHistory
import FlowMetrics
import FlowModel
import FlowRing
import Synchronization
import SyntheticTraffic
import SystemRuntime

// The threads' bodies. Batches, naps and hand-offs are those of the server's stages.
extension PipelineRun {
    private static let batchEvents = 256
    private static let napNanoseconds: UInt64 = 1_000_000
    private static let saturatedNapNanoseconds: UInt64 = 100_000
    /// Events under way when there is no rate: no ring overflows.
    private static let mostUnderWay = 32_768

    /// In capture's place: a batch of events a millisecond.
    func produce() {
        let source = source
        var writer = EventRingWriter(events)
        var sent = 0
        var meter: ThreadMeter?
        while done < warmUp { sent += append(min(2_048, warmUp - sent), of: source, from: sent, to: &writer) }
        meter = ThreadMeter()
        markStart()
        let start = SystemClock.monotonicNanoseconds()
        while sent < total {
            let due = rate.map { warmUp + Int(Double(SystemClock.monotonicNanoseconds() - start) / 1e9 * Double($0)) }
            let room = Self.mostUnderWay - (sent - done)
            let count = min((due ?? .max) - sent, room, total - sent)
            if count > 0 { sent += append(count, of: source, from: sent, to: &writer) }
            if rate != nil || room <= 0 {
                NamedThread.sleep(nanoseconds: rate == nil ? Self.saturatedNapNanoseconds : Self.napNanoseconds)
            }
        }
        add(meter)
    }

    private func append(
        _ count: Int, of source: [apus_event], from position: Int, to writer: inout EventRingWriter<apus_event>
    ) -> Int {
        let room = min(count, Self.mostUnderWay - (position - done))
        guard room > 0 else {
            NamedThread.sleep(nanoseconds: Self.saturatedNapNanoseconds)
            return 0
        }
        let now = SystemClock.monotonicNanoseconds()
        for index in position..<position + room {
            var event = source[index & (source.count - 1)]
            event.time_ns = now
            writer.append(event)
        }
        writer.publish()
        return room
    }

    func enrich() {
        var reader = EventRingReader(events)
        var enricher = directory.enricher()
        var writer = BroadcastWriter(flows)
        var batch: [Flow] = []
        batch.reserveCapacity(Self.batchEvents)
        var count = 0
        var meter: ThreadMeter?
        while count < total {
            enricher.beginBatch()
            batch.removeAll(keepingCapacity: true)
            let step = Self.enrich(&reader, &enricher, &batch)
            guard step > 0 else {
                reader.wait()
                continue
            }
            writer.append(batch.span)
            count += step
            enriched.store(count, ordering: .releasing)
            if meter == nil && count >= warmUp { meter = ThreadMeter() }
        }
        add(meter)
    }

    @inline(never)
    private static func enrich(
        _ events: inout EventRingReader<apus_event>, _ enricher: inout FlowEnricher, _ flows: inout [Flow]
    ) -> Int {
        events.consume(limit: batchEvents) { span in enricher.enrich(span, into: &flows) }
    }

    /// As the server's metrics thread does.
    func count(_ settings: MetricsSettings) {
        let metrics = FlowMetrics(settings, catalog: directory.catalog)
        var reader = BroadcastReader(flows, at: flows.start, batchCapacity: MetricRegistry.batchFlows)
        var count = 0
        var meter: ThreadMeter?
        let nap: UInt64 = rate == nil ? Self.napNanoseconds : 20_000_000
        while count < total {
            let step = reader.read { span in metrics.add(span) }
            precondition(step.lost == 0, "metrics keep up")
            if step.count == 0 { NamedThread.sleep(nanoseconds: nap) }
            count += step.count
            counted.store(count, ordering: .releasing)
            if meter == nil && count >= warmUp { meter = ThreadMeter() }
        }
        add(meter)
    }

    func store(_ writer: consuming HistoryWriter) {
        var writer = writer
        var reader = BroadcastReader(flows, at: flows.start, batchCapacity: 1_024)
        var count = 0
        var meter: ThreadMeter?
        let nap: UInt64 = rate == nil ? Self.napNanoseconds : 20_000_000
        while count < total {
            let step = reader.read { span in writer.append(span) }
            precondition(step.lost == 0, "history keeps up")
            // A commit that finds the disk busy is tried again, as in the server.
            _ = try? writer.commitIfDue()
            if step.count == 0 { NamedThread.sleep(nanoseconds: nap) }
            count += step.count
            // What waits is under way still, so that the backlog cannot overflow.
            stored.store(count - writer.status.waitingFlows, ordering: .releasing)
            if meter == nil && count >= warmUp { meter = ThreadMeter() }
        }
        let status = writer.status
        do { try writer.close() } catch { fail("history was not closed: \(error)") }
        if status.lostFlows > 0 { fail("history lost \(status.lostFlows) flows") }
        add(meter)
    }
}
