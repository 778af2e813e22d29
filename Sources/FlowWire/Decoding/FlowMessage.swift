import FlowModel

/// What is read of a `flow.Flow` before all of it is known.
struct FlowMessage {
    var flow = Flow()
    var nodeName: Range<Int>?
    var summary: Range<Int>?
    var source: EndpointCache.Side?
    var destination: EndpointCache.Side?
    var sourceNames: [String] = []
    var destinationNames: [String] = []
    /// Of `drop_reason`; 0: not told.
    var reasonNumber: UInt64 = 0
    /// nil: not told.
    var reason: UInt64?
    var point: UInt64?
    var eventType: UInt64 = 0
    var subType: UInt64 = 0
    var isReply: Bool?
    var rule = RuleMessage()
    var hasApus = false
    var isDefaultDeny = false
    var isKernelDrop = false
    /// Where the object lies.
    var ethernet: Range<Int>?
    /// Made as soon as there is something to note.
    var details: FlowDetails?

    mutating func note(_ change: (inout FlowDetails) -> Void) {
        var noted = details ?? FlowDetails()
        change(&noted)
        details = noted
    }
}

/// Where in a line the parts lie that tell which rule decided.
struct RuleMessage {
    /// Of `egress_allowed_by` and its like.
    struct List {
        let range: Range<Int>
        let direction: TrafficDirection
        let denies: Bool
    }

    /// Those that are not empty.
    var lists: [List] = []
    /// Of `apus`.
    var rule: Range<Int>?
    var selectedBy: Range<Int>?
    var nearest: Range<Int>?

    var isEmpty: Bool { lists.isEmpty && rule == nil && selectedBy == nil }
}
