import NIOCore

/// What every connection of a server shares.
struct ConnectionServices: Sendable {
    let responder: any HTTPResponder
    let limits: HTTPLimits
    let statistics: HTTPServerStatistics
    let registry: ConnectionRegistry
    /// One for each event loop.
    let turns: [ObjectIdentifier: TurnQueue]

    /// The answer in the form that is sent. On the connection's event loop.
    func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> HTTPResponse {
        responder.respond(to: request, on: eventLoop).coded(for: request)
    }

    /// Calls `action` after the other connections of `eventLoop`, which must be the current one, had their turn.
    func nextTurn(on eventLoop: any EventLoop, _ action: @escaping () -> Void) {
        turns[ObjectIdentifier(eventLoop)]?.enqueue(action)
    }
}

/// Fired into each connection when the server stops: finish what is under way, accept nothing new, close.
enum ServerIsStopping {
    case event
}
