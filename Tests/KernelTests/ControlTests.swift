import BPFRuntime
import DatapathABI
import FlowModel
import Testing

@testable import Datapath

@Suite(
    "Control of the kernel side",
    // Loads BPF programs: needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct ControlTests {
    @Test("The policy map holds exactly what was applied last")
    func lastPolicy() throws {
        var bench = try Bench([.rule(1, .ingress, .tcp, port: 80, bits: 24), .rule(2, .egress)])
        try bench.apply([.rule(3, .ingress, .tcp, port: 80, bits: 24), .rule(4, .ingress, .udp, bits: 8)])
        let keys = try bench.datapath.table.map.keys(as: apus_policy_key.self)
        #expect(keys.count == 2 && bench.datapath.table.numbers.count == 1)
        let rules = try keys.map { try bench.datapath.table.map.lookup($0, as: apus_policy_value.self)?.rule ?? 0 }
        #expect(rules.sorted() == [3, 4])
    }

    @Test("Two endpoints that are held to the same policy share its entries, and each changes over by itself")
    func shared() throws {
        var bench = try Bench([])
        let shared = Bench.policy([.rule(1, .ingress, .tcp, port: 80, bits: 24)])
        let other = Bench.policy([.rule(2, .ingress, .tcp, port: 81, bits: 24)])
        try bench.datapath.apply([shared, EndpointPolicy(endpoint: 8, policy: shared.policy)])
        #expect(try bench.datapath.table.map.keys(as: apus_policy_key.self).count == 1)
        try bench.datapath.apply([other, EndpointPolicy(endpoint: 8, policy: shared.policy)])
        #expect(try bench.datapath.table.map.keys(as: apus_policy_key.self).count == 2)
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(1, 81, .syn))))
        try bench.datapath.setEndpoint(
            interfaceIndex: Bench.loopback, id: 8, identity: Identity(rawValue: 1000))
        #expect(try bench.passes(.ingress, bench.received(.tcp, Packets.tcp(2, 80, .syn))))
        #expect(try !bench.passes(.ingress, bench.received(.tcp, Packets.tcp(3, 81, .syn))))
    }

    @Test("Events carry the number of the policy that was in force")
    func number() throws {
        var bench = try Bench([.rule(1, .ingress)])
        let policy = Bench.policy([.rule(1, .ingress)])
        try bench.datapath.apply([policy])
        _ = try bench.passes(.ingress, bench.received(.udp, Packets.udp(1, 2)))
        #expect(bench.events().map(\.namespace_or_policy) == [policy.policy.number, policy.policy.number])
        try bench.datapath.apply([EndpointPolicy]())
        _ = try bench.passes(.egress, bench.sent(.udp, Packets.udp(3, 4)))
        #expect(bench.events().map(\.namespace_or_policy) == [0])
    }

    @Test(
        "How often each rule decided is counted, a default deny's cause too, and a rule that goes takes its count with it"
    )
    func hits() throws {
        var bench = try Bench([])
        let rules: [PolicyMapEntry] = [
            .rule(1, .ingress, .tcp, port: 80, bits: 24), .rule(2, .ingress, .udp, bits: 8, deny: true),
            .rule(3, .egress),
        ]
        try bench.datapath.apply([Bench.policy(rules, ingressDefault: 9)])
        for port in 1...3 as ClosedRange<UInt16> {
            _ = try bench.run(.ingress, bench.received(.tcp, Packets.tcp(port, 80, .syn)))
            _ = try bench.run(.ingress, bench.received(.tcp, Packets.tcp(port, 81, .syn)), repetitions: 2)
        }
        _ = try bench.run(.ingress, bench.received(.udp, Packets.udp(1, 2)), repetitions: 5)
        // What goes on is not judged again.
        _ = try bench.run(.ingress, bench.received(.tcp, Packets.tcp(1, 80, .ack)), repetitions: 10)
        #expect(try bench.datapath.ruleHits.read() == [1: 3, 2: 5, 3: 0, 9: 6])
        #expect(bench.events().filter { $0.reason == APUS_DROP_POLICY_DENIED.rawValue }.allSatisfy { $0.rule == 9 })
        try bench.datapath.apply([Bench.policy([rules[0]])])
        #expect(try bench.datapath.ruleHits.read() == [1: 3])
        try bench.datapath.apply([Bench.policy([.rule(7, .ingress), .rule(8, .egress)])])
        #expect(try bench.datapath.ruleHits.read() == [7: 0, 8: 0])
    }

    @Test("An endpoint that is not named any more is not enforced any more")
    func unnamed() throws {
        var bench = try Bench()
        #expect(try !bench.passes(.ingress, bench.received(.udp, Packets.udp(1, 2))))
        try bench.datapath.apply([EndpointPolicy]())
        #expect(try bench.passes(.ingress, bench.received(.udp, Packets.udp(1, 2))))
    }

    @Test("When the policy map is full, what was in force stays, and the error names the setting")
    func policyMapFull() throws {
        var bench = try Bench([.rule(1, .ingress, .tcp, port: 80, bits: 24)]) { $0.policyEntries = 4 }
        let many =
            [PolicyMapEntry.rule(9, .ingress, .tcp, port: 80, bits: 24)]
            + (1...8).map { .rule(UInt32($0), .ingress, .tcp, port: UInt16($0), bits: 24) }
        #expect(throws: DatapathError.mapFull(map: "policy", capacity: 4, setting: "policyEntries")) {
            try bench.apply(many)
        }
        let keys = try bench.datapath.table.map.keys(as: apus_policy_key.self)
        #expect(keys.count == 1)
        #expect(try bench.datapath.table.map.lookup(keys[0], as: apus_policy_value.self)?.rule == 1)
        // The old policy stands beside the new one until no packet is judged by it any more.
        try bench.apply(Array(many.prefix(3)))
    }

    @Test("When the ipcache is full, what was in force stays")
    func ipcacheFull() throws {
        var bench = try Bench([]) { $0.ipcacheEntries = 4 }
        let many = (1...8).map {
            PrefixIdentity(prefix: .host(IPAddress(v4: UInt32($0))), identity: Identity(rawValue: 300))
        }
        #expect(throws: DatapathError.mapFull(map: "ipcache", capacity: 4, setting: "ipcacheEntries")) {
            try bench.datapath.apply(many)
        }
        _ = try bench.run(.ingress, bench.received(.udp, Packets.udp(1, 2)))
        #expect(bench.events().first?.source_identity == 2000)
    }

    @Test("When the ipcache has no room for new addresses, the policies that came with them do not stay either")
    func ipcacheFullWithPolicies() throws {
        var bench = try Bench([.rule(1, .ingress, .udp, port: 2, bits: 24)]) { $0.ipcacheEntries = 4 }
        let many = (1...8).map {
            PrefixIdentity(prefix: .host(IPAddress(v4: UInt32($0))), identity: Identity(rawValue: 300))
        }
        #expect(throws: DatapathError.mapFull(map: "ipcache", capacity: 4, setting: "ipcacheEntries")) {
            try bench.datapath.apply([Bench.policy([.rule(2, .ingress, deny: true)])], many)
        }
        #expect(try bench.passes(.ingress, bench.received(.udp, Packets.udp(1, 2))))
        #expect(bench.events().first?.rule == 1 && bench.events().isEmpty)
        #expect(try bench.datapath.table.map.keys(as: apus_policy_key.self).count == 1)
    }

    @Test("An interface that gets another endpoint leaves that of others at the old one alone, and slots come back")
    func slots() throws {
        var bench = try Bench() { $0.endpointEntries = 2 }
        let open = EndpointPolicy(endpoint: 8, policy: Bench.policy([.rule(1, .ingress)]).policy)
        try bench.datapath.apply([Bench.policy([]), open])
        let (local, other) = (Bench.loopback, Bench.loopback + 1_000)
        let packet = bench.received(.udp, Packets.udp(1, 2))
        for round in 0..<8 {
            try bench.datapath.setEndpoint(interfaceIndex: local, id: 7, identity: .world)
            try bench.datapath.setEndpoint(interfaceIndex: other, id: 7, identity: .world)
            try bench.datapath.setEndpoint(interfaceIndex: other, id: 8, identity: .world)
            #expect(try !bench.passes(.ingress, packet), "round \(round)")
            try bench.datapath.setEndpoint(interfaceIndex: local, id: 8, identity: .world)
            #expect(try bench.passes(.ingress, packet), "round \(round)")
        }
        #expect(throws: DatapathError.mapFull(map: "endpoints", capacity: 2, setting: "endpointEntries")) {
            try bench.datapath.setEndpoint(interfaceIndex: other + 1, id: 9, identity: .world)
        }
        try bench.datapath.setEndpoint(interfaceIndex: other, id: 7, identity: .world)
    }

    @Test("The longest prefix gives the identity, of IPv4 within its own part of the address space")
    func longestPrefix() throws {
        var bench = try Bench()
        let prefixes: [(String, UInt32)] = [("::/0", 9), ("0.0.0.0/0", 300), ("10.0.0.0/8", 301), ("10.0.0.8/31", 302)]
        try bench.datapath.apply(
            prefixes.map { PrefixIdentity(prefix: IPPrefix($0.0)!, identity: Identity(rawValue: $0.1)) })
        for peer in ["192.0.2.1", "10.9.9.9", "10.0.0.9", "fd00::8"] {
            _ = try bench.run(.ingress, bench.received(.udp, Packets.udp(1, 2), from: peer))
        }
        #expect(bench.events().map(\.source_identity) == [300, 301, 302, 9])
    }

    @Test("Settings that cannot work are refused by name")
    func settings() throws {
        #expect(throws: DatapathError.self) { _ = try Bench { $0.ringBufferBytes = 100_000 } }
        #expect(throws: DatapathError.self) { _ = try Bench { $0.ignoredKernelReasons = ["NO_SUCH_REASON"] } }
        do {
            _ = try Bench { $0.ignoredKernelReasons = ["NO_SUCH_REASON"] }
        } catch {
            #expect("\(error)".hasPrefix("ignoredKernelReasons is NO_SUCH_REASON; accepted is"))
            #expect("\(error)".contains("NO_SOCKET"))
        }
    }

    @Test("The verifier's words are in the error when a program is refused")
    func refusedProgram() throws {
        #expect(throws: BPFError.self) { _ = try BPFObject(name: "broken", elf: [1, 2, 3]) }
        do { _ = try BPFObject(name: "broken", elf: [1, 2, 3]) } catch {
            #expect(error.description.hasPrefix("open BPF object broken: "))
            #expect(!error.messages.isEmpty)
        }
    }
}
