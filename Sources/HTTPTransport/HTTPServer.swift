import NIOCore
import NIOPosix
import Synchronization

/// Serves HTTP/1.1 and HTTP/2, over TLS or with prior knowledge, on TCP and unix sockets. It knows nothing of what it
/// serves.
package final class HTTPServer: Sendable {
    /// Where it listens, with the ports that the system chose, in the order asked for.
    package let addresses: [HTTPAddress]

    private let group: MultiThreadedEventLoopGroup
    private let listeners: [any Channel]
    private let services: ConnectionServices
    private let isStopping = Atomic(false)

    /// Owner and group may connect to a unix socket.
    package static let defaultSocketMode: UInt16 = 0o660

    /// Listens on all of `addresses` or on none. Throws which address is at fault and why.
    ///
    /// - Parameters:
    ///   - tls: what TCP connections must speak; nil: none of it. Unix sockets never do.
    ///   - socketMode: permissions of unix sockets' files: who may connect.
    ///   - statistics: where it counts.
    package static func start(
        addresses: [HTTPAddress], limits: HTTPLimits = HTTPLimits(), tls: TLSCredentials? = nil,
        socketMode: UInt16 = defaultSocketMode, statistics: HTTPServerStatistics = HTTPServerStatistics(),
        responder: any HTTPResponder
    ) async throws(HTTPServerError) -> HTTPServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, limits.eventLoopThreads))
        let services = ConnectionServices(
            responder: responder, limits: limits, statistics: statistics,
            registry: ConnectionRegistry(limit: limits.connections, statistics: statistics),
            turns: Dictionary(
                uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), TurnQueue(eventLoop: $0)) }))
        var listeners: [any Channel] = []
        do throws(HTTPServerError) {
            for address in addresses {
                listeners.append(try await listen(on: address, group: group, services, tls, socketMode))
            }
        } catch {
            for listener in listeners { try? await listener.close() }
            try? await group.shutdownGracefully()
            throw error
        }
        return HTTPServer(addresses: addresses, group: group, listeners: listeners, services: services)
    }

    private init(
        addresses: [HTTPAddress], group: MultiThreadedEventLoopGroup, listeners: [any Channel],
        services: ConnectionServices
    ) {
        self.addresses = zip(addresses, listeners).map { HTTPAddress(bound: $1.localAddress, asked: $0) }
        self.group = group
        self.listeners = listeners
        self.services = services
    }

    package var counts: HTTPServerCounts { services.statistics.counts }

    /// Stops listening, lets requests that are under way finish, asks streams to end, and closes what is left after
    /// `grace`. Only the first call does something.
    package func shutdown(grace: Duration) async {
        guard !isStopping.exchange(true, ordering: .relaxed) else { return }
        for listener in listeners { try? await listener.close() }
        let connections = services.registry.stop()
        for connection in connections { connection.pipeline.fireUserInboundEventTriggered(ServerIsStopping.event) }
        let deadline = group.next().scheduleTask(in: TimeAmount(grace)) {
            for connection in connections { connection.close(promise: nil) }
        }
        for connection in connections { try? await connection.closeFuture.get() }
        deadline.cancel()
        for address in addresses { address.removeSocketFile() }
        try? await group.shutdownGracefully()
    }
}

package enum HTTPServerError: Error, CustomStringConvertible {
    case cannotListen(on: HTTPAddress, reason: String)
    /// Somebody else listens there.
    case addressInUse(HTTPAddress)

    package var description: String {
        switch self {
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .addressInUse(let address): "cannot listen on \(address): another program listens there"
        }
    }
}
