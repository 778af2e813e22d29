package import FlowModel
package import FlowWire

/// What a person is told after the last flow: how many there were, from when to when, how far back the data reaches, and what
/// was lost.
package struct ClosingLine: Sendable {
    package private(set) var flows: UInt64 = 0
    /// Nanoseconds since 1970; 0: no flow told a time.
    private var first: UInt64 = 0
    private var last: UInt64 = 0
    /// Told of between the flows, by place.
    private var lost: [LossPlace: UInt64] = [:]
    /// What the answer could be taken from; nil: that is not told.
    package var coverage: CoverageReport?
    /// Of a stream, which tells it at its beginning.
    package var heldSince: String?
    /// Lines that were no flows.
    package var refused: UInt64 = 0

    package init() {}

    @inline(__always)
    package mutating func add(_ flow: Flow) {
        flows &+= 1
        let time = flow.timeNanoseconds
        if time == 0 { return }
        if first == 0 || time < first { first = time }
        if time > last { last = time }
    }

    package mutating func add(_ loss: LostEvent) { lost[loss.place, default: 0] += loss.count }

    /// `212 flows, 09:26:53 to 09:41:05 (14m 12s); held since 2026-03-14T01:10:00Z; 0 lost`
    package var text: String {
        var parts = [flowsText]
        if let since = coverage?.held_since ?? heldSince {
            parts.append("held since \(Self.second(since))")
        } else if let coverage, coverage.held_until == nil {
            parts.append("nothing held")
        }
        if let since = coverage?.asked_since, let held = coverage?.held_since, since < held {
            parts[parts.count - 1] += " (asked since \(Self.second(since)))"
        }
        parts.append(lostText)
        if refused > 0 { parts.append("\(refused) lines that are no flow") }
        return parts.joined(separator: "; ").withoutControls
    }

    private var flowsText: String {
        let count = "\(String(flows).withThousands) \(flows == 1 ? "flow" : "flows")"
        guard flows > 0, first != 0 else { return count }
        let (begin, end) = (String(timestamp: first), String(timestamp: last))
        let isSameDay = begin.prefix(10) == end.prefix(10)
        let shownEnd = isSameDay ? String(Self.second(end).dropFirst(11)) : Self.second(end)
        if flows == 1 { return "\(count), \(Self.second(begin))" }
        return "\(count), \(Self.second(begin)) to \(shownEnd) (\((last - first).durationText))"
    }

    private var lostText: String {
        var places =
            coverage.map { coverage in
                coverage.lost.filter { $0.value != "0" }.map { ($0.key, $0.value) }
            } ?? []
        if coverage == nil { places = lost.map { ($0.key.rawValue, "\($0.value)") } }
        guard !places.isEmpty else { return "0 lost" }
        return places.sorted { $0.0 < $1.0 }.map { "\($0.1.withThousands) lost at \($0.0)" }.joined(separator: ", ")
    }

    /// A time without the fraction of its second.
    private static func second(_ time: String) -> String { time.prefix(19) + "Z" }
}
