package import FlowCatalog
package import FlowModel

/// A filter made ready for one catalog: a flow is judged by integers only.
///
/// What depends on names is asked once for each catalog index and remembered in one byte. A value of one reader's own
/// thread; matching costs some nanoseconds a condition, and memory grows by a byte for each endpoint met.
package struct CompiledFilter: Sendable {
    private var allow: [CompiledConditions]
    private var deny: [CompiledConditions]
    /// See `FilterSpec.verdictBits`.
    package let verdictBits: UInt64?
    /// See `FilterSpec.kindBits`.
    package let kindBits: UInt64?

    package init(_ spec: FilterSpec, catalog: FlowCatalog) {
        allow = spec.allow.map { CompiledConditions($0, catalog) }
        deny = spec.deny.map { CompiledConditions($0, catalog) }
        verdictBits = spec.verdictBits
        kindBits = spec.kindBits
    }

    package mutating func matches(_ flow: borrowing Flow) -> Bool {
        for index in deny.indices where deny[index].match(flow) { return false }
        if allow.isEmpty { return true }
        for index in allow.indices where allow[index].match(flow) { return true }
        return false
    }
}

/// The predicates of one `FilterConditions`; one that is nil is not asked. Cheap ones and those that refuse most come
/// first.
private struct CompiledConditions {
    private let verdict: VerdictPredicate?
    private let type: TypePredicate?
    private let dropReason: DropReasonPredicate?
    private let ipProtocol: ProtocolPredicate?
    private let direction: DirectionPredicate?
    private let reply: ReplyPredicate?
    private let ipVersion: IPVersionPredicate?
    private let port: PortPredicate?
    private let identity: IdentityPredicate?
    private let address: AddressPredicate?
    private var kernelReason: KernelReasonPredicate?
    private let tcpFlags: TCPFlagsPredicate?
    private var names: NamePredicates?

    init(_ conditions: FilterConditions, _ catalog: FlowCatalog) {
        verdict = VerdictPredicate(conditions.verdicts)
        type = TypePredicate(conditions.types)
        dropReason = DropReasonPredicate(conditions.dropReasons)
        ipProtocol = ProtocolPredicate(conditions.protocols)
        direction = DirectionPredicate(conditions.directions)
        reply = ReplyPredicate(conditions.replies)
        ipVersion = IPVersionPredicate(conditions.ipVersions)
        port = PortPredicate(conditions.ports)
        identity = IdentityPredicate(conditions.identities)
        address = AddressPredicate(conditions.addresses)
        kernelReason = KernelReasonPredicate(conditions.kernelReasons, catalog)
        tcpFlags = TCPFlagsPredicate(conditions.tcpFlags)
        names = NamePredicates(conditions, catalog)
    }

    mutating func match(_ flow: borrowing Flow) -> Bool {
        if let verdict, !verdict.matches(flow) { return false }
        if let type, !type.matches(flow) { return false }
        if let dropReason, !dropReason.matches(flow) { return false }
        if let ipProtocol, !ipProtocol.matches(flow) { return false }
        if let direction, !direction.matches(flow) { return false }
        if let reply, !reply.matches(flow) { return false }
        if let ipVersion, !ipVersion.matches(flow) { return false }
        if let port, !port.matches(flow) { return false }
        if let identity, !identity.matches(flow) { return false }
        if let address, !address.matches(flow) { return false }
        if kernelReason?.match(flow) == false { return false }
        if let tcpFlags, !tcpFlags.matches(flow) { return false }
        return names?.match(flow) != false
    }
}
