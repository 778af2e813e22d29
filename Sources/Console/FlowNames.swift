import FlowCatalog
import FlowModel

/// What a flow's indices mean, looked up without a lock; the tables are taken again when an index lies beyond them.
struct FlowNames {
    private var endpoints: CatalogView<Endpoint>
    private var services: CatalogView<ServiceReference>
    private var rules: CatalogView<RuleReference>
    private var names: CatalogView<String>

    init(_ catalog: FlowCatalog) {
        endpoints = CatalogView(catalog.endpoints)
        services = CatalogView(catalog.services)
        rules = CatalogView(catalog.rules)
        names = CatalogView(catalog.names)
    }

    mutating func rule(_ flow: Flow) -> RuleReference { rules[flow.rule] }
    mutating func kernelReason(_ flow: Flow) -> String { names[flow.kernelReason].withoutControls }
    mutating func kernelFunction(_ flow: Flow) -> String { names[flow.kernelFunction].withoutControls }

    mutating func source(_ flow: Flow) -> FlowSide {
        FlowSide(
            flow, address: flow.source, port: flow.sourcePort, identity: flow.sourceIdentity,
            endpoint: endpoints[flow.sourceEndpoint], service: services[flow.sourceService])
    }

    mutating func destination(_ flow: Flow) -> FlowSide {
        FlowSide(
            flow, address: flow.destination, port: flow.destinationPort, identity: flow.destinationIdentity,
            endpoint: endpoints[flow.destinationEndpoint], service: services[flow.destinationService])
    }
}

/// One reader's view of a catalog table.
private struct CatalogView<Element: Hashable & Sendable> {
    private let table: CatalogTable<Element>
    private var elements: [Element]

    init(_ table: CatalogTable<Element>) {
        self.table = table
        elements = table.elements()
    }

    /// An index that the table does not have stands for its element 0, "none or unknown".
    subscript(index: UInt32) -> Element {
        mutating get {
            if Int(index) >= elements.count { elements = table.elements() }
            return elements[Int(index) < elements.count ? Int(index) : 0]
        }
    }
}
