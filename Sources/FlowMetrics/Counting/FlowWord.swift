internal import FlowModel

/// What metrics ask of a flow beside its sides, in one word: made once, and looked at by each metric without a branch.
///
/// ```
///   0      4      9       12        14      17          25         33      42    58     61           62       63
///   ┌──────┬──────┬───────┬─────────┬───────┬───────────┬──────────┬───────┬─────┬──────┬────────────┬────────┐
///   │ prot.│ type │verdict│direction│layer 4│attributes │TCP flags │reason │port │match │kernel drop │to world│
///   └──────┴──────┴───────┴─────────┴───────┴───────────┴──────────┴───────┴─────┴──────┴────────────┴────────┘
/// ```
struct FlowWord: BitwiseCopyable, Sendable {
    let bits: UInt64

    /// Where a field stands.
    struct Field: Sendable {
        let shift: UInt64
        let width: UInt64

        var mask: UInt64 { @inline(__always) get { (1 << width &- 1) << shift } }
    }

    /// Number in `ProtocolLabel`.
    static let protocolLabel = Field(shift: 0, width: 4)
    /// Number in `FlowTypeLabel`.
    static let type = Field(shift: 4, width: 5)
    static let verdict = Field(shift: 9, width: 3)
    static let direction = Field(shift: 12, width: 2)
    /// As `protocolLabel`, of the packet whatever kind of flow it is.
    static let layer4 = Field(shift: 14, width: 3)
    static let attributes = Field(shift: 17, width: 8)
    static let tcpFlags = Field(shift: 25, width: 8)
    static let reason = Field(shift: 33, width: 9)
    static let destinationPort = Field(shift: 42, width: 16)
    static let match = Field(shift: 58, width: 3)
    static let kernelDrop = Field(shift: 61, width: 1)
    static let toWorld = Field(shift: 62, width: 1)

    /// - Parameters:
    ///   - isToWorld: 1 if the destination is outside the cluster, else 0.
    ///   - numbers: `LabelNumbers.table`.
    @inline(__always)
    init(_ flow: borrowing Flow, isToWorld: UInt64, _ numbers: Span<UInt8>) {
        let layer4 = LabelNumbers.layer4(flow, in: numbers)
        let labels = LabelNumbers.labels(flow, layer4, in: numbers)
        var bits = labels.protocol
        bits |= labels.type << Self.type.shift
        bits |= UInt64(flow.verdict.rawValue & 7) << Self.verdict.shift
        bits |= UInt64(flow.direction.rawValue & 3) << Self.direction.shift
        bits |= layer4 << Self.layer4.shift
        bits |= UInt64(flow.attributes.rawValue) << Self.attributes.shift
        bits |= UInt64(flow.tcpFlags.rawValue) << Self.tcpFlags.shift
        bits |= UInt64(min(flow.dropReason.rawValue, 1 << UInt16(Self.reason.width) - 1)) << Self.reason.shift
        bits |= UInt64(flow.destinationPort) << Self.destinationPort.shift
        bits |= UInt64(min(flow.policyMatchType.rawValue, 7)) << Self.match.shift
        bits |= (flow.kind == .kernelDrop ? 1 : 0) << Self.kernelDrop.shift
        self.bits = bits | isToWorld << Self.toWorld.shift
    }

    @inline(__always)
    init(bits: UInt64) { self.bits = bits }

    /// The bits of these.
    static func attributes(_ members: FlowAttributes) -> UInt64 { UInt64(members.rawValue) << attributes.shift }

    @inline(__always)
    subscript(field: Field) -> UInt64 { (bits &>> field.shift) & (1 << field.width &- 1) }

    /// These fields where they stand, all else 0.
    @inline(__always)
    func only(_ mask: UInt64) -> UInt64 { bits & mask }

    @inline(__always)
    func has(_ verdict: Verdict) -> Bool { self[Self.verdict] == UInt64(verdict.rawValue) }

    /// 1 if the verdict is FORWARDED or REDIRECTED, which are 1 and 5; else 0.
    var forwarded: UInt64 { @inline(__always) get { 0b10_0010 &>> self[Self.verdict] & 1 } }
    /// ICMPv4 and ICMPv6 are 2 and 3.
    var isICMP: Bool { @inline(__always) get { self[Self.layer4] &>> 1 == 1 } }
    var isKernelDrop: Bool { @inline(__always) get { self[Self.kernelDrop] == 1 } }

    /// The destination is outside the cluster.
    var isToWorld: Bool { @inline(__always) get { self[Self.toWorld] == 1 } }

    /// 1 of a forwarded flow that is known to be no reply; else 0.
    var begins: UInt64 {
        @inline(__always) get { (has(Self.knownOfLayer4, without: .isReply) ? 1 : 0) & forwarded }
    }

    private static let knownOfLayer4: FlowAttributes = [.layer4, .replyKnown]

    /// FIN (1), SYN (2) and RST (4) of a forwarded TCP flow; else 0.
    var connectionFlags: UInt64 {
        @inline(__always) get {
            // TCP is 0.
            let ip = Self.attributes(.ip)
            let isTCP: UInt64 = only(Self.layer4.mask | ip) == ip ? 1 : 0
            return self[Self.tcpFlags] & 7 & (0 &- (isTCP & forwarded))
        }
    }

    /// All of `members` and none of `others`.
    @inline(__always)
    func has(_ members: FlowAttributes, without others: FlowAttributes = FlowAttributes(rawValue: 0)) -> Bool {
        let asked = UInt64(members.rawValue | others.rawValue) << Self.attributes.shift
        return bits & asked == UInt64(members.rawValue) << Self.attributes.shift
    }
}
