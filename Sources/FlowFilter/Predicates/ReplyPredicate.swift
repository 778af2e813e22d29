import FlowModel

/// Whether the packet answers the connection's initiator. Where that is unknown only drops match, as "no reply".
struct ReplyPredicate {
    private let acceptsReplies: Bool
    private let acceptsOthers: Bool

    init?(_ replies: [Bool]) {
        if replies.isEmpty { return nil }
        acceptsReplies = replies.contains(true)
        acceptsOthers = replies.contains(false)
    }

    func matches(_ flow: borrowing Flow) -> Bool {
        guard flow.attributes.contains(.replyKnown) else {
            return acceptsOthers ? flow.verdict == .dropped : false
        }
        return flow.attributes.contains(.isReply) ? acceptsReplies : acceptsOthers
    }
}
