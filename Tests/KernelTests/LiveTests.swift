import DatapathABI
import FlowModel
import Foundation
import SystemRuntime
import Testing

@testable import BPFRuntime
@testable import Datapath

@Suite(
    "Packets on interfaces",
    // Creates network namespaces and loads BPF programs: needs root and a kernel with BTF.
    .enabled(if: missingKernelSupport == nil, "\(missingKernelSupport ?? "")"))
struct LiveTests {
    @Test("A datagram that nobody listens for is told with the kernel's reason and place, of watched namespaces only")
    func kernelDrop() throws {
        let watched = try NetworkNamespace.unnamed()
        let other = try NetworkNamespace.unnamed()
        var settings = DatapathSettings()
        settings.restrictToNamespaces = [watched.inode]
        let datapath = try Datapath(settings: settings)
        var reader = try datapath.makeRingBufferReader()
        for namespace in [other, watched] {
            try inside(namespace, "ip link set lo up && echo hello > /dev/udp/127.0.0.1/9")
        }
        let drops = events(&reader, atLeast: 1) { datapath.kernelReasonNames[$0.reason] == "NO_SOCKET" }
        let drop = try #require(drops.first)
        #expect(drops.count == 1 && drop.kind == apus_event.kernelDrop)
        #expect(drop.namespace_or_policy == watched.inode && drop.ifindex == 1 && drop.location != 0)
        #expect(drop.destination.address == IPAddress("127.0.0.1") && drop.destination_port == 9)
        #expect(drop.`protocol` == 17 && drop.has(APUS_FLAG_L4) && drop.bytes == 34 && drop.ether_type == 0x0800)
        #expect(drop.interface.0 == 0x6c && drop.interface.1 == 0x6f && drop.interface.2 == 0)
    }

    @Test("A closed TCP port's kernel drop tells ports and flags")
    func kernelDropTCP() throws {
        let watched = try NetworkNamespace.unnamed()
        var settings = DatapathSettings()
        settings.restrictToNamespaces = [watched.inode]
        let datapath = try Datapath(settings: settings)
        var reader = try datapath.makeRingBufferReader()
        try inside(watched, "ip link set lo up; (echo > /dev/tcp/::1/9) 2> /dev/null || true")
        let drops = events(&reader, atLeast: 1) { datapath.kernelReasonNames[$0.reason] == "NO_SOCKET" }
        let drop = try #require(drops.first)
        #expect(drop.has(APUS_FLAG_IPV6) && drop.destination_port == 9 && drop.tcp_flags == 2)
    }

    @Test("On a veth pair a pod's packet is dropped by policy and told once, and passes when policy allows it")
    func vethPair() throws {
        let node = try NetworkNamespace.unnamed()
        let pod = try NetworkNamespace.unnamed()
        try inside(
            node,
            """
            ip link add node0 type veth peer name pod0 netns \(pod.path) && ip addr add 10.1.0.1/24 dev node0
            ip link set node0 up
            """)
        try inside(pod, "ip addr add 10.1.0.2/24 dev pod0 && ip link set pod0 up")
        let kinds = try node.run { () throws -> [[UInt8]] in
            var settings = DatapathSettings()
            settings.restrictToNamespaces = [node.inode]
            var datapath = try Datapath(settings: settings)
            var reader = try datapath.makeRingBufferReader()
            let interface = UInt32(try output("ip -o link show node0 | cut -d: -f1"))!
            try datapath.attach(interfaceIndex: interface, side: .pod)
            let denied = Bench.policy([], ingress: .none)
            let allowed = Bench.policy([.rule(3, .egress, .udp, port: 9, bits: 24)], ingress: .none)
            try datapath.apply([denied])
            try datapath.setEndpoint(interfaceIndex: interface, id: 7, identity: Identity(rawValue: 1000))
            let send = "echo hello > /dev/udp/10.1.0.1/9"
            var result: [[UInt8]] = []
            for (policy, count) in [(denied, 1), (allowed, 2)] {
                try datapath.apply([policy])
                try inside(pod, send)
                result.append(events(&reader, atLeast: count) { $0.destination_port == 9 }.map(\.kind))
            }
            try datapath.detach(interfaceIndex: interface)
            try inside(pod, send)
            result.append(events(&reader, atLeast: 1) { $0.destination_port == 9 }.map(\.kind))
            return result
        }
        // Allowed: the verdict, and then the node's own kernel finds no socket.
        #expect(kinds[0] == [apus_event.drop])
        #expect(kinds[1] == [apus_event.verdict, apus_event.kernelDrop])
        #expect(kinds[2] == [apus_event.kernelDrop])
    }

