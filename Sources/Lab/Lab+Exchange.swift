package import FlowModel
internal import Synchronization
internal import SystemRuntime

extension Lab {
    /// Serves a port until the laboratory is closed: sends back what comes, over both families.
    ///
    /// - Parameter ipProtocol: `.tcp` or `.udp`.
    package func listen(on host: LabHost, ipProtocol: IPProtocol = .tcp, port: UInt16) throws(LabError) {
        precondition(ipProtocol == .tcp || ipProtocol == .udp, "servers speak TCP and UDP")
        let server = try EchoServer.make(TrafficPlan.Server(host: host, ipProtocol: ipProtocol, port: port))
        guard try loop().submit({ $0.add(server) }) else { throw .closed }
    }

    /// Opens a TCP connection, sends a payload and reads it back.
    ///
    /// - Parameter timeout: for the handshake; the answer has 1 s more.
    package func connect(
        from host: LabHost, to address: IPAddress, port: UInt16, payloadBytes: Int = 64,
        timeout: Duration = .milliseconds(300)
    ) async -> ExchangeResult {
        await exchange(host, address, .tcp, port, payloadBytes, timeout)
    }

    /// Sends a UDP datagram and waits for its echo.
    package func sendUDP(
        from host: LabHost, to address: IPAddress, port: UInt16, payloadBytes: Int = 64,
        timeout: Duration = .milliseconds(300)
    ) async -> ExchangeResult {
        await exchange(host, address, .udp, port, payloadBytes, timeout)
    }

    /// Sends an ICMP or ICMPv6 echo request.
    package func ping(
        from host: LabHost, to address: IPAddress, payloadBytes: Int = 56, timeout: Duration = .milliseconds(300)
    ) async -> ExchangeResult {
        await exchange(host, address, address.isV4 ? .icmp : .icmpv6, 0, payloadBytes, timeout)
    }

    private func exchange(
        _ host: LabHost, _ address: IPAddress, _ ipProtocol: IPProtocol, _ port: UInt16, _ payloadBytes: Int,
        _ timeout: Duration
    ) async -> ExchangeResult {
        let exchange = Exchange(
            client: host.networkNamespace, address: address, ipProtocol: ipProtocol, port: port,
            payloadBytes: payloadBytes, timeoutNanoseconds: UInt64(max(.zero, timeout) / .nanoseconds(1)))
        return await withCheckedContinuation { continuation in
            let isTaken = try? loop().submit { context in
                exchange.start(in: &context) { continuation.resume(returning: $0.result) }
            }
            if isTaken != true { continuation.resume(returning: Exchange.cancelled) }
        }
    }

    private func loop() throws(LabError) -> TrafficLoop {
        try state.withLock { state throws(LabError) in
            guard state != nil else { throw .closed }
            if let loop = state?.loop { return loop }
            do throws(SystemError) {
                let loop = try TrafficLoop()
                state?.loop = loop
                return loop
            } catch {
                throw .system(host: "traffic", error)
            }
        }
    }
}
