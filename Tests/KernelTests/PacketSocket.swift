import Glibc
import SystemRuntime

/// Frames out of an interface, and into it, by a packet socket (packet(7)). The interface is one of the calling thread's
/// network namespace when it is made.
final class PacketSocket: Sendable {
    let interfaceIndex: UInt32
    private let wire: FileDescriptor

    init(interface: String) throws {
        interfaceIndex = unsafe if_nametoindex(interface)
        let descriptor = socket(
            AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_NONBLOCK.rawValue), Int32(Self.everyProtocol.bigEndian))
        guard interfaceIndex != 0, descriptor >= 0 else { throw SystemError("open a packet socket", code: errno) }
        wire = FileDescriptor(owning: descriptor)
        // struct sockaddr_ll: family, protocol, interface; the rest is for frames that the kernel makes.
        let address: [UInt32] = [
            UInt32(AF_PACKET) | UInt32(Self.everyProtocol.bigEndian) << 16, interfaceIndex, 0, 0, 0,
        ]
        let status = unsafe address.withUnsafeBytes { bytes in
            unsafe bind(
                descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard status == 0 else { throw SystemError("bind a packet socket", code: errno) }
    }

    /// ETH_P_ALL
    private static let everyProtocol: UInt16 = 3

    func send(_ frame: [UInt8]) throws {
        let sent = unsafe frame.withUnsafeBytes { unsafe Glibc.send(wire.rawValue, $0.baseAddress, $0.count, 0) }
        // ENOBUFS is how the kernel says that a program at the interface dropped it.
        guard sent == frame.count || errno == ENOBUFS else { throw SystemError("send a packet", code: errno) }
    }

    /// Takes all that has come.
    func hasReceived(_ frame: [UInt8]) -> Bool {
        var found = false
        var buffer = [UInt8](repeating: 0, count: 2_048)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(wire.rawValue, $0.baseAddress, $0.count, 0)
            }
            guard count >= 0 else { return found }
            found = found || Array(buffer.prefix(count)) == frame
        }
    }
}
