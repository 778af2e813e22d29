import FlowAPI
import FlowMetrics
import HTTPTransport

/// Where the server's counts are read.
struct ServingReadings: Sendable {
    let statistics: HTTPServerStatistics
    let credentials: Credentials?
    let access: AccessControl
    let api: APIStatistics

    var reading: ServingReading {
        let (counts, refused) = (statistics.counts, access.refused)
        var reading = ServingReading()
        reading.connections = UInt64(counts.connectionsOpen)
        reading.accepted = UInt64(counts.connectionsAccepted)
        reading.requests = UInt64(counts.requests)
        reading.refused = [
            ("connections", counts.connectionsRefused), ("malformed", counts.malformedRequests),
            ("stalled", counts.connectionsStalled), ("late", counts.connectionsLate),
            ("displaced", counts.connectionsDisplaced), ("tls_handshake", counts.failedHandshakes),
            ("without_tls", counts.connectionsWithoutTLS), ("unauthenticated", refused.unauthenticated),
            ("forbidden", refused.forbidden), ("withdrawn", access.withdrawn),
        ].map { ($0.0, UInt64($0.1)) }
        reading.certificates = (credentials?.tls?.certificates ?? []).map { ($0.path, $0.expirySeconds) }
        api.read(into: &reading)
        return reading
    }
}
