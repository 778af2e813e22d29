import Glibc
import NIOCore
import NIOPosix

extension HTTPServer {
    /// Connections that the kernel holds for us until they are accepted.
    private static let backlog: Int32 = 256

    static func listen(
        on address: HTTPAddress, group: MultiThreadedEventLoopGroup, _ services: ConnectionServices,
        _ tls: TLSCredentials?, _ socketMode: UInt16
    ) async throws(HTTPServerError) -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: HTTPLimits.unsentBytes / 2, high: HTTPLimits.unsentBytes)
            )
        do {
            switch address {
            case .tcp(let host, let port):
                return
                    try await bootstrap
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .childChannelOption(.socketOption(.so_keepalive), value: 1)
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture { try setUp(channel, services, tls) }
                    }
                    .bind(host: host, port: port).get()
            case .unix(let path):
                try await refuseIfServed(path, group: group)
                let listener =
                    try await bootstrap
                    .serverChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture { try limitAccess(to: channel, mode_t(socketMode)) }
                    }
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture { try setUp(channel, services, nil) }
                    }
                    .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
                // The process's umask may have left less than was asked for.
                try address.setSocketFile(mode: socketMode)
                return listener
            }
        } catch let error as HTTPServerError {
            throw error
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw .addressInUse(address)
        } catch {
            throw .cannotListen(on: address, reason: reason(of: error))
        }
    }

    /// Before the socket gets its file, so that there is no moment at which the file lets in more.
    private static func limitAccess(to channel: any Channel, _ mode: mode_t) throws {
        let status = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { fchmod($0, mode) }
        guard status == 0 else { throw IOError(errnoCode: errno, reason: "fchmod") }
    }

    private static func setUp(_ channel: any Channel, _ services: ConnectionServices, _ tls: TLSCredentials?) throws {
        let pipeline = channel.pipeline.syncOperations
        guard services.registry.admit(channel) else {
            return try pipeline.addHandler(RefusedConnection(limit: services.limits.connections))
        }
        let peer = HTTPPeer(address: channel.remoteAddress?.ipAddress)
        guard let tls else {
            return try pipeline.addHandler(ProtocolDetector(services: services, channel: channel, peer: peer))
        }
        let handshake = TLSHandshake(services, peer)
        try pipeline.addHandlers([TLSGate(tls, services, before: handshake), handshake])
    }

    /// A socket file that nobody listens on is left over from a server that was killed, and is replaced. One that does not
    /// tell is left alone.
    private static func refuseIfServed(_ path: String, group: MultiThreadedEventLoopGroup) async throws {
        do {
            let probe = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
            try? await probe.close()
        } catch let error as IOError where [ECONNREFUSED, ENOENT].contains(error.errnoCode) {
            return
        }
        throw HTTPServerError.addressInUse(.unix(path: path))
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == EACCES: "permission denied"
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL: "this host does not have the address"
        case let error as IOError where error.errnoCode == ENOENT: "the directory does not exist"
        case is UnixDomainSocketPathWrongType: "the file there is no socket, and is left alone"
        case SocketAddressError.unixDomainSocketPathTooLong:
            "the path is longer than the 107 bytes that a socket may have"
        default: "\(error)"
        }
    }
}
