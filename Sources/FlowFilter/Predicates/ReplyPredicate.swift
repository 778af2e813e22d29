import FlowModel

/// Whether the packet answers the connection's initiator. Where that is unknown only drops match, as "no reply".
extension FilterProgram {
    mutating func requireReply(_ accepted: [Bool], _ set: SetWord) {
        if accepted.isEmpty { return }
        replies.restrict(set) { value in
            let attributes = FlowAttributes(rawValue: UInt8(value))
            if attributes.contains(.replyKnown) { return accepted.contains(attributes.contains(.isReply)) }
            return value & Self.dropped != 0 && accepted.contains(false)
        }
    }

    /// Stands beside the two attributes of a reply.
    private static let dropped = 1 << 2

    @inline(never)
    func narrowByReply(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        replies.narrow(&candidates, flows) {
            Int($0.attributes.rawValue & 0b11) | ($0.verdict == .dropped ? 1 << 2 : 0)
        }
    }
}
