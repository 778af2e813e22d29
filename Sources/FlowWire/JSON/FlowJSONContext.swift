package import FlowCatalog
import FlowModel

/// What all encoders of one server or command share: who speaks, and the catalog's names as JSON.
package final class FlowJSONContext: Sendable {
    package let catalog: FlowCatalog
    package let nodeName: String
    let storeID: [UInt8]
    let pieces: JSONPieces
    let endpoints: RenderedTable<Endpoint, EndpointJSON>
    let services: RenderedTable<ServiceReference, [UInt8]>
    let rules: RenderedTable<RuleReference, RuleJSON>
    let names: RenderedTable<String, NameJSON>

    /// - Parameters:
    ///   - nodeName: of this host, as flows name it.
    ///   - version: of Apus, for `emitter`.
    ///   - storeID: 16 bytes that no other store has; with the sequence it makes a flow's `uuid`.
    package init(catalog: FlowCatalog, nodeName: String, version: String, storeID: [UInt8]) {
        precondition(storeID.count == 16, "a store's identifier has 16 bytes")
        self.catalog = catalog
        self.nodeName = nodeName
        self.storeID = storeID
        pieces = JSONPieces(nodeName: nodeName, version: version)
        endpoints = RenderedTable(catalog.endpoints) { EndpointJSON($0) }
        services = RenderedTable(catalog.services) { serviceJSON($0) }
        rules = RenderedTable(catalog.rules) { RuleJSON($0) }
        names = RenderedTable(catalog.names) { NameJSON($0) }
    }
}

/// What a line holds beyond Hubble's own fields.
package enum FlowJSONCompatibility: Sendable {
    /// With the member `apus`.
    case apus
    /// Hubble's fields only.
    case hubble
}
