import FlowCatalog
import FlowModel

/// Up to 64 sets of conditions, made ready to be judged together: a table for each field of a flow that any of them has a
/// condition on. See `SetWord`.
///
/// Batches go through field by field, cheap fields and those that refuse most first. The fields' files in `Predicates`
/// say what restricts them and what they look at.
struct FilterProgram: Sendable {
    static let capacity = SetWord.bitWidth

    private var allow: SetWord = 0
    private var deny: SetWord = 0

    var verdicts = ValueTable(values: 256)
    var types = RangeTable<UInt32>()
    var dropReasons = RangeTable<UInt32>()
    var protocols = ValueTable(values: 512)
    var directions = ValueTable(values: 256)
    var replies = ValueTable(values: 8)
    var attributes = ValueTable(values: 256)
    var tcpFlags = ValueTable(values: 256)
    var icmpTypes = ValueTable(values: 256)
    var ports = PortTable()
    var identities = RangeTable<UInt32>()
    var pods: CatalogAnswers<Endpoint>
    var labels: CatalogAnswers<Endpoint>
    var workloads: CatalogAnswers<Endpoint>
    var domains: CatalogAnswers<Endpoint>
    var clusters: CatalogAnswers<Endpoint>
    /// What is visible: apart from `pods`, as another end may meet it.
    var visible: CatalogAnswers<Endpoint>
    var services: CatalogAnswers<ServiceReference>
    var policies: CatalogAnswers<RuleReference>
    var interfaces: CatalogAnswers<String>
    var kernelReasons: CatalogAnswers<String>
    var addresses = RangeTable<UInt128>()
    var sequences = RangeTable<UInt64>()

    init(_ catalog: FlowCatalog) {
        (pods, labels) = (CatalogAnswers(catalog.endpoints), CatalogAnswers(catalog.endpoints))
        (workloads, domains) = (CatalogAnswers(catalog.endpoints), CatalogAnswers(catalog.endpoints))
        (clusters, visible) = (CatalogAnswers(catalog.endpoints), CatalogAnswers(catalog.endpoints))
        services = CatalogAnswers(catalog.services)
        policies = CatalogAnswers(catalog.rules)
        (interfaces, kernelReasons) = (CatalogAnswers(catalog.names), CatalogAnswers(catalog.names))
    }

    var isFull: Bool { (allow | deny).nonzeroBitCount == Self.capacity }

    /// - Parameter namespaces: see `FilterSpec.visibleNamespaces`.
    mutating func add(_ conditions: FilterConditions, isDeny: Bool, within namespaces: Set<String>?) {
        let set: SetWord = 1 << SetWord((allow | deny).nonzeroBitCount)
        if isDeny { deny |= set } else { allow |= set }
        requireVerdict(conditions.verdicts, set)
        requireType(conditions.types, set)
        requireDropReason(conditions.dropReasons, set)
        requireProtocol(conditions.protocols, set)
        requireDirection(conditions.directions, set)
        requireReply(conditions.replies, set)
        requireIPVersion(conditions.ipVersions, set)
        requireTCPFlags(conditions.tcpFlags, set)
        requireICMPType(conditions.icmpTypes, set)
        requirePort(conditions.ports, set)
        requireIdentity(conditions.identities, set)
        requireKernelReason(conditions.kernelReasons, set)
        requireInterface(conditions.interfaces, set)
        requirePolicy(conditions.policies, set)
        requireAddress(conditions.addresses, set)
        requireSequence(conditions.sequences, set)
        requireNames(conditions, set)
        if !isDeny { requireVisible(namespaces, set) }
    }

    /// Notes for each flow of a batch whether a set allows it and whether one denies it.
    ///
    /// - Parameter isAlone: no other program judges the batch, so that flows which nothing here allows may be left early.
    mutating func judge(
        _ flows: Span<Flow>, _ candidates: inout Candidates, isAlone: Bool, _ outcomes: inout [FilterOutcome]
    ) {
        candidates.begin(count: flows.count, sets: allow | deny, needed: isAlone ? allow : .max)
        narrowByVerdict(&candidates, flows)
        narrowByType(&candidates, flows)
        narrowByDropReason(&candidates, flows)
        narrowByProtocol(&candidates, flows)
        narrowByDirection(&candidates, flows)
        narrowByReply(&candidates, flows)
        narrowByAttributes(&candidates, flows)
        narrowByTCPFlags(&candidates, flows)
        narrowByICMPType(&candidates, flows)
        narrowByIdentity(&candidates, flows)
        narrowByNames(&candidates, flows)
        narrowByKernelReason(&candidates, flows)
        narrowByInterface(&candidates, flows)
        narrowByPolicy(&candidates, flows)
        narrowByPort(&candidates, flows)
        narrowByAddress(&candidates, flows)
        narrowBySequence(&candidates, flows)
        let (allow, deny) = (allow, deny)
        candidates.forEach { position, sets in
            if sets & allow != 0 { outcomes[position].insert(.allowed) }
            if sets & deny != 0 { outcomes[position].insert(.denied) }
        }
    }
}

/// What a filter says of one flow.
struct FilterOutcome: OptionSet, Sendable {
    let rawValue: UInt8

    static let allowed = FilterOutcome(rawValue: 1 << 0)
    static let denied = FilterOutcome(rawValue: 1 << 1)
}
