internal import FlowModel

/// What metrics tell flows apart by, beside their sides: flows that are alike in it are counted together.
struct FlowFields: Sendable {
    /// Bits of `FlowWord`.
    var always: UInt64 = 0
    /// Only of flows with `FlowWord.connectionFlags`.
    var ofConnectionFlags: UInt64 = 0
    /// Only of flows that leave the cluster.
    var ofWorld: UInt64 = 0
    /// Bits of `FlowDetail`.
    var details: UInt64 = 0
    /// Of the profiles in `Tally.sides`. What the metrics' contexts say, not the metrics.
    var sides: UInt64 = 0
    /// Which flows are told apart. Metrics that differ in it have tallies of their own.
    var subject = Subject.all

    enum Subject: CaseIterable, Sendable {
        case all
        /// `FlowWord.begins`: by port, which others have no use for.
        case beginnings
    }

    mutating func formUnion(_ other: FlowFields) {
        always |= other.always
        ofConnectionFlags |= other.ofConnectionFlags
        ofWorld |= other.ofWorld
        details |= other.details
    }

    @inline(__always)
    func word(_ word: FlowWord) -> FlowWord {
        let ofFlags = ofConnectionFlags & (word.connectionFlags == 0 ? 0 : .max)
        return FlowWord(bits: word.only(always | ofFlags | ofWorld & (word.isToWorld ? .max : 0)))
    }
}

/// What few metrics ask, of few flows: 0 of all others.
///
/// ```
///   0                                     32         40         48
///   ┌─────────────────────────────────────┬──────────┬──────────┬────────────┐
///   │ rule or the kernel's reason         │ICMP code │ICMP type │ from host  │
///   └─────────────────────────────────────┴──────────┴──────────┴────────────┘
/// ```
struct FlowDetail: BitwiseCopyable, Sendable {
    let bits: UInt64

    /// Index in the catalog's rules of what a policy denied, in its names of what the kernel dropped.
    static let cause: UInt64 = 0xffff_ffff
    static let icmp: UInt64 = 0xffff << 32
    /// A policy's verdict about what the host sent.
    static let fromHost: UInt64 = 1 << 48

    init(bits: UInt64) { self.bits = bits }

    @inline(__always)
    init(_ flow: borrowing Flow, _ word: FlowWord) {
        let isOfPolicy = word.isDenied && word.isDeniedByPolicy
        let isOfKernel = word.isDenied && word.isKernelDrop
        let isICMP = word.isICMP && word.has(.layer4)
        let identity = flow.sourceIdentity
        let isFromHost = word[FlowWord.type] == FlowTypeLabel.policyVerdict && identity == Identity.host.rawValue
        var bits = UInt64(flow.rule) & (isOfPolicy ? .max : 0)
        bits |= UInt64(flow.kernelReason) & (isOfKernel ? .max : 0)
        bits |= (UInt64(flow.icmpType) << 40 | UInt64(flow.icmpCode) << 32) & (isICMP ? .max : 0)
        self.bits = bits | (isFromHost ? Self.fromHost : 0)
    }

    var cause: UInt32 { UInt32(truncatingIfNeeded: bits) }
    /// Type and code.
    var icmpMessage: UInt64 { bits >> 32 & 0xffff }
    var isFromHost: Bool { bits & Self.fromHost != 0 }
}

extension FlowWord {
    /// The verdict is DROPPED or AUDIT.
    var isDenied: Bool { @inline(__always) get { has(.dropped) != has(.audit) } }

    /// Of those that are denied.
    var isDeniedByPolicy: Bool {
        @inline(__always) get {
            let reason = self[Self.reason]
            let isPolicys =
                (reason == UInt64(DropReason.policyDenied.rawValue))
                != (reason == UInt64(DropReason.policyDeny.rawValue))
            return isPolicys && !isKernelDrop
        }
    }
}
