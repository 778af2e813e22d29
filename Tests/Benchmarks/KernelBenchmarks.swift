import BPFRuntime
import CRingBaseline
import Datapath
import DatapathABI
import FlowCapture
import FlowModel
import FlowRing

/// The programs in the running kernel, on packets given to them by BPF_PROG_TEST_RUN.
enum KernelBenchmarks {
    static let groups = [
        BenchmarkGroup(name: "capture.ringbuf") { try capture() },
        BenchmarkGroup(name: "capture.paced") {
            try CaptureWakeUps.readings(makeDatapath { $0.traceAggregation = .none })
        },
        BenchmarkGroup(name: "policy.packet") { try policy() },
        BenchmarkGroup(name: "policy.verdict") { try verdict() },
    ]

    static let loopback: UInt32 = 1
    private static let endpoint: UInt32 = 7
    private static let peerIdentity = Identity(rawValue: 2_000)
    private static let batch: Int32 = 20_000
    private static let rounds = 50

    /// An event of 128 bytes a packet, read by capture and, in turns with it, by libbpf.
    private static func capture() throws -> [Reading] {
        let datapath = try makeDatapath { $0.traceAggregation = .none }
        let ring = EventRing<apus_event>(capacity: 65_536)
        var consumer = EventRingReader(ring)
        var capture = Capture(
            EventCapture(reader: try datapath.makeRingBufferReader(), counters: CaptureCounters()), into: ring)
        guard ring_baseline_open() == 0 else { throw Obstacle("libbpf cannot open the ring buffer") }
        defer { ring_baseline_close() }
        var (ours, libbpfs) = (ThreadMeter.Cost(), ThreadMeter.Cost())
        var (events, baselineEvents) = (0, 0)
        for _ in 0..<rounds {
            _ = try datapath.toPod.run(packet: packet, interfaceIndex: loopback, repetitions: batch)
            ours = ours + ThreadMeter.measure { events += capture.drain() }
            while consumer.consume(limit: 65_536, { _ in }) > 0 {}
            _ = try datapath.toPod.run(packet: packet, interfaceIndex: loopback, repetitions: batch)
            libbpfs = libbpfs + ThreadMeter.measure { baselineEvents += Int(ring_baseline_consume()) }
        }
        guard events >= rounds * Int(batch), baselineEvents >= rounds * Int(batch) else {
            throw Obstacle("\(events) and \(baselineEvents) events came")
        }
        return [
            Reading(
                "capture.ringbuf", "ns/flow", ours.nanoseconds / Double(events),
                allocationsPerFlow: ours.allocations / Double(events)),
            Reading("capture.ringbuf.libbpf", "ns/flow", libbpfs.nanoseconds / Double(baselineEvents)),
        ]
    }

    /// A packet of a connection that is known, and one that is judged, over a packet at an interface that is none of ours.
    private static func policy() throws -> [Reading] {
        var datapath = try makeDatapath()
        let known = try nanoseconds(datapath)
        let bare = try bareNanoseconds(&datapath)
        return [
            Reading("policy.packet", "ns/packet", known - bare), Reading("policy.packet.bare", "ns/packet", bare),
        ]
    }

    /// What it costs to judge a packet, over one of a connection that is known; and to drop it and tell of it.
    ///
    /// Packets are run one by one, as each must find another state: what the kernel's clock costs stands on both sides.
    private static func verdict() throws -> [Reading] {
        var datapath = try makeDatapath()
        var reader = try datapath.makeRingBufferReader()
        // The same rules under two numbers: whenever the endpoint has another one, its connections are judged again.
        let policies = [2, 3].map { number in
            CompiledPolicy(number: number, ingress: .enforce, egress: .enforce, entries: entries, ingressDefault: 2)
        }
        let other = endpoint + 1
        func putInForce(_ first: Int) throws {
            try datapath.apply([
                EndpointPolicy(endpoint: endpoint, policy: policies[first]),
                EndpointPolicy(endpoint: other, policy: policies[1 - first]),
            ])
        }
        var denied = packet
        denied.replaceSubrange(36..<38, with: [0, 9])
        let count = 20_000
        var (known, judged, dropped) = (0.0, 0.0, 0.0)
        for round in 0..<count {
            try putInForce(round % 2)
            judged += Double(try datapath.toPod.run(packet: packet, interfaceIndex: loopback).nanoseconds)
            known += Double(try datapath.toPod.run(packet: packet, interfaceIndex: loopback).nanoseconds)
            dropped += Double(try datapath.toPod.run(packet: denied, interfaceIndex: loopback).nanoseconds)
            if round % 1_000 == 0 { _ = unsafe reader.drain { _, _ in } }
        }
        return [
            Reading("policy.verdict", "ns/packet", (judged - known) / Double(count)),
            Reading("policy.verdict.dropped", "ns/packet", (dropped - known) / Double(count)),
        ]
    }

    private static func nanoseconds(_ datapath: borrowing Datapath) throws -> Double {
        _ = try datapath.toPod.run(packet: packet, interfaceIndex: loopback)
        let runs = try (0..<5).map { _ in
            try datapath.toPod.run(packet: packet, interfaceIndex: loopback, repetitions: 200_000).nanoseconds
        }
        return Double(runs.min() ?? 0)
    }

    /// The same packet at the same hook, once the interface is no endpoint's any more.
    private static func bareNanoseconds(_ datapath: inout Datapath) throws -> Double {
        try datapath.detach(interfaceIndex: loopback)
        return try nanoseconds(datapath)
    }

    private static let entries = (0..<100).map { port in
        PolicyMapEntry(
            identity: peerIdentity, direction: .ingress, ipProtocol: .udp, port: UInt16(9_000 + port), matchBits: 24,
            rule: 1, isDeny: false)
    }

    private static func makeDatapath(_ change: (inout DatapathSettings) -> Void = { _ in }) throws -> Datapath {
        var settings = DatapathSettings()
        settings.kernelDrops = false
        change(&settings)
        var datapath = try Datapath(settings: settings)
        try datapath.apply([
            EndpointPolicy(
                endpoint: endpoint,
                policy: CompiledPolicy(number: 1, ingress: .enforce, egress: .enforce, entries: entries))
        ])
        let peers = (1...1_000).map { IPAddress(v4: 0x0a00_0000 + UInt32($0)) }
        try datapath.apply(peers.map { PrefixIdentity(prefix: .host($0), identity: peerIdentity) })
        try datapath.setEndpoint(interfaceIndex: loopback, id: endpoint, identity: Identity(rawValue: 1_000))
        return datapath
    }

    /// UDP from 10.0.0.8, a peer, to 10.0.0.7, the endpoint, port 9,090: 64 bytes with the Ethernet header.
    static let packet: [UInt8] = {
        let ethernet: [UInt8] = Array(repeating: 2, count: 12) + [0x08, 0]
        let ip: [UInt8] = [0x45, 0, 0, 50, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 8, 10, 0, 0, 7]
        let udp: [UInt8] = [0x9c, 0x40, 0x23, 0x82, 0, 30, 0, 0]
        return ethernet + ip + udp + Array(repeating: 0, count: 22)
    }()
}
