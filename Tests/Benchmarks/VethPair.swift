import CPacketFlood
import FlowModel
import SystemRuntime

/// A node and a pod, two network namespaces joined by a veth pair, as a cluster's network makes them.
struct VethPair: Sendable {
    static let interface = "node0"
    private static let nodeAddress = "10.64.255.254"
    private static let port: UInt16 = 9_090

    let node: NetworkNamespace
    let pod: NetworkNamespace
    private let podAddress: IPAddress

    init(podAddress: IPAddress) throws {
        (node, pod) = (try NetworkNamespace.unnamed(), try NetworkNamespace.unnamed())
        self.podAddress = podAddress
        try Self.inside(
            node,
            """
            ip link add \(Self.interface) type veth peer name eth0 netns \(pod.path)
            ip link set lo up; ip addr add \(Self.nodeAddress)/16 dev \(Self.interface); ip link set \(Self.interface) up
            """)
        try Self.inside(pod, "ip addr add \(podAddress)/16 dev eth0; ip link set eth0 up")
    }

    private static func inside(_ namespace: NetworkNamespace, _ script: String) throws {
        let output = try Tool.run("/usr/bin/nsenter", ["--net=\(namespace.path)", "/bin/sh", "-ec", script])
        guard output.isEmpty else { throw Obstacle(output) }
    }

    /// A sender on the node, and a socket in the pod that takes what it sends. On a thread of the node.
    func open() throws -> PacketFlood {
        let address = podAddress.description
        let sink = try pod.run { unsafe packet_flood_sink(address, Self.port) }
        let source = try node.run { unsafe packet_flood_open(address, Self.port) }
        guard sink >= 0, source >= 0 else { throw Obstacle("sockets: \(sink), \(source)") }
        return PacketFlood(source: FileDescriptor(owning: source), sink: FileDescriptor(owning: sink))
    }
}

/// Frames of 64 bytes from the node to the pod. veth hands each over within the sender's system call, so the sender's
/// processor time is that of the packets' whole way.
struct PacketFlood: ~Copyable, Sendable {
    fileprivate let source: FileDescriptor
    fileprivate let sink: FileDescriptor

    func send(_ count: Int) throws {
        let status = packet_flood_send(source.rawValue, UInt32(count))
        guard status == 0 else { throw Obstacle("sending ended: errno \(-status)") }
    }

    /// Sends for some time.
    ///
    /// - Parameter rate: packets a second, in portions of a millisecond; nil for as many as go.
    /// - Returns: packets sent.
    func send(seconds: Double, rate: Double?) throws -> Int {
        let clock = WallMeter()
        var sent = 0
        while clock.nanoseconds < seconds * 1e9 {
            let due = rate.map { Int(clock.nanoseconds / 1e9 * $0) - sent } ?? 4_096
            if due > 0 {
                try send(due)
                sent += due
            }
            if rate != nil { NamedThread.sleep(nanoseconds: 1_000_000) }
        }
        return sent
    }
}
