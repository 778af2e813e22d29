import BPFRuntime
import CRingBaseline
import DatapathABI
import FlowCapture
import FlowRing
import Foundation

/// Cilium's way to hand over events: a perf event array, written by a program of ours and read by capture and, in turns
/// with it, by libbpf.
enum PerfBenchmarks {
    static let groups = [BenchmarkGroup(name: "capture.perf") { try capture() }]

    /// Holds a batch, whichever CPU the batch is written on.
    private static let bytesPerCPU = 4 << 20
    private static let batch: Int32 = 20_000
    private static let rounds = 50

    /// A record of 120 bytes, 56 of them Cilium's structure and the others the packet. Capture decodes it into an event of
    /// ours, and libbpf's callback only copies it.
    private static func capture() throws -> [Reading] {
        // Each reader has an array to itself, and the baseline finds its own by there being no other yet.
        let baseline = try load()
        guard perf_baseline_open(bytesPerCPU) == 0 else { throw Obstacle("libbpf cannot open the perf event array") }
        defer { perf_baseline_close() }
        let object = try load()
        let ring = EventRing<apus_event>(capacity: 65_536)
        var consumer = EventRingReader(ring)
        let counters = PerfCaptureCounters()
        let reader = try PerfEventArrayReader(
            object.map("cilium_events"), bytesPerCPU: bytesPerCPU, wakeUpBytes: bytesPerCPU / 4)
        var capture = Capture(nil, cilium: PerfCapture(reader: reader, counters: counters), into: ring)
        var (ours, libbpfs) = (ThreadMeter.Cost(), ThreadMeter.Cost())
        var baselineRecords = 0
        for _ in 0..<rounds {
            try write(object)
            ours = ours + ThreadMeter.measure { _ = capture.drain() }
            while consumer.consume(limit: 65_536, { _ in }) > 0 {}
            try write(baseline)
            libbpfs = libbpfs + ThreadMeter.measure { baselineRecords += Int(perf_baseline_consume()) }
        }
        let flows = Int(counters.flows)
        guard flows == rounds * Int(batch), baselineRecords == flows else {
            throw Obstacle("\(flows) and \(baselineRecords) records came, \(counters.lost) of ours were lost")
        }
        return [
            Reading(
                "capture.perf", "ns/flow", ours.nanoseconds / Double(flows),
                allocationsPerFlow: ours.allocations / Double(flows)),
            Reading("capture.perf.libbpf", "ns/flow", libbpfs.nanoseconds / Double(flows)),
        ]
    }

    private static func load() throws -> LoadedBPFObject {
        guard let elf = Data(base64Encoded: CiliumEventsObject.base64.description) else {
            preconditionFailure("the plugin writes base64")
        }
        return try BPFObject(name: "cilium_events", elf: Array(elf)).load()
    }

    private static func write(_ object: borrowing LoadedBPFObject) throws {
        _ = try object.program("write_trace").run(
            packet: KernelBenchmarks.packet, interfaceIndex: KernelBenchmarks.loopback, repetitions: batch)
    }
}