    @Test("Whoever attaches again replaces the program at the hook, and a detachment leaves none")
    func attachedAgain() throws {
        let counts = try NetworkNamespace.unnamed().run { () throws -> [Int] in
            let hook = TrafficControlHook(interfaceIndex: 1, direction: .ingress)
            var counts: [Int] = []
            for side in [InterfaceSide.pod, .host] {
                var abandoned = try Bench()
                try abandoned.datapath.attach(interfaceIndex: 1, side: side)
                counts.append(try hook.programs()?.count ?? 1)
            }
            var last = try Bench()
            try last.datapath.detach(interfaceIndex: 1)
            return counts + [try hook.programs()?.count ?? 0]
        }
        #expect(counts == [1, 1, 0])
    }

    @Test("Where the kernel has no tcx, a filter of clsact does it, and replaces a former one")
    func filter() throws {
        let namespace = try NetworkNamespace.unnamed()
        let hook = TrafficControlHook(interfaceIndex: 1, direction: .egress)
        let count = "tc filter show dev lo egress | grep -c apus_to_pod || true"
        for _ in 0..<2 { try namespace.run { try hook.attachFilter(try Bench().datapath.toPod) } }
        #expect(try output("nsenter --net=\(namespace.path) bash -c '\(count)'") == "1")
        try namespace.run { try hook.detach() }
        #expect(try output("nsenter --net=\(namespace.path) bash -c '\(count)'") == "0")
    }

    @Test("Loopback and veth have Ethernet headers, an IP tunnel and what does not exist have none")
    func linkTypes() throws {
        let namespace = try NetworkNamespace.unnamed()
        try inside(namespace, "ip link add name a type veth peer name b; ip tuntap add t mode tun")
        let kinds = try namespace.run {
            ["lo", "a", "t", "none"].map { name in
                NetworkInterfaces.isEthernet(index: NetworkInterfaces.index(of: name) ?? 999_999)
            }
        }
        #expect(kinds == [true, true, false, false])
    }

    @Test("An attachment to an interface that does not exist says so")
    func noInterface() throws {
        var bench = try Bench()
        do {
            try bench.datapath.attach(interfaceIndex: 999_999, side: .pod)
            Issue.record("attached")
        } catch { #expect(error.description.contains("of interface 999999 (ingress): No such device")) }
    }
}

/// The wanted events, as soon as there are so many and a moment has passed in which one too many would come; what is there
/// after five seconds otherwise.
private func events(
    _ reader: inout RingBufferReader, atLeast count: Int, _ isWanted: (apus_event) -> Bool
) -> [apus_event] {
    var events: [apus_event] = []
    func drain() {
        _ = unsafe reader.drain { record, _ in
            let event = unsafe record.loadUnaligned(as: apus_event.self)
            if isWanted(event) { events.append(event) }
        }
    }
    var poll = BufferPoll()
    poll.add(reader)
    let deadline = SystemClock.monotonicNanoseconds() + 5_000_000_000
    while events.count < count && SystemClock.monotonicNanoseconds() < deadline {
        poll.wait(milliseconds: 100)
        drain()
    }
    NamedThread.sleep(nanoseconds: 30_000_000)
    drain()
    return events
}

/// Runs shell commands within the namespace; throws when one fails.
func inside(_ namespace: NetworkNamespace, _ script: String) throws {
    _ = try output("exec nsenter --net=\(namespace.path) bash -ec '\(script)'")
}

func output(_ script: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-ec", script]
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw SystemError("run \(script)", code: process.terminationStatus) }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
}
