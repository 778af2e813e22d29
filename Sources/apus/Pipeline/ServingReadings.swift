import FlowAPI
import FlowMetrics
import HTTPTransport

/// Where the server's counts are read.
struct ServingReadings: Sendable {
    let statistics: HTTPServerStatistics
    let credentials: Credentials?
    let access: AccessControl

    var reading: ServingReading {
        let (counts, refused) = (statistics.counts, access.refused)
        return ServingReading(
            connections: UInt64(counts.connectionsOpen), accepted: UInt64(counts.connectionsAccepted),
            requests: UInt64(counts.requests),
            refused: [
                ("connections", UInt64(counts.connectionsRefused)), ("malformed", UInt64(counts.malformedRequests)),
                ("stalled", UInt64(counts.connectionsStalled)), ("late", UInt64(counts.connectionsLate)),
                ("displaced", UInt64(counts.connectionsDisplaced)), ("tls_handshake", UInt64(counts.failedHandshakes)),
                ("without_tls", UInt64(counts.connectionsWithoutTLS)),
                ("unauthenticated", UInt64(refused.unauthenticated)), ("forbidden", UInt64(refused.forbidden)),
                ("withdrawn", UInt64(access.withdrawn)),
            ],
            certificates: (credentials?.tls?.certificates ?? []).map { ($0.path, $0.expirySeconds) })
    }
}
