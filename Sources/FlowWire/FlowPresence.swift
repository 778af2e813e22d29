package import FlowModel

// Which fields a flow of each kind has in Hubble's messages.
extension Flow {
    var isDrop: Bool { kind == .drop || kind == .kernelDrop }

    /// `is_reply`: absent (nil) for drops and denials, false for the verdict that lets a connection in, else as known.
    package var shownReply: Bool? {
        switch kind {
        case .drop, .kernelDrop: nil
        case .policyVerdict: verdict == .dropped ? nil : false
        default: attributes.contains(.replyKnown) ? attributes.contains(.isReply) : nil
        }
    }

    /// Whether `drop_reason` and `drop_reason_desc` are told.
    var showsDropReason: Bool { isDrop || kind == .policyVerdict && verdict == .dropped }

    /// Whether policy stopped the packet, or would have if it were enforced.
    package var isDeniedByPolicy: Bool {
        guard kind == .drop || kind == .policyVerdict else { return false }
        return verdict == .audit || verdict == .dropped && (dropReason == .policyDenied || dropReason == .policyDeny)
    }

    /// Denied because no rule allowed it, and nothing is known of the policies.
    package var isDefaultDeny: Bool { rule == 0 && isNotDeniedByRule }

    /// Denied by policy, and not by a deny rule.
    package var isNotDeniedByRule: Bool { dropReason != .policyDeny && isDeniedByPolicy }
}
