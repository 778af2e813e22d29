import CiliumEvents
import DatapathABI
import FlowRing
import Foundation
import Synchronization
import SystemRuntime
import Testing

@testable import BPFRuntime
@testable import FlowCapture

/// Why these tests are skipped; nil when they can run.
private let missingKernelSupport: String? = {
    do { try KernelSupport.check() } catch { return "\(error)" }
    return nil
}()

@Suite(
    "Cilium's perf event array",
    // Loads BPF programs: needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct PerfCaptureTests {
    @Test("Records that a program writes become events, in order, with the kernel's time")
    func records() throws {
        var bench = try PerfBench()
        let before = SystemClock.monotonicNanoseconds()
        for program in ["write_drop", "write_debug", "write_trace", "write_verdict"] {
            try bench.write(program, Packets.syn)
        }
        let events = bench.drain()
        #expect(events.map(\.type) == [1, 4, 5])
        #expect(bench.counters.flows == 3 && bench.counters.count(of: .debugMessage) == 1)
        #expect(bench.counters.malformed == 0 && bench.counters.lost == 0)
        for event in events {
            #expect(event.sourceBytes == Packets.client && event.destination_port == 80 && event.tcp_flags == 2)
            #expect(event.bytes == 40 && event.endpoint == 77)
            #expect((before...SystemClock.monotonicNanoseconds()).contains(event.time_ns))
        }
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.time_ns < $1.time_ns })
        let (drop, trace, verdict) = (events[0], events[1], events[2])
        #expect(drop.reason == 133 && drop.source_identity == 5001 && drop.ifindex == 9 && drop.has(APUS_FLAG_EGRESS))
        #expect(trace.trace_reason == UInt8(APUS_TRACE_REPLY.rawValue) && trace.has(APUS_FLAG_REPLY))
        #expect(verdict.destination_identity == 5002 && verdict.match_type == 2 && verdict.has(APUS_FLAG_AUDIT))
    }

    @Test("Records that break at the ring's end are put together, however often it is passed")
    func wrapping() throws {
        let pinned = PinnedThread()
        let object = try PerfBench.load()
        let program = try object.program("write_trace")
        var reader = try PerfEventArrayReader(object.map("cilium_events"), bytesPerCPU: 8192, wakeUpBytes: 4096)
        for round in 0..<3000 {
            let packet = Packets.syn + (0..<round % 67).map { UInt8(truncatingIfNeeded: round &+ $0) }
            _ = try program.run(packet: packet, interfaceIndex: 1)
            var packets: [[UInt8]] = []
            _ = reader.drain { record, _, _ in
                let packet = record.extracting(56..<56 + packet.count)
                unsafe packets.append(packet.withUnsafeBytes { unsafe Array($0) })
            }
            #expect(packets == [packet], "round \(round)")
        }
        _ = consume pinned
    }

    @Test("What nobody reads is lost and counted: written = read + lost")
    func lost() throws {
        var bench = try PerfBench()
        try bench.write("write_trace", Packets.syn, repetitions: 1000)
        let first = bench.drain().count
        #expect(first > 0 && first < 1000)
        // The kernel tells of the loss with the next record on the same CPU that fits.
        try bench.write("write_trace", Packets.syn)
        let second = bench.drain().count
        #expect(second == 1 && bench.counters.lost == UInt64(1001 - first - second))
    }

    @Test("A ring that is filled up to its mark wakes the reader, one below does not")
    func wakeUp() throws {
        let pinned = PinnedThread()
        let object = try PerfBench.load()
        var reader = try PerfEventArrayReader(object.map("cilium_events"), bytesPerCPU: 8192, wakeUpBytes: 2048)
        _ = try object.program("write_trace").run(packet: Packets.syn, interfaceIndex: 1)
        var poll = BufferPoll()
        poll.add(reader)
        let isEarly = poll.wait(milliseconds: 0)
        _ = try object.program("write_trace").run(packet: Packets.syn, interfaceIndex: 1, repetitions: 15)
        let isWoken = poll.wait(milliseconds: 1000)
        let samples = reader.drain { _, _, _ in }
        #expect(!isEarly && isWoken && samples == 16)
        let lost = reader.lostByCPU
        #expect(!lost.isEmpty && lost.values.allSatisfy { $0 == 0 })
        _ = consume pinned
    }

    @Test("A pinned map is read by its path; what is no perf event array is refused")
    func pinned() throws {
        let folder = try BPFFileSystem()
        var bench = try PerfBench(pinnedAt: folder.path + "/cilium_events")
        try bench.write("write_drop", Packets.syn)
        #expect(bench.drain().count == 1)
        #expect(throws: BPFError("open the pinned BPF map", "/nowhere/cilium_events", code: ENOENT)) {
            _ = try BPFMap(pinned: "/nowhere/cilium_events")
        }
        let counters = try BPFMap.array(folder.path + "/counters")
        do {
            _ = try PerfEventArrayReader(counters, bytesPerCPU: 8192, wakeUpBytes: 4096)
            Issue.record("an array of numbers is no perf event array")
        } catch {
            #expect(error.code == EINVAL)
        }
    }

    @Test("The capture's thread stops when told, after the last record")
    func thread() throws {
        var bench = try PerfBench()
        try bench.write("write_verdict", Packets.syn)
        let isStopping = Atomic(true)
        bench.capture.run(until: isStopping)
        #expect(bench.read().count == 1)
    }

    @Test("A lone record, far below the mark that wakes, reaches the event ring's reader within the latency")
    func latency() throws {
        let object = try PerfBench.load()
        let ring = EventRing<apus_event>(capacity: 2048)
        let reader = try PerfEventArrayReader(object.map("cilium_events"), bytesPerCPU: 8192, wakeUpBytes: 4096)
        let capture = Mutex<Capture?>(
            Capture(nil, cilium: PerfCapture(reader: reader, counters: .init()), into: ring, latencyMilliseconds: 5))
        let stopping = Stopping()
        let thread = NamedThread("capture-test") {
            var capture = capture.withLock { $0.take() }!
            capture.run(until: stopping.flag)
        }
        var consumer = EventRingReader(ring)
        var delays: [UInt64] = []
        for _ in 0..<5 {
            _ = try object.program("write_trace").run(packet: Packets.syn, interfaceIndex: 1)
            consumer.wait(timeoutMilliseconds: 5_000)
            let now = SystemClock.monotonicNanoseconds()
            _ = consumer.consume(limit: 1) { span in delays.append(now - span[0].time_ns) }
        }
        stopping.flag.store(true, ordering: .releasing)
        thread.join()
        // Far above the bound, as the machine may be busy; far below what a reader without a timer needs.
        #expect(delays.count == 5 && delays.allSatisfy { $0 < 1_000_000_000 }, "\(delays)")
    }

    private final class Stopping: Sendable { let flag = Atomic(false) }
}

@Suite("Capture's naps")
struct CaptureNapTests {
    @Test("Few records make naps longer, up to the latency; many make them shorter, down to a millisecond")
    func adapts() {
        var nap = CaptureNap(longestMilliseconds: 10, bufferRecords: 65_536)
        var naps: [Int32] = []
        for records in [1, 1, 1, 1, 1, 1_000, 2_049, 65_536, 65_536, 65_536, 65_536, 0] {
            nap.adapt(to: records)
            naps.append(nap.milliseconds)
        }
        #expect(naps == [2, 4, 8, 10, 10, 10, 5, 2, 1, 1, 1, 2])
    }
}
