import CPacketFlood
import FlowModel
import Lab
import SystemRuntime

/// 64-byte datagrams from one pod of a laboratory to another, that takes them and never looks.
struct PacketFlood: ~Copyable {
    private let source: FileDescriptor
    private let sink: FileDescriptor
    private static let port: UInt16 = 9_090

    init(from sender: LabHost, to receiver: LabHost) throws {
        let address = receiver.ipv4.description
        let taking = try receiver.networkNamespace.run { unsafe packet_flood_sink(address, Self.port) }
        let sending = try sender.networkNamespace.run { unsafe packet_flood_open(address, Self.port) }
        precondition(taking >= 0 && sending >= 0, "both pods have sockets: \(taking), \(sending)")
        sink = FileDescriptor(owning: taking)
        source = FileDescriptor(owning: sending)
    }

    /// - Parameter rate: packets a second; nil for as many as go.
    /// - Returns: packets sent.
    func send(seconds: UInt64, rate: UInt64?) throws -> UInt64 {
        let start = SystemClock.monotonicNanoseconds()
        var sent: UInt64 = 0
        while true {
            let elapsed = SystemClock.monotonicNanoseconds() - start
            guard elapsed < seconds * 1_000_000_000 else { return sent }
            let due = rate.map { elapsed * $0 / 1_000_000_000 - sent } ?? 4_096
            let status = packet_flood_send(source.rawValue, UInt32(due))
            guard status == 0 else { throw SystemError("send packets", code: -status) }
            sent += due
            if rate != nil { NamedThread.sleep(nanoseconds: 1_000_000) }
        }
    }
}
