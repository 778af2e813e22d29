import Datapath
import DatapathABI
import FlowCapture
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime
import Testing

@testable import BPFRuntime

@Suite("The BPF ring buffer", .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct RingBufferTests {
    private static func eachPacket(_ bytes: UInt32) throws -> Bench {
        try Bench(ingress: .none, egress: .none) { settings in
            settings.traceAggregation = .none
            settings.ringBufferBytes = bytes
        }
    }

    /// The smaller one is mapped twice as a whole, the larger one only with its first pages.
    @Test("Records that break at the buffer's end come in one piece", arguments: [65_536, 262_144] as [UInt32])
    func wrap(bytes: UInt32) throws {
        var bench = try Self.eachPacket(bytes)
        #expect(MemoryLayout<apus_event>.size <= RingBufferReader.longestRecordBytes)
        // 136 bytes with its header does not divide a power of two: records lie elsewhere at each round.
        let records = 3 * Int(bytes) / 136
        var ports: [UInt16] = []
        for index in 0..<records {
            let packet = bench.received(.tcp, Packets.tcp(UInt16(1_024 + index % 60_000), 80, .ack))
            _ = try bench.run(.ingress, packet)
            for event in bench.events() where event.kind == apus_event.trace {
                #expect(
                    event.length == 128 && event.destination_port == 80
                        && event.destination.address == IPAddress(Bench.local))
                ports.append(event.source_port)
            }
        }
        #expect(ports == (0..<records).map { UInt16(1_024 + $0 % 60_000) })
    }

    @Test("What the event ring has no room for stays in the buffer, in its order, and nothing is lost")
    func leavesWhatHasNoRoom() throws {
        let bench = try Self.eachPacket(1 << 20)
        // The first packet of a connection makes a verdict and a trace.
        for index in 0..<1_500 {
            let packet = Packets.frame(bench.received(.tcp, Packets.tcp(UInt16(1_024 + index), 80, .ack)))
            _ = try bench.datapath.toPod.run(packet: packet, interfaceIndex: Bench.loopback)
        }
        let events = EventRing<apus_event>(capacity: 1_024)
        var reader = EventRingReader(events)
        let counters = CaptureCounters()
        var capture = Capture(EventCapture(reader: bench.reader, counters: counters), into: events)
        var (taken, ports): ([Int], [UInt16]) = ([], [])
        while ports.count < 3_000 {
            taken.append(capture.drain())
            taken.append(capture.drain())
            let read = reader.consume(limit: 700) { span in
                for index in span.indices { ports.append(span[index].source_port) }
            }
            try #require(read > 0, "\(ports.count) events")
        }
        #expect(taken.prefix(6) == [1_024, 0, 700, 0, 324, 0])
        let expected = (0..<3_000).map { index in UInt16(1_024 + index / 2) }
        #expect(ports == expected)
        #expect(events.lost == 0)
        #expect(try bench.datapath.counters().total.lost == 0)
        let recordBytes: UInt64 = 128 + 8
        #expect(counters.mostPendingBytes == 3_000 * recordBytes && counters.capacityBytes == 1 << 20)
        #expect(counters.pendingBytes == 0, "the last capture found nothing")
    }

    @Test("However many events come, and whatever is too small for them, those read and those lost are those produced")
    func account() throws {
        let bench = try Self.eachPacket(1 << 20)
        let packet = Packets.frame(bench.received(.tcp, Packets.tcp(1_024, 80, .ack)))
        let reader = bench.reader
        let datapath = bench.datapath
        let load = CaptureUnderLoad(reader)
        let start = SystemClock.monotonicNanoseconds()
        var packets: UInt64 = 0
        while SystemClock.monotonicNanoseconds() - start < 3_000_000_000 {
            _ = try datapath.toPod.run(packet: packet, interfaceIndex: Bench.loopback, repetitions: 50_000)
            packets += 50_000
        }
        let (read, refused) = load.stop()
        let kernel = try datapath.counters().total
        #expect(kernel.produced >= packets)
        #expect(kernel.lost > 0 && read > 0, "a megabyte is too small for a processor's full rate")
        #expect(read + refused + kernel.lost == kernel.produced)
    }
}

/// Capture and a reader of the event ring, on their threads.
private final class CaptureUnderLoad: Sendable {
    private let events = EventRing<apus_event>(capacity: 4_096)
    private let counters = CaptureCounters()
    private let isStopping = Atomic(false)
    private let isCaptured = Atomic(false)
    private let read = Atomic<UInt64>(0)
    private let capture: Mutex<Capture?>
    private let threads = Mutex<[NamedThread]>([])

    init(_ reader: consuming RingBufferReader) {
        capture = Mutex(Capture(EventCapture(reader: reader, counters: counters), into: events))
        threads.withLock {
            $0 = [
                NamedThread("test-capture") { [self] in runCapture() },
                NamedThread("test-read") { [self] in runReader() },
            ]
        }
    }

    private func runCapture() {
        guard var capture = capture.withLock({ $0.take() }) else { preconditionFailure("taken once") }
        capture.run(until: isStopping)
        isCaptured.store(true, ordering: .releasing)
        events.wakeReader()
    }

    private func runReader() {
        var reader = EventRingReader(events)
        while true {
            let wasCaptured = isCaptured.load(ordering: .acquiring)
            let count = reader.consume(limit: 256) { _ in }
            read.add(UInt64(count), ordering: .relaxed)
            if count == 0 && wasCaptured { return }
            if count == 0 { reader.wait(timeoutMilliseconds: 100) }
        }
    }

    /// Waits until all is read.
    func stop() -> (read: UInt64, refused: UInt64) {
        isStopping.store(true, ordering: .releasing)
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { thread.join() }
        return (read.load(ordering: .relaxed), events.lost + counters.malformed)
    }
}
