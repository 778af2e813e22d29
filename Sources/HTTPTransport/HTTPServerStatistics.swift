import Synchronization

/// What a server has counted since it started.
package struct HTTPServerCounts: Equatable, Sendable {
    package var connectionsAccepted = 0
    /// Closed at once because `HTTPLimits.connections` were open.
    package var connectionsRefused = 0
    package var connectionsOpen = 0
    package var requests = 0
    /// Answered with a 4xx by the transport itself, or an HTTP/2 frame that broke the protocol.
    package var malformedRequests = 0
    /// Connections closed because their client took nothing for `HTTPLimits.stallTime`.
    package var connectionsStalled = 0
    /// TLS connections that ended before any request could come: wrong version, no valid certificate, too slow.
    package var failedHandshakes = 0
    /// Answered with 400 because TLS was asked of them and they spoke without.
    package var connectionsWithoutTLS = 0
    /// Closed because their first request was not there after `HTTPLimits.headTime`.
    package var connectionsLate = 0
    /// Closed without a request, because `HTTPLimits.connections` were open and another came.
    package var connectionsDisplaced = 0
}

/// Counters of all event loops.
package final class HTTPServerStatistics: Sendable {
    let accepted = Atomic(0)
    let refused = Atomic(0)
    let open = Atomic(0)
    let requests = Atomic(0)
    let malformed = Atomic(0)
    let stalled = Atomic(0)
    let failedHandshakes = Atomic(0)
    let withoutTLS = Atomic(0)
    let late = Atomic(0)
    let displaced = Atomic(0)

    package init() {}

    package var counts: HTTPServerCounts {
        HTTPServerCounts(
            connectionsAccepted: accepted.load(ordering: .relaxed),
            connectionsRefused: refused.load(ordering: .relaxed),
            connectionsOpen: open.load(ordering: .relaxed),
            requests: requests.load(ordering: .relaxed),
            malformedRequests: malformed.load(ordering: .relaxed),
            connectionsStalled: stalled.load(ordering: .relaxed),
            failedHandshakes: failedHandshakes.load(ordering: .relaxed),
            connectionsWithoutTLS: withoutTLS.load(ordering: .relaxed),
            connectionsLate: late.load(ordering: .relaxed),
            connectionsDisplaced: displaced.load(ordering: .relaxed))
    }
}
