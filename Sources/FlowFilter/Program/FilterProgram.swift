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
    /// All sets that are in use, those that only take flows away from others among them.
    private var used: SetWord = 0
    private var exclusions: [Exclusion] = []

    /// Where any of `excluded` stands, `set` does not.
    private struct Exclusion: Sendable {
        let set: SetWord
        let excluded: SetWord
    }

    var verdicts = ValueTable(values: 256)
    var types = RangeTable<UInt32>()
    var dropReasons = RangeTable<UInt32>()
    var protocols = ValueTable(values: 2_048)
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
    var names: CatalogAnswers<Endpoint>
    var interfaces: CatalogAnswers<String>
    var kernelReasons: CatalogAnswers<String>
    var addresses = RangeTable<UInt128>()
    var sequences = RangeTable<UInt64>()
    var details = DetailTable()

    init(_ catalog: FlowCatalog) {
        (pods, labels) = (CatalogAnswers(catalog.endpoints), CatalogAnswers(catalog.endpoints))
        (workloads, domains) = (CatalogAnswers(catalog.endpoints), CatalogAnswers(catalog.endpoints))
        (clusters, visible) = (CatalogAnswers(catalog.endpoints), CatalogAnswers(catalog.endpoints))
        names = CatalogAnswers(catalog.endpoints)
        services = CatalogAnswers(catalog.services)
        policies = CatalogAnswers(catalog.rules)
        (interfaces, kernelReasons) = (CatalogAnswers(catalog.names), CatalogAnswers(catalog.names))
    }

    /// Whether there is room for a set of conditions with all that it excludes.
    func hasRoom(for conditions: FilterConditions) -> Bool {
        used.nonzeroBitCount + 1 + conditions.excluding.count <= Self.capacity
    }

    /// - Parameter namespaces: see `FilterSpec.visibleNamespaces`.
    mutating func add(_ conditions: FilterConditions, isDeny: Bool, within namespaces: Set<String>?) {
        let set = newSet()
        if isDeny { deny |= set } else { allow |= set }
        require(conditions, set)
        let excluded = conditions.excluding.reduce(into: SetWord(0)) { all, conditions in
            let set = newSet()
            require(conditions, set)
            all |= set
        }
        if excluded != 0 { exclusions.append(Exclusion(set: set, excluded: excluded)) }
        if !isDeny { requireVisible(namespaces, set) }
    }

    private mutating func newSet() -> SetWord {
        precondition(used.nonzeroBitCount < Self.capacity, "a program has \(Self.capacity) sets at most")
        let set: SetWord = 1 << SetWord(used.nonzeroBitCount)
        used |= set
        return set
    }

    private mutating func require(_ conditions: FilterConditions, _ set: SetWord) {
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
        requirePolicy(conditions.policies, conditions.policyNames, set)
        requireAddress(conditions.addresses, set)
        requireSequence(conditions.sequences, set)
        requireNames(conditions, set)
        requireDetails(conditions.details, set)
        for further in conditions.also { require(further, set) }
    }

    /// Notes for each flow of a batch whether a set allows it and whether one denies it.
    ///
    /// - Parameters:
    ///   - details: of the one flow of a batch of one; nil: nothing is told of the flows but what they hold.
    ///   - isAlone: no other program judges the batch, so that flows which nothing here allows may be left early.
    mutating func judge(
        _ flows: Span<Flow>, _ details: FlowDetails?, _ candidates: inout Candidates, isAlone: Bool,
        _ outcomes: inout [FilterOutcome]
    ) {
        candidates.begin(count: flows.count, sets: used, needed: isAlone ? allow : .max)
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
        narrowByDetails(&candidates, flows, details)
        let (allow, deny, exclusions) = (allow, deny, exclusions)
        candidates.forEach { position, sets in
            var sets = sets
            for exclusion in exclusions where sets & exclusion.excluded != 0 { sets &= ~exclusion.set }
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
