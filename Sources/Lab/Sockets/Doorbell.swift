internal import Glibc
internal import SystemRuntime

/// Wakes a thread that sleeps in `poll`: a pair of sockets, since `poll` wants a descriptor beside the others.
final class Doorbell: Sendable {
    private let pair: SocketPair

    init() throws(SystemError) { pair = try SocketPair(isBlocking: false) }

    /// Becomes readable when the bell rang.
    var pollDescriptor: Int32 { pair.near.rawValue }

    /// Any thread; never blocks.
    func ring() {
        var byte: UInt8 = 1
        // A full buffer means that the bell rings already.
        _ = unsafe send(pair.far.rawValue, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    /// Takes all rings.
    func silence() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while unsafe recv(pair.near.rawValue, buffer.baseAddress!, buffer.count, 0) > 0 {}
        }
    }
}
