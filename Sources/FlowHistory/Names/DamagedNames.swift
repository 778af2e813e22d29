import FlowCatalog
import FlowModel

/// Flows whose names the catalog lost say so.
struct DamagedNames: Sendable {
    private let catalog: FlowCatalog
    private var endpoints = ReservedIndices()
    private var knownReservations = 0

    init(_ catalog: FlowCatalog) { self.catalog = catalog }

    /// Gives the sides of flows whose endpoints are not known any more the reason.
    ///
    /// - Returns: the most names of each kind that a flow uses, as counts.
    mutating func mark(_ flows: inout [Flow]) -> CatalogCounts {
        let reservations = catalog.endpoints.reservedCount
        if knownReservations != reservations {
            (endpoints, knownReservations) = (catalog.endpoints.reserved(), reservations)
        }
        let known = UInt32(clamping: catalog.endpoints.count)
        var used = CatalogCounts()
        for index in flows.indices {
            used.note(flows[index])
            if isDamaged(flows[index].sourceEndpoint, known) { flows[index].unknownNames.source = .nameDamaged }
            if isDamaged(flows[index].destinationEndpoint, known) {
                flows[index].unknownNames.destination = .nameDamaged
            }
        }
        return used
    }

    @inline(__always)
    private func isDamaged(_ endpoint: UInt32, _ known: UInt32) -> Bool {
        endpoint >= known || endpoints.contains(endpoint)
    }
}

extension CatalogCounts {
    @inline(__always)
    fileprivate mutating func note(_ flow: Flow) {
        endpoints = max(endpoints, Int(max(flow.sourceEndpoint, flow.destinationEndpoint)) + 1)
        services = max(services, Int(max(flow.sourceService, flow.destinationService)) + 1)
        rules = max(rules, Int(flow.rule) + 1)
        names = max(names, Int(max(flow.interfaceName, flow.kernelFunction, flow.kernelReason)) + 1)
    }
}
