import FlowCatalog
import FlowModel

/// What a flow's indices mean, looked up without a lock; the tables are taken again when an index lies beyond them.
struct FlowNames {
    private var endpoints: CatalogView<Endpoint, EndpointName>
    private var services: CatalogView<ServiceReference, ServiceReference>
    private var rules: CatalogView<RuleReference, RuleReference>
    private var names: CatalogView<String, String>

    init(_ catalog: FlowCatalog) {
        endpoints = CatalogView(catalog.endpoints) { EndpointName($0) }
        services = CatalogView(catalog.services) { $0 }
        rules = CatalogView(catalog.rules) { $0 }
        names = CatalogView(catalog.names) { $0.withoutControls }
    }

    mutating func rule(_ flow: Flow) -> RuleReference { rules[flow.rule] }

    /// The rule that would have let the packet through but for the least.
    mutating func nearestRule(_ flow: Flow, _ cause: DefaultDeny) -> NearestRule? {
        cause.nearest(PolicyTraffic(flow), peer: endpoints[flow.policyPeer].labels)
    }

    mutating func kernelReason(_ flow: Flow) -> String { names[flow.kernelReason] }
    mutating func kernelFunction(_ flow: Flow) -> String { names[flow.kernelFunction] }

    mutating func source(_ flow: Flow) -> FlowSide {
        FlowSide(
            flow, address: flow.source, port: flow.sourcePort, identity: flow.sourceIdentity,
            name: endpoints[flow.sourceEndpoint].host(services[flow.sourceService]))
    }

    mutating func destination(_ flow: Flow) -> FlowSide {
        FlowSide(
            flow, address: flow.destination, port: flow.destinationPort, identity: flow.destinationIdentity,
            name: endpoints[flow.destinationEndpoint].host(services[flow.destinationService]))
    }
}

/// One reader's view of a catalog table: what its elements are called, worked out once each.
private struct CatalogView<Element: Hashable & Sendable, Name: Sendable>: Sendable {
    private let table: CatalogTable<Element>
    private let name: @Sendable (Element) -> Name
    private var known: [Name]

    init(_ table: CatalogTable<Element>, _ name: @escaping @Sendable (Element) -> Name) {
        self.table = table
        self.name = name
        known = table.elements().map(name)
    }

    /// An index that the table does not have stands for its element 0, "none or unknown".
    subscript(index: UInt32) -> Name {
        mutating get {
            if Int(index) >= known.count { known += table.elements().dropFirst(known.count).map(name) }
            return known[Int(index) < known.count ? Int(index) : 0]
        }
    }
}
