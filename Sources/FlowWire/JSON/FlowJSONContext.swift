package import FlowCatalog

/// What all encoders of one server or command share: who speaks, and what the flows' indices mean.
package struct FlowJSONContext: Sendable {
    package let catalog: FlowCatalog
    package let nodeName: String
    package let version: String
    package let storeID: [UInt8]

    /// - Parameters:
    ///   - nodeName: of this host, as flows name it.
    ///   - version: of Apus, for `emitter`.
    ///   - storeID: 16 bytes that no other store has; with the sequence it makes a flow's `uuid`.
    package init(catalog: FlowCatalog, nodeName: String, version: String, storeID: [UInt8]) {
        precondition(storeID.count == 16, "a store's identifier has 16 bytes")
        self.catalog = catalog
        self.nodeName = nodeName
        self.version = version
        self.storeID = storeID
    }
}

extension FlowJSONContext {
    /// The sequence of the flow that has this `uuid`; nil if none of this store's flows can have it.
    package func sequence(ofUUID text: String) -> UInt64? { FlowUUID(storeID: storeID).sequence(of: text) }
}

/// What a line holds beyond Hubble's own fields.
package enum FlowJSONCompatibility: Sendable {
    /// With the member `apus`.
    case apus
    /// Hubble's fields only.
    case hubble
}
