import BPFRuntime
import DatapathABI
import FlowModel
import Synchronization
import SystemRuntime
import Testing

@testable import Datapath

/// A policy that changes while packets come.
@Suite(
    "Policies change under traffic",
    // Loads BPF programs: needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct PolicyFlipTests {
    private static let flips = 1_000

    @Test(
        "Of 1,000 flips, each packet is judged by the one policy that was in force when it came, and nothing is left over"
    )
    func flips() throws {
        let node = try NetworkNamespace.unnamed()
        let pod = try NetworkNamespace.unnamed()
        try inside(
            node,
            "ip link add node0 type veth peer name pod0 netns \(pod.path) && sysctl -q -w net.ipv6.conf.node0.disable_ipv6=1 && "
                + "ip link set node0 up")
        try inside(pod, "ip link set pod0 up")
        try node.run { () throws in
            var settings = DatapathSettings()
            settings.kernelDrops = false
            settings.traceAggregation = .none
            settings.policyEntries = 256
            var datapath = try Datapath(settings: settings)
            var reader = try datapath.makeRingBufferReader()
            let wire = try PacketSocket(interface: "node0")
            try datapath.apply([PrefixIdentity(prefix: .host(IPAddress(Bench.peer)!), identity: Bench.peerIdentity)])
            try datapath.apply([Self.policy(1)])
            try datapath.attach(interfaceIndex: wire.interfaceIndex, side: .pod)
            try datapath.setEndpoint(
                interfaceIndex: wire.interfaceIndex, id: Bench.endpoint, identity: Identity(rawValue: 1000))

            let traffic = Traffic(wire)
            defer { traffic.stop() }
            var record = Record()
            record.changed(to: 1, between: 0, and: 0)
            for number in 2...UInt32(Self.flips + 1) {
                let before = SystemClock.monotonicNanoseconds()
                try datapath.apply([Self.policy(number)])
                record.changed(to: number, between: before, and: SystemClock.monotonicNanoseconds())
                // Each policy judges some packets.
                while !record.hasSeen(number), SystemClock.monotonicNanoseconds() < before + 5_000_000_000 {
                    record.take(&reader)
                }
            }
            traffic.stop()
            record.take(&reader)
            record.check()
            let counters = try datapath.counters()
            #expect(UInt64(record.events) + counters.total.lost == counters.total.produced && counters.total.lost == 0)

            #expect(datapath.table.numbers.count == 1)
            #expect(
                try datapath.table.map.keys(as: apus_policy_key.self).count == Self.policy(1).policy.entries.count + 1)
            #expect(try datapath.ruleHits.read().count == Self.policy(1).policy.rules.count)
            try datapath.detach(interfaceIndex: wire.interfaceIndex)
        }
    }

    /// Policies whose rules have numbers of their own: of an odd one rules let the packets through, of an even one others
    /// deny them. Parts of two of them would give a rule of the wrong number, or none.
    private static func policy(_ number: UInt32) -> EndpointPolicy {
        let (narrow, broad, none) = Self.rules(number)
        let isOpen = number % 2 == 1
        let entries: [PolicyMapEntry] =
            isOpen
            ? [
                .rule(narrow, .ingress, peer: Bench.peerIdentity.rawValue),
                .rule(broad, .ingress, .udp, port: 99, bits: 24),
            ]
            : [
                .rule(narrow, .ingress, peer: Bench.peerIdentity.rawValue, .udp, port: 99, bits: 24),
                .rule(broad, .ingress, deny: true),
            ]
        return EndpointPolicy(
            endpoint: Bench.endpoint,
            policy: CompiledPolicy(
                number: number, ingress: .enforce, egress: .none, entries: entries, ingressDefault: none))
    }

    private static func rules(_ number: UInt32) -> (narrow: UInt32, broad: UInt32, none: UInt32) {
        (number * 4, number * 4 + 1, number * 4 + 2)
    }

    /// New connections and one that goes on, until it is stopped.
    private final class Traffic: Sendable {
        private let isStopping = Atomic(false)
        private let thread = Mutex<NamedThread?>(nil)

        init(_ wire: PacketSocket) {
            thread.withLock {
                $0 = NamedThread("flip-traffic") { [self] in
                    func frame(_ payload: [UInt8]) -> [UInt8] {
                        Packets.frame(Packets.ip(Bench.peer, Bench.local, IPProtocol.tcp.rawValue, payload))
                    }
                    let goesOn = frame(Packets.tcp(9, 80, .ack))
                    for port in (0...UInt64.max).lazy.map({ UInt16(1_024 + $0 % 60_000) }) {
                        try? wire.send(frame(Packets.tcp(port, 80, .syn)))
                        try? wire.send(goesOn)
                        if isStopping.load(ordering: .relaxed) { return }
                        NamedThread.sleep(nanoseconds: 20_000)
                    }
                }
            }
        }

        func stop() {
            isStopping.store(true, ordering: .relaxed)
            thread.withLock { thread in
                thread?.join()
                thread = nil
            }
        }
    }

    /// When each policy came into force, and what the events say.
    private struct Record {
        private var changes: [(number: UInt32, before: UInt64, after: UInt64)] = []
        private(set) var events = 0
        private var seen: Set<UInt32> = []
        private var wrong: [String] = []
        private var verdicts: [(number: UInt32, time: UInt64)] = []

        mutating func changed(to number: UInt32, between before: UInt64, and after: UInt64) {
            changes.append((number, before, after))
        }

        mutating func take(_ reader: inout RingBufferReader) {
            var taken: [apus_event] = []
            _ = unsafe reader.drain { record, bytes in
                if bytes == MemoryLayout<apus_event>.size {
                    unsafe taken.append(record.loadUnaligned(as: apus_event.self))
                }
            }
            events += taken.count
            for event in taken { note(event) }
        }

        private mutating func note(_ event: apus_event) {
            let number = event.namespace_or_policy
            let (narrow, broad, _) = PolicyFlipTests.rules(number)
            let isOpen = number % 2 == 1
            let isDrop = event.kind == apus_event.drop
            if isDrop == isOpen || event.rule != (isOpen ? narrow : broad) {
                wrong.append("policy \(number): rule \(event.rule), kind \(event.kind), reason \(event.reason)")
            }
            seen.insert(number)
            verdicts.append((number, event.time_ns))
        }

        func hasSeen(_ number: UInt32) -> Bool { seen.contains(number) }

        func check() {
            #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(5))")
            // The packet was judged a moment before its event was made.
            let slack: UInt64 = 1_000_000
            let early = verdicts.filter { changes[Int($0.number) - 1].before > $0.time }
            let late = verdicts.filter { verdict in
                Int(verdict.number) < changes.count && changes[Int(verdict.number)].after + slack < verdict.time
            }
            #expect(early.isEmpty && late.isEmpty, "\(early.prefix(3)) \(late.prefix(3))")
            #expect(seen.isSuperset(of: 2...UInt32(PolicyFlipTests.flips) + 1), "\(seen.count) policies judged packets")
        }
    }
}
