import Glibc
import NIOCore
import NIOPosix

extension HTTPServer {
    /// Connections that the kernel holds for us until they are accepted.
    private static let backlog: Int32 = 256

    static func listen(
        on address: HTTPAddress, group: MultiThreadedEventLoopGroup, _ services: ConnectionServices
    ) async throws(HTTPServerError) -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: HTTPLimits.unsentBytes / 2, high: HTTPLimits.unsentBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try setUp(channel, services) }
            }
        do {
            switch address {
            case .tcp(let host, let port):
                return
                    try await bootstrap
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .childChannelOption(.socketOption(.so_keepalive), value: 1)
                    .bind(host: host, port: port).get()
            case .unix(let path):
                try await refuseIfServed(path, group: group)
                return try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            }
        } catch let error as HTTPServerError {
            throw error
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw .addressInUse(address)
        } catch {
            throw .cannotListen(on: address, reason: reason(of: error))
        }
    }

    private static func setUp(_ channel: any Channel, _ services: ConnectionServices) throws {
        let pipeline = channel.pipeline.syncOperations
        if services.registry.admit(channel) {
            try pipeline.addHandler(ProtocolDetector(services: services, channel: channel))
        } else {
            try pipeline.addHandler(RefusedConnection(limit: services.limits.connections))
        }
    }

    /// A socket file that nobody listens on is left over from a server that was killed, and is replaced.
    private static func refuseIfServed(_ path: String, group: MultiThreadedEventLoopGroup) async throws {
        guard let probe = try? await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get() else {
            return
        }
        try? await probe.close()
        throw HTTPServerError.addressInUse(.unix(path: path))
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == EACCES: "permission denied"
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL: "this host does not have the address"
        case let error as IOError where error.errnoCode == ENOENT: "the directory does not exist"
        case SocketAddressError.unixDomainSocketPathTooLong:
            "the path is longer than the 107 bytes that a socket may have"
        default: "\(error)"
        }
    }
}
