import BPFRuntime
import DatapathABI
import FlowModel
import Synchronization
import SystemRuntime
import Testing

@testable import Datapath

/// Why kernel tests are skipped; nil when they can run.
let missingKernelSupport: String? = {
    do { try KernelSupport.check() } catch { return "\(error)" }
    return nil
}()

/// One endpoint (id 7, identity 1000, 10.0.0.7 and fd00::7) at loopback, and the programs run on packets that we make.
struct Bench: ~Copyable {
    static let loopback: UInt32 = 1
    static let endpoint: UInt32 = 7
    static let local = "10.0.0.7"
    static let peer = "10.0.0.8"
    static let peerIdentity = Identity(rawValue: 2000)

    var datapath: Datapath
    var reader: RingBufferReader

    init(
        _ entries: [PolicyMapEntry] = [], ingress: EnforcementMode = .enforce, egress: EnforcementMode = .enforce,
        isEthernet: Bool = true, change: (inout DatapathSettings) -> Void = { _ in }
    ) throws {
        var settings = DatapathSettings()
        settings.conntrackEntries = 1024
        settings.kernelDrops = false
        change(&settings)
        var datapath = try Datapath(settings: settings)
        try datapath.apply([Self.policy(entries, ingress: ingress, egress: egress)])
        try datapath.apply(
            [(Self.peer, 2000), (Self.local, 1000), ("fd00::8", 2000)].map { address, identity in
                PrefixIdentity(prefix: .host(IPAddress(address)!), identity: Identity(rawValue: identity))
            })
        try datapath.setLink(ofInterface: Self.loopback, isEthernet: isEthernet)
        try datapath.setEndpoint(
            interfaceIndex: Self.loopback, id: Self.endpoint, identity: Identity(rawValue: 1000))
        let reader = try datapath.makeRingBufferReader()
        self.datapath = datapath
        self.reader = reader
    }

    mutating func apply(
        _ entries: [PolicyMapEntry], ingress: EnforcementMode = .enforce, egress: EnforcementMode = .enforce
    ) throws {
        try datapath.apply([Self.policy(entries, ingress: ingress, egress: egress)])
    }

    private static let lastNumber = Atomic<UInt32>(0)

    /// A policy of the endpoint, with a number that no other has.
    static func policy(
        _ entries: [PolicyMapEntry], ingress: EnforcementMode = .enforce, egress: EnforcementMode = .enforce,
        ingressDefault: UInt32 = 0, egressDefault: UInt32 = 0
    ) -> EndpointPolicy {
        let number = lastNumber.add(1, ordering: .relaxed).newValue
        return EndpointPolicy(
            endpoint: endpoint,
            policy: CompiledPolicy(
                number: number, ingress: ingress, egress: egress, entries: entries, ingressDefault: ingressDefault,
                egressDefault: egressDefault))
    }

    /// Runs the packet through the hook of its direction.
    func run(_ direction: TrafficDirection, _ packet: [UInt8], repetitions: Int32 = 1) throws -> ProgramRun {
        let frame = Packets.frame(packet)
        return direction == .egress
            ? try datapath.fromPod.run(packet: frame, interfaceIndex: Self.loopback, repetitions: repetitions)
            : try datapath.toPod.run(packet: frame, interfaceIndex: Self.loopback, repetitions: repetitions)
    }

    func passes(_ direction: TrafficDirection, _ packet: [UInt8]) throws -> Bool {
        try run(direction, packet).result == -1
    }

    /// All events since the last call.
    mutating func events() -> [apus_event] {
        var events: [apus_event] = []
        _ = unsafe reader.drain { record, bytes in
            if bytes == MemoryLayout<apus_event>.size {
                unsafe events.append(record.loadUnaligned(as: apus_event.self))
            }
        }
        return events
    }

    /// From the endpoint to the peer.
    func sent(_ ipProtocol: IPProtocol, _ payload: [UInt8], to peer: String = Bench.peer) -> [UInt8] {
        Packets.ip(peer.contains(":") ? "fd00::7" : Self.local, peer, ipProtocol.rawValue, payload)
    }

    /// From the peer to the endpoint.
    func received(_ ipProtocol: IPProtocol, _ payload: [UInt8], from peer: String = Bench.peer) -> [UInt8] {
        Packets.ip(peer, peer.contains(":") ? "fd00::7" : Self.local, ipProtocol.rawValue, payload)
    }
}

extension PolicyMapEntry {
    static func rule(
        _ rule: UInt32, _ direction: TrafficDirection, peer: UInt32 = 0, _ ipProtocol: IPProtocol = .tcp,
        port: UInt16 = 0,
        bits: Int = 0, deny: Bool = false
    ) -> PolicyMapEntry {
        PolicyMapEntry(
            identity: Identity(rawValue: peer), direction: direction, ipProtocol: ipProtocol,
            port: port, matchBits: bits, rule: rule, isDeny: deny)
    }
}

extension apus_event {
    func has(_ flag: apus_event_flags) -> Bool { UInt32(flags) & flag.rawValue != 0 }
    var kind: UInt8 { type }

    static let drop = UInt8(APUS_EVENT_DROP.rawValue)
    static let trace = UInt8(APUS_EVENT_TRACE.rawValue)
    static let verdict = UInt8(APUS_EVENT_POLICY_VERDICT.rawValue)
    static let kernelDrop = UInt8(APUS_EVENT_KERNEL_DROP.rawValue)
}

extension apus_address {
    var address: IPAddress { IPAddress(high: UInt64(bigEndian: high_be), low: UInt64(bigEndian: low_be)) }
}
