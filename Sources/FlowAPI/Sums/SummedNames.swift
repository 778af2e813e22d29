internal import FlowCatalog
internal import FlowModel

/// What the values of groups mean, as of now. An index that the catalog does not have stands for its element 0.
struct SummedNames {
    private let endpoints: [Endpoint]
    private let services: [ServiceReference]
    private let rules: [RuleReference]
    private let names: [String]

    init(_ catalog: FlowCatalog) {
        endpoints = catalog.endpoints.elements()
        services = catalog.services.elements()
        rules = catalog.rules.elements()
        names = catalog.names.elements()
    }

    func endpoint(_ index: UInt64) -> Endpoint { endpoints[endpoints.indices.contains(Int(index)) ? Int(index) : 0] }
    func service(_ index: UInt64) -> ServiceReference {
        services[services.indices.contains(Int(index)) ? Int(index) : 0]
    }
    func name(_ index: UInt64) -> String { names[names.indices.contains(Int(index)) ? Int(index) : 0] }

    /// nil: none decided.
    func rule(_ index: UInt64) -> RuleReference? {
        index != 0 && rules.indices.contains(Int(index)) ? rules[Int(index)] : nil
    }
}
