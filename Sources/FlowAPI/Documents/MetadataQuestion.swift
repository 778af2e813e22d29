internal import FlowCatalog
internal import FlowFilter
internal import FlowModel
internal import FlowWire

/// Which entries of a document about the cluster are wanted.
struct MetadataQuestion: Sendable {
    /// Entries of an answer: about 0.5 kB each.
    static let defaultEntries = 1_000
    static let mostEntries = 100_000

    private let limit: Int
    private let filter: FilterSpec
    private let namespaces: [String]

    /// - Parameter parameters: filters that make sense here.
    init(
        queryItems items: [(name: String, value: String)], accepting parameters: [FilterParameter]
    ) throws(FilterError) {
        let own = try OwnParameters(items, ["limit"])
        limit = try own.count("limit", most: Self.mostEntries) ?? Self.defaultEntries
        filter = try FlowRequest(queryItems: items, now: 0, accepting: parameters, others: ["limit"]).filter
        namespaces = items.filter { $0.name == "namespace" }.map(\.value)
    }

    func endpoints(_ metadata: Metadata) -> some Encodable & Sendable {
        // The filter is asked by flows that have nothing but the endpoint.
        let catalog = FlowCatalog()
        let indices = metadata.endpoints.map { catalog.endpoints.intern($0.endpoint) }
        var compiled = CompiledFilter(filter, catalog: catalog)
        let wanted = zip(metadata.endpoints, indices).filter { _, index in
            var flow = Flow()
            flow.sourceEndpoint = index
            return compiled.matches(flow)
        }
        return page("endpoints", wanted.map(\.0))
    }

    func policies(_ metadata: Metadata) -> some Encodable & Sendable {
        page(
            "policies",
            metadata.policies.filter { namespaces.isEmpty || namespaces.contains($0.namespace ?? "") })
    }

    func identities(_ metadata: Metadata) -> some Encodable & Sendable { page("identities", metadata.identities) }

    func namespaces(_ metadata: Metadata) -> some Encodable & Sendable { page("namespaces", metadata.namespaces) }

    private func page<Entry>(_ name: String, _ entries: [Entry]) -> MetadataPage<Entry> {
        MetadataPage(
            name: name, entries: Array(entries.prefix(limit)), entriesLeftOut: max(0, entries.count - limit))
    }
}

/// `{"endpoints":[…],"truncated":{"entries":3}}`
struct MetadataPage<Entry: Encodable & Sendable>: Encodable, Sendable {
    let name: String
    let entries: [Entry]
    let entriesLeftOut: Int

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue _: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(entries, forKey: Key(name))
        if entriesLeftOut > 0 { try container.encode(["entries": entriesLeftOut], forKey: Key("truncated")) }
    }
}
