internal import FlowModel
internal import Glibc
internal import SystemRuntime

/// What a client is to do, once.
struct Exchange: Sendable {
    let client: NetworkNamespace
    let address: IPAddress
    let ipProtocol: IPProtocol
    let port: UInt16
    let payloadBytes: Int
    /// For a connection to open, or a datagram to be answered.
    let timeoutNanoseconds: UInt64

    typealias Completion = (ExchangeReport) -> Void

    /// Opens the socket and starts; on the loop's thread.
    ///
    /// - Parameter completion: called exactly once, on the loop's thread, at once or later.
    func start(in context: inout LoopContext, completion: @escaping Completion) {
        do throws(SystemError) {
            try client.enter()
            let socket = try Socket(kind)
            let status = socket.connect(to: address, port: port)
            guard status == 0 || (kind == .tcp && status == EINPROGRESS) else {
                completion(ExchangeReport(result: Self.result(errno: status)))
                return
            }
            // Time since the loop woke does not count against this exchange.
            let deadline = SystemClock.monotonicNanoseconds() + timeoutNanoseconds
            if kind == .tcp {
                let payload = [UInt8](repeating: UInt8(ascii: "."), count: payloadBytes)
                context.add(StreamExchange(socket, payload: payload, deadline: deadline, completion))
            } else {
                startDatagram(socket, deadline: deadline, in: &context, completion)
            }
        } catch {
            completion(ExchangeReport(result: .failed(error)))
        }
    }

    private func startDatagram(
        _ socket: consuming Socket, deadline: UInt64, in context: inout LoopContext, _ completion: @escaping Completion
    ) {
        switch socket.send(datagram[...]) {
        case .bytes:
            let exchange = DatagramExchange(
                socket, payloadBytes: payloadBytes, headerBytes: datagram.count - payloadBytes, deadline: deadline,
                completion)
            context.add(exchange)
        case .wouldBlock: completion(ExchangeReport(result: Self.result(errno: EAGAIN)))
        case .failed(let code): completion(ExchangeReport(result: Self.result(errno: code)))
        }
    }

    private var kind: SocketKind {
        switch ipProtocol {
        case .tcp: .tcp
        case .udp: .udp
        default: address.isV4 ? .ping : .pingIPv6
        }
    }

    /// The payload; for a ping behind an echo request's header, in which the kernel fills in identifier and checksum.
    private var datagram: [UInt8] {
        let payload = [UInt8](repeating: UInt8(ascii: "."), count: payloadBytes)
        let sequence: UInt8 = 1
        switch kind {
        case .tcp, .udp: return payload
        case .ping: return [8, 0, 0, 0, 0, 0, 0, sequence] + payload
        case .pingIPv6: return [128, 0, 0, 0, 0, 0, 0, sequence] + payload
        }
    }

    static func result(errno code: Int32) -> ExchangeResult {
        switch code {
        case ECONNREFUSED: .refused
        case ETIMEDOUT: .timedOut
        default: .failed(SystemError("exchange bytes", code: code))
        }
    }

    static let cancelled = ExchangeResult.failed(SystemError("exchange bytes", code: ECANCELED))
}
