import FlowCatalog
import FlowModel

/// The fragments that one encoder has rendered, of the fields that its mask has.
struct ProtobufFragments: Sendable {
    private(set) var text = FragmentText()
    /// Fields that are the same in all flows.
    let flow: Fragment
    /// `node_name` of a response.
    let responseNode: Fragment
    /// For a kernel drop without a reason.
    let unknownReason: Fragment

    private var sources: FragmentTable
    private var destinations: FragmentTable
    private var sourceNames: FragmentTable
    private var destinationNames: FragmentTable
    private var services: FragmentTable
    private var policies: FragmentTable
    private var rules: FragmentTable
    private var names: FragmentTable
    private var summaries: FragmentTable
    private var nearestReasons: NearestReasons
    private var nearestRules: NearestRules
    private let catalog: FlowCatalog

    init(_ context: FlowJSONContext, _ mask: FlowFieldMask) {
        let catalog = context.catalog
        self.catalog = catalog
        flow = text.append { $0.append(flowConstants: context, mask) }
        responseNode = text.append { $0.append(1000, nonEmpty: context.nodeName) }
        unknownReason = text.append { $0.append(text: "UNKNOWN") }
        sources = .catalog(catalog.endpoints) { $0.append(messageOf: $1, mask.sourceFields) }
        destinations = .catalog(catalog.endpoints) { $0.append(messageOf: $1, mask.destinationFields) }
        sourceNames = .catalog(catalog.endpoints) { bytes, endpoint in
            for name in endpoint.dnsNames { bytes.append(13, bytes: name.utf8) }
        }
        destinationNames = .catalog(catalog.endpoints) { bytes, endpoint in
            for name in endpoint.dnsNames { bytes.append(14, bytes: name.utf8) }
        }
        services = .catalog(catalog.services) { $0.append(messageOf: $1) }
        policies = .catalog(catalog.rules) { $0.append(policyOf: $1) }
        rules = .catalog(catalog.rules) { $0.append(decisionOf: $1) }
        names = .catalog(catalog.names) { $0.append(text: $1) }
        summaries = FragmentTable { shape, bytes in
            bytes.append(text: FlowSummary.text(SummaryShape(rawValue: shape).flow))
            return true
        }
        nearestReasons = NearestReasons(catalog)
        nearestRules = NearestRules(catalog) { $0.append(nearestRuleOf: $1) }
    }
}

extension ProtobufFragments {
    mutating func source(_ index: UInt32) -> Fragment { sources.fragment(index, in: &text) }
    mutating func destination(_ index: UInt32) -> Fragment { destinations.fragment(index, in: &text) }
    mutating func sourceNames(_ index: UInt32) -> Fragment { sourceNames.fragment(index, in: &text) }
    mutating func destinationNames(_ index: UInt32) -> Fragment { destinationNames.fragment(index, in: &text) }
    mutating func service(_ index: UInt32) -> Fragment { services.fragment(index, in: &text) }
    mutating func policy(_ index: UInt32) -> Fragment { policies.fragment(index, in: &text) }
    mutating func rule(_ index: UInt32) -> Fragment { rules.fragment(index, in: &text) }
    mutating func nearestRule(_ flow: Flow) -> Fragment { nearestRules.fragment(flow, in: &text) }
    mutating func name(_ index: UInt32) -> Fragment { names.fragment(index, in: &text) }
    mutating func summary(_ flow: Flow) -> Fragment { summaries.fragment(SummaryShape(flow).rawValue, in: &text) }
    mutating func nearestReason(_ name: UInt32) -> DropReason { nearestReasons.reason(name) }

    /// Of a rule that decided though its flow has no direction, which no program of ours sends: it takes a lock.
    func ruleDirection(_ index: UInt32) -> TrafficDirection {
        index == 0 ? .unknown : catalog.rules[index]?.direction ?? .unknown
    }
}

extension [UInt8] {
    /// `emitter`, `Type` and `node_name`.
    fileprivate mutating func append(flowConstants context: FlowJSONContext, _ mask: FlowFieldMask) {
        if mask.contains(.emitter) {
            append(41) { emitter in
                emitter.append(1, nonEmpty: "Apus")
                emitter.append(2, nonEmpty: context.version)
            }
        }
        if mask.contains(.type) { append(10, nonZero: 1) }
        if mask.contains(.nodeName) { append(11, nonEmpty: context.nodeName) }
    }
}
