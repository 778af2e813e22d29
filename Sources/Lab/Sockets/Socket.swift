internal import FlowModel
internal import Glibc
internal import SystemRuntime

/// What one attempt to move bytes came to.
enum Transfer: Equatable {
    /// 0 received from a TCP socket is its peer's end.
    case bytes(Int)
    case wouldBlock
    /// errno
    case failed(Int32)

    init(_ result: Int) {
        if result >= 0 {
            self = .bytes(result)
        } else {
            self = errno == EAGAIN ? .wouldBlock : .failed(errno)
        }
    }
}

/// A non-blocking socket; closed when the value ends. It belongs to the network namespace in which its maker was.
struct Socket: ~Copyable {
    private let descriptor: FileDescriptor
    private let kind: SocketKind

    /// For `poll` only.
    var pollDescriptor: Int32 { descriptor.rawValue }

    init(_ kind: SocketKind) throws(SystemError) {
        let result = socket(kind.domain, kind.type, kind.ipProtocol)
        guard result >= 0 else { throw .last("open a \(kind) socket") }
        self.init(FileDescriptor(owning: result), kind)
    }

    private init(_ descriptor: consuming FileDescriptor, _ kind: SocketKind) {
        self.descriptor = descriptor
        self.kind = kind
    }

    // MARK: Servers

    /// Takes the port on all addresses of both families.
    borrowing func bind(port: UInt16) throws(SystemError) {
        try enable(SO_REUSEADDR)
        let status = unsafe SocketAddress.with(.unspecified, port: port, family: AF_INET6) { address, length in
            unsafe Glibc.bind(descriptor.rawValue, address, length)
        }
        guard status == 0 else { throw .last("take \(kind) port \(port)") }
    }

    borrowing func listen(backlog: Int32) throws(SystemError) {
        guard Glibc.listen(descriptor.rawValue, backlog) == 0 else { throw .last("listen") }
    }

    /// A connection that waits to be taken; nil when there is none.
    borrowing func accept() -> Socket? {
        let result = Glibc.accept(descriptor.rawValue, nil, nil)
        guard result >= 0 else { return nil }
        _ = fcntl(result, F_SETFD, FD_CLOEXEC)
        _ = fcntl(result, F_SETFL, O_NONBLOCK)
        return Socket(FileDescriptor(owning: result), kind)
    }

    // MARK: Clients

    /// Starts a connection, or fixes the peer of datagrams.
    ///
    /// - Returns: errno; 0 when it is connected, EINPROGRESS while a TCP handshake goes on.
    borrowing func connect(to address: IPAddress, port: UInt16) -> Int32 {
        let status = unsafe SocketAddress.with(address, port: port, family: kind.domain) { address, length in
            unsafe Glibc.connect(descriptor.rawValue, address, length)
        }
        return status == 0 ? 0 : errno
    }

    /// Takes the error that the network reported since the last call: errno, or 0.
    borrowing func takeError() -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let status = unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ERROR, &code, &length)
        return status == 0 ? code : errno
    }

    /// Tells a TCP peer that nothing more will come.
    borrowing func finishSending() { _ = shutdown(descriptor.rawValue, Int32(SHUT_WR)) }

    // MARK: Bytes

    borrowing func send(_ bytes: ArraySlice<UInt8>) -> Transfer {
        unsafe bytes.withUnsafeBytes { buffer in
            let flags = Int32(MSG_NOSIGNAL)
            return unsafe Transfer(Glibc.send(descriptor.rawValue, buffer.baseAddress, buffer.count, flags))
        }
    }

    /// Writes to the buffer's beginning, as much as it has place for.
    borrowing func receive(into buffer: inout [UInt8]) -> Transfer {
        unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe Transfer(Glibc.recv(descriptor.rawValue, buffer.baseAddress, buffer.count, 0))
        }
    }

    /// Sends one datagram that has come back to its sender.
    borrowing func echoDatagram(with buffer: inout [UInt8]) -> Transfer {
        unsafe buffer.withUnsafeMutableBytes { buffer in
            var peer = sockaddr_in6()
            let descriptor = descriptor.rawValue
            return unsafe withUnsafeMutablePointer(to: &peer) { peer in
                unsafe peer.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
                    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
                    let count = unsafe recvfrom(descriptor, buffer.baseAddress, buffer.count, 0, peer, &length)
                    guard count >= 0 else { return Transfer(count) }
                    return unsafe Transfer(sendto(descriptor, buffer.baseAddress, count, 0, peer, length))
                }
            }
        }
    }

    private borrowing func enable(_ option: Int32) throws(SystemError) {
        var on: Int32 = 1
        let length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe setsockopt(descriptor.rawValue, SOL_SOCKET, option, &on, length) == 0 else {
            throw .last("set option \(option) of a socket")
        }
    }
}
