internal import SystemRuntime

/// Takes TCP connections on a port and sends back whatever they bring.
final class TCPEchoServer: LoopMember, Sendable {
    private static let backlog: Int32 = 128
    private let socket: Socket

    /// Call inside the host's network namespace.
    init(port: UInt16) throws(SystemError) {
        socket = try Socket(.tcp)
        try socket.bind(port: port)
        try socket.listen(backlog: Self.backlog)
    }

    var pollDescriptor: Int32 { socket.pollDescriptor }
    var interest: PollInterest { .reading }
    var deadlineNanoseconds: UInt64 { .max }

    func advance(isReady: Bool, in context: inout LoopContext) -> Bool {
        while let connection = socket.accept() {
            context.add(EchoConnection(connection, nowNanoseconds: context.nowNanoseconds))
        }
        return true
    }

    func cancel() {}
}

/// Sends datagrams back.
final class UDPEchoServer: LoopMember, Sendable {
    private let socket: Socket

    /// Call inside the host's network namespace.
    init(port: UInt16) throws(SystemError) {
        socket = try Socket(.udp)
        try socket.bind(port: port)
    }

    var pollDescriptor: Int32 { socket.pollDescriptor }
    var interest: PollInterest { .reading }
    var deadlineNanoseconds: UInt64 { .max }

    func advance(isReady: Bool, in context: inout LoopContext) -> Bool {
        while case .bytes = socket.echoDatagram(with: &context.buffer) {}
        return true
    }

    func cancel() {}
}

/// The server's end of one TCP connection. Reads only when all that it read before is on its way back.
private final class EchoConnection: LoopMember {
    private static let idleNanoseconds: UInt64 = 5_000_000_000
    private let socket: Socket
    private var pending: ArraySlice<UInt8> = []
    private(set) var deadlineNanoseconds: UInt64

    init(_ socket: consuming Socket, nowNanoseconds: UInt64) {
        self.socket = socket
        deadlineNanoseconds = nowNanoseconds + Self.idleNanoseconds
    }

    var pollDescriptor: Int32 { socket.pollDescriptor }
    var interest: PollInterest { pending.isEmpty ? .reading : .writing }

    func advance(isReady: Bool, in context: inout LoopContext) -> Bool {
        guard isReady else { return false }
        deadlineNanoseconds = context.nowNanoseconds + Self.idleNanoseconds
        while true {
            if pending.isEmpty {
                switch socket.receive(into: &context.buffer) {
                case .bytes(let count) where count > 0: pending = context.buffer[..<count]
                case .wouldBlock: return true
                case .bytes, .failed: return false
                }
            }
            switch socket.send(pending) {
            case .bytes(let count): pending = pending.dropFirst(count)
            case .wouldBlock: return true
            case .failed: return false
            }
        }
    }

    func cancel() {}
}
