package import DatapathABI

/// A piece of a recording, as its reader gives it.
package enum RecordingChunk: Sendable {
    case node(name: String, addresses: [String])
    /// From here on the monotonic clock stands so far from the time since 1970.
    case clock(offset: UInt64)
    case dropReasons([UInt32: String])
    case interfaces([UInt32: String])
    case functions([UInt64: String])
    case events([apus_event])
    case end(RecordingEnd)
}

extension RecordingChunk {
    /// - Parameter count: elements that the chunk says it has.
    /// - Returns: nil if the payload does not hold what its kind says.
    init?(_ kind: RecordingChunkKind, _ payload: [UInt8], count: Int) {
        var fields = FieldReader(payload)
        switch kind {
        case .node:
            guard let names = Self.names(&fields, count), let name = names.first else { return nil }
            self = .node(name: name.name, addresses: names.dropFirst().map(\.name))
        case .clock:
            guard let offset = fields.integer(UInt64.self) else { return nil }
            self = .clock(offset: offset)
        case .dropReasons, .interfaces:
            guard let names = Self.names(&fields, count) else { return nil }
            let table = Dictionary(names.map { (UInt32(truncatingIfNeeded: $0.key), $0.name) }) { _, last in last }
            self = kind == .dropReasons ? .dropReasons(table) : .interfaces(table)
        case .functions:
            guard let names = Self.names(&fields, count) else { return nil }
            self = .functions(Dictionary(names.map { ($0.key, $0.name) }) { _, last in last })
        case .events:
            guard let events = RecordedEvents.events(in: payload), events.count == count else { return nil }
            self = .events(events)
            return
        case .end:
            guard let events = fields.integer(UInt64.self), let lost = fields.integer(UInt64.self) else { return nil }
            self = .end(RecordingEnd(events: events, lost: lost))
        }
        guard fields.isAtEnd else { return nil }
    }

    private static func names(_ fields: inout FieldReader, _ count: Int) -> [(key: UInt64, name: String)]? {
        var names: [(key: UInt64, name: String)] = []
        for _ in 0..<count {
            guard let key = fields.integer(UInt64.self), let name = fields.name() else { return nil }
            names.append((key, name))
        }
        return names
    }
}
