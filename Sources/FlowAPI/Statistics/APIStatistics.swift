package import FlowMetrics
internal import Synchronization
internal import SystemRuntime

/// What the API counts of its own answers. Any thread.
package final class APIStatistics: Sendable {
    /// Paths whose answers take time, and how long they took.
    private let queries: [(path: String, durations: Histogram)]
    /// Scrapes by status: those that were answered, and those that were refused.
    private let scrapes: [(code: String, durations: Histogram)]
    private let ndjson = Atomic(0)
    private let events = Atomic(0)
    private let messages = Atomic(0)
    private let calls: [String: CallCounts]

    package init() {
        let paths = [
            "/v1/flows", "/v1/drops", "/v1/series", "/v1/top", "/v1/graph", "/v1/namespaces", "/v1/endpoints",
            "/v1/identities", "/v1/policies",
        ]
        queries = paths.map { ($0, Histogram(.query)) }
        scrapes = ["200", "401", "403", "500"].map { ($0, Histogram(.query)) }
        calls = Dictionary(uniqueKeysWithValues: FlowAPI.methods.map { ($0.key, CallCounts($0.value)) })
    }

    func durations(_ path: String) -> Histogram? { queries.first { $0.path == path }?.durations }

    func scraped(_ code: String, nanoseconds: UInt64) {
        scrapes.first { $0.code == code }?.durations.observe(nanoseconds)
    }

    func calls(_ path: String) -> CallCounts? { calls[path] }

    /// - Parameter change: 1 when a follower comes, -1 when it goes.
    func follow(_ format: FlowStreamFormat, _ change: Int) {
        switch format {
        case .lines: ndjson.add(change, ordering: .relaxed)
        case .events: events.add(change, ordering: .relaxed)
        case .messages: messages.add(change, ordering: .relaxed)
        }
    }

    /// Puts what is counted here into a reading.
    package func read(into reading: inout ServingReading) {
        reading.queries = queries
        reading.scrapes = scrapes
        let followers = [
            ("ndjson", ndjson.load(ordering: .relaxed)), ("sse", events.load(ordering: .relaxed)),
            ("grpc", messages.load(ordering: .relaxed)),
        ]
        reading.followers = followers.map { ($0.0, UInt64(max(0, $0.1))) }
        reading.calls = calls.sorted { $0.key < $1.key }.compactMap { $0.value.reading(path: $0.key) }
    }
}

/// Calls of one method of gRPC.
final class CallCounts: Sendable {
    private let isConversation: Bool
    private let isStream: Bool
    private let started = Atomic<UInt64>(0)
    private let received = Atomic<UInt64>(0)
    private let sent = Atomic<UInt64>(0)
    /// By code.
    private let handled = SharedWords(count: GRPCStatus.codeNames.count)

    init(_ method: GRPCMethod) {
        isConversation = method.isConversation
        isStream = method.isStream
    }

    func begin() { started.add(1, ordering: .relaxed) }
    func receive() { received.add(1, ordering: .relaxed) }
    func send(_ count: UInt64) { sent.add(count, ordering: .relaxed) }
    func end(_ status: GRPCStatus.Code) { handled.add(1, at: status.rawValue) }

    func reading(path: String) -> CallReading? {
        let parts = path.split(separator: "/")
        guard parts.count == 2 else { return nil }
        let type = isConversation ? "bidi_stream" : isStream ? "server_stream" : "unary"
        var reading = CallReading(type: type, service: String(parts[0]), method: String(parts[1]))
        reading.started = started.load(ordering: .relaxed)
        reading.received = received.load(ordering: .relaxed)
        reading.sent = sent.load(ordering: .relaxed)
        reading.handled = GRPCStatus.codeNames.enumerated().map { ($0.element, handled.load($0.offset)) }
        return reading
    }
}

extension GRPCStatus {
    /// By number, as google.rpc.Code and gRPC's own metrics name them.
    static let codeNames = [
        "OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists",
        "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented",
        "Internal", "Unavailable", "DataLoss", "Unauthenticated",
    ]
}
