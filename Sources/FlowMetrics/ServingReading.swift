/// What the API's server counts and holds.
package struct ServingReading: Sendable {
    /// Connections that are open.
    package var connections: UInt64
    /// Connections let in, and requests they made.
    package var accepted: UInt64
    package var requests: UInt64
    /// Connections and requests that got no answer to what they asked, by the reason. All reasons, those of 0 too.
    package var refused: [(reason: String, count: UInt64)]
    /// Files of certificates, and when the first in each expires, in seconds since 1970.
    package var certificates: [(file: String, expirySeconds: Int64)]

    package init(
        connections: UInt64, accepted: UInt64, requests: UInt64, refused: [(reason: String, count: UInt64)],
        certificates: [(file: String, expirySeconds: Int64)]
    ) {
        self.connections = connections
        self.accepted = accepted
        self.requests = requests
        self.refused = refused
        self.certificates = certificates
    }
}

extension MetricsText {
    mutating func appendServing(_ serving: ServingReading) {
        header("apus_api_connections", "gauge", "Connections to the API that are open.")
        sample("apus_api_connections", [], serving.connections)
        header("apus_api_connections_total", "counter", "Connections to the API that were let in.")
        sample("apus_api_connections_total", [], serving.accepted)
        header("apus_api_requests_total", "counter", "Requests to the API.")
        sample("apus_api_requests_total", [], serving.requests)
        header("apus_api_refused_total", "counter", "Connections and requests to the API that were refused, by reason.")
        for (reason, count) in serving.refused { sample("apus_api_refused_total", [("reason", reason)], count) }
        guard !serving.certificates.isEmpty else { return }
        let name = "apus_tls_certificate_expiry_timestamp_seconds"
        header(name, "gauge", "When the first certificate of a file expires, in seconds since 1970.")
        for (file, seconds) in serving.certificates {
            sample(name, [("file", file)], UInt64(max(0, seconds)))
        }
    }
}
