/// Filters that Hubble knows, on facts that Apus does not capture. They are refused: a filter that can match nothing, or
/// everything after `not`, would mislead.
package enum UncapturedFact {
    private static let layer7 = "is about layer 7, which Apus does not capture"
    private static let tracing = "is about trace contexts, which Apus does not capture"

    private static let problems: [String: String] = [
        "http-status": layer7, "http-method": layer7, "http-path": layer7, "http-url": layer7, "http-header": layer7,
        "dns-query": layer7, "trace-id": tracing, "ip-trace-id": tracing,
        "snat-ip": "is about translated addresses, which Apus does not capture",
        "node-label": "is about labels of nodes, which Apus does not know",
        "encrypted": "is about encryption, which Apus does not capture",
        "unencrypted": "is about encryption, which Apus does not capture",
    ]

    /// What to tell of a parameter; nil if it is not one of these.
    package static func problem(of parameter: String) -> String? { problems[parameter] }
}
