internal import Glibc
internal import SystemRuntime

/// Two stream sockets that are connected to each other; no program inherits them by accident.
struct SocketPair: ~Copyable, Sendable {
    let near: FileDescriptor
    let far: FileDescriptor

    init(isBlocking: Bool) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | (isBlocking ? 0 : SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, Int32(type), 0, &ends) == 0 else { throw .last("open a pair of sockets") }
        near = FileDescriptor(owning: ends[0])
        far = FileDescriptor(owning: ends[1])
    }
}
