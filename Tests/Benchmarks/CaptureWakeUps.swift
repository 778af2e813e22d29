import BPFRuntime
import Datapath
import DatapathABI
import FlowCapture
import FlowRing
import Synchronization
import SystemRuntime

/// What sleeping and waking costs at a steady rate, on both sides, with naps of at most 1 ms and of at most 10 ms.
enum CaptureWakeUps {
    private static let seconds = 2.0
    private static let stepNanoseconds: UInt64 = 500_000

    static func readings(_ datapath: consuming Datapath) throws -> [Reading] {
        var readings: [Reading] = []
        for eventsPerSecond in [100_000.0, 1_000_000] {
            for latency: Int32 in [1, 10] {
                let cost = try run(datapath, eventsPerSecond, latency)
                let name = "capture.paced.\(Int(eventsPerSecond / 1_000))k.\(latency)ms"
                readings.append(Reading(name, "ns/event", cost.reader))
                readings.append(Reading(name + ".producer", "ns/event", cost.producer))
            }
        }
        return readings
    }

    private final class Stopping: Sendable { let flag = Atomic(false) }

    /// The producer's cost is that of the whole program run; only differences mean something.
    private static func run(
        _ datapath: borrowing Datapath, _ eventsPerSecond: Double, _ latency: Int32
    ) throws -> (reader: Double, producer: Double) {
        let ring = EventRing<apus_event>(capacity: 65_536)
        let capture = Mutex<Capture?>(
            Capture(
                EventCapture(reader: try datapath.makeRingBufferReader(), counters: CaptureCounters()), into: ring,
                latencyMilliseconds: latency))
        let stopping = Stopping()
        let process = SystemClock.processCPUNanoseconds()
        let own = SystemClock.threadCPUNanoseconds()
        let thread = NamedThread("apus-capture") {
            var capture = capture.withLock { $0.take() }!
            capture.run(until: stopping.flag)
        }
        var consumer = EventRingReader(ring)
        let batch = Int32(eventsPerSecond * Double(stepNanoseconds) / 1e9)
        let steps = Int(seconds * 1e9 / Double(stepNanoseconds))
        var due = SystemClock.monotonicNanoseconds()
        var producer: UInt64 = 0
        for _ in 0..<steps {
            let run = try datapath.toPod.run(
                packet: KernelBenchmarks.packet, interfaceIndex: KernelBenchmarks.loopback, repetitions: batch)
            producer += UInt64(run.nanoseconds) * UInt64(batch)
            while consumer.consume(limit: 65_536, { _ in }) > 0 {}
            due += stepNanoseconds
            let now = SystemClock.monotonicNanoseconds()
            if due > now { NamedThread.sleep(nanoseconds: due - now) }
        }
        let ownCost = SystemClock.threadCPUNanoseconds() - own
        let cost = SystemClock.processCPUNanoseconds() - process - ownCost
        stopping.flag.store(true, ordering: .releasing)
        thread.join()
        let events = Double(batch) * Double(steps)
        guard ring.lost == 0 else { throw Obstacle("the event ring was full") }
        return (Double(cost) / events, Double(producer) / events)
    }
}
