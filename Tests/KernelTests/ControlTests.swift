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
    func policyDiff() throws {
        var bench = try Bench([.rule(1, .ingress, .tcp, port: 80, bits: 24), .rule(2, .egress)])
        try bench.apply([.rule(3, .ingress, .tcp, port: 80, bits: 24), .rule(4, .ingress, .udp, bits: 8)])
        let keys = try bench.datapath.policy.map.keys(as: apus_policy_key.self)
        #expect(keys.count == 2 && bench.datapath.policy.entries.count == 2)
        let rules = try keys.map { try bench.datapath.policy.map.lookup($0, as: apus_policy_value.self)?.rule ?? 0 }
        #expect(rules.sorted() == [3, 4])
    }

    @Test("An endpoint whose policy did not change keeps its revision, one that changed gets the next")
    func revisions() throws {
        var bench = try Bench([.rule(1, .ingress)])
        func revision() throws -> UInt32? {
            try bench.datapath.endpoints.map.lookup(Bench.loopback, as: apus_endpoint.self)?.policy_revision
        }
        let first = try #require(try revision())
        try bench.apply([.rule(1, .ingress)])
        #expect(try revision() == first)
        try bench.apply([.rule(1, .ingress)], ingress: .audit)
        #expect(try revision() == first + 1)
        try bench.apply([])
        #expect(try revision() == first + 2)
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
        let keys = try bench.datapath.policy.map.keys(as: apus_policy_key.self)
        #expect(keys.count == 1)
        #expect(try bench.datapath.policy.map.lookup(keys[0], as: apus_policy_value.self)?.rule == 1)
        try bench.apply(Array(many.prefix(4)))
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
