import BPFRuntime
import Datapath
import DatapathABI
import FlowCapture
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime

/// What packets pay for being seen: the same 64-byte packets through the same veth pair with the programs and without, in
/// turns, as processor time of the sender.
enum OverheadBenchmarks {
    static let groups = [
        BenchmarkGroup(name: "packet.overhead", mostRuns: 1) {
            let pair = try VethPair(podAddress: podAddress)
            return try pair.node.run { try run(pair) }
        }
    ]

    private enum Variant: String, CaseIterable {
        /// Nothing of ours at the interface; no queueing discipline either, where the kernel has tcx.
        case bare = ".bare"
        /// Policy of 100 rules enforced; an event now and then.
        case policy = ""
        case withoutPolicy = ".observed"
        /// An event each packet, and capture reads them.
        case eachPacket = ".each"
    }

    private static let podAddress = IPAddress(v4: 0x0a40_0001)
    private static let endpoint: UInt32 = 7
    /// Short and many, so that what else the machine does falls upon all variants of most rounds alike.
    private static let rounds = 120
    private static let packets = 5_000

    private static func run(_ pair: VethPair) throws -> [Reading] {
        guard let interface = NetworkInterfaces.index(of: VethPair.interface) else { throw Obstacle("no interface") }
        let flood = try pair.open()
        var medium = try makeDatapath(.medium)
        var each = try makeDatapath(.none)
        let drain = RingDrain(try each.makeRingBufferReader())
        defer { drain.stop() }
        var costs: [Variant: [Double]] = [:]
        for round in 0...rounds {
            for variant in Variant.allCases {
                switch variant {
                case .bare: break
                case .policy: try attach(&medium, interface, .enforce)
                case .withoutPolicy: try attach(&medium, interface, .none)
                case .eachPacket: try attach(&each, interface, .enforce)
                }
                try flood.send(1_000)
                let cost = try ThreadMeter.measure { try flood.send(packets) }.nanoseconds / Double(packets)
                if variant == .eachPacket { try each.detach(interfaceIndex: interface) }
                if variant == .withoutPolicy || variant == .policy { try medium.detach(interfaceIndex: interface) }
                if round > 0 { costs[variant, default: []].append(cost) }  // the first warms up
            }
        }
        try expectSeen(medium, each)
        return readings(costs)
    }

    /// Programs that saw nothing would cost nothing.
    private static func expectSeen(_ medium: borrowing Datapath, _ each: borrowing Datapath) throws {
        let (some, all) = (try medium.counters().total, try each.counters().total)
        guard some.produced > 0, all.produced >= UInt64(packets * rounds) else {
            throw Obstacle("programs saw \(some.produced) and \(all.produced) events")
        }
    }

    private static func readings(_ costs: [Variant: [Double]]) -> [Reading] {
        let bare = costs[.bare] ?? []
        return Variant.allCases.map { variant in
            let own = costs[variant] ?? []
            let name = "packet.overhead\(variant.rawValue)"
            guard variant != .bare else { return Reading(name, "ns/packet", median(own)) }
            return Reading(name, "ratio", median(zip(own, bare).map { $0 / $1 }))
        }
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func makeDatapath(_ aggregation: DatapathSettings.TraceAggregation) throws -> Datapath {
        var settings = DatapathSettings()
        settings.kernelDrops = false
        settings.traceAggregation = aggregation
        return try Datapath(settings: settings)
    }

    private static func attach(_ datapath: inout Datapath, _ interface: UInt32, _ mode: EnforcementMode) throws {
        let entries = (0..<100).map { number in
            PolicyMapEntry(
                identity: .host, direction: .ingress, ipProtocol: .udp,
                port: UInt16(9_000 + number), matchBits: 24, rule: 1, isDeny: false)
        }
        let policy = CompiledPolicy(
            number: UInt32(mode.rawValue) + 1, ingress: mode, egress: mode, entries: entries)
        try datapath.apply([EndpointPolicy(endpoint: endpoint, policy: policy)])
        try datapath.apply([PrefixIdentity(prefix: .host(IPAddress("10.64.255.254")!), identity: .host)])
        try datapath.attach(interfaceIndex: interface, side: .pod)
        try datapath.setEndpoint(interfaceIndex: interface, id: endpoint, identity: Identity(rawValue: 1_000))
    }
}

/// Capture on a thread of its own, and a reader that throws away what it gives.
final class RingDrain: Sendable {
    private let isStopping = Atomic(false)
    private let thread: Mutex<NamedThread?>
    private let capture: Mutex<Capture?>
    private let events = EventRing<apus_event>(capacity: 65_536)

    init(_ reader: consuming RingBufferReader) {
        capture = Mutex(Capture(EventCapture(reader: reader, counters: CaptureCounters()), into: events))
        thread = Mutex(nil)
        thread.withLock { $0 = NamedThread("bench-capture") { [self] in run() } }
    }

    private func run() {
        guard var capture = capture.withLock({ $0.take() }) else { preconditionFailure("taken once") }
        var reader = EventRingReader(events)
        while !isStopping.load(ordering: .acquiring) {
            _ = capture.drain()
            while reader.consume(limit: 65_536, { _ in }) > 0 {}
            NamedThread.sleep(nanoseconds: 1_000_000)
        }
    }

    func stop() {
        isStopping.store(true, ordering: .releasing)
        let running = thread.withLock { $0.take() }
        running?.join()
    }
}
