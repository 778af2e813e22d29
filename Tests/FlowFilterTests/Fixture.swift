import FlowCatalog
import FlowFilter
import FlowModel

/// A catalog with two pods, and a flow between them that each test changes as it needs.
struct Fixture {
    let catalog = FlowCatalog()
    let cart: UInt32
    let ledger: UInt32
    var flow = Flow()

    init() {
        cart = catalog.endpoints.intern(
            Endpoint(identity: Identity(rawValue: 24601), namespace: "shop", podName: "cart-7c9d5"))
        ledger = catalog.endpoints.intern(
            Endpoint(id: 1337, identity: Identity(rawValue: 31415), namespace: "data", podName: "ledger-0"))
        flow.kind = .drop
        flow.verdict = .dropped
        flow.dropReason = .policyDenied
        flow.source = IPAddress("10.244.1.7")!
        flow.destination = IPAddress("10.244.2.19")!
        flow.sourceEndpoint = cart
        flow.destinationEndpoint = ledger
        flow.sourceIdentity = 24601
        flow.destinationIdentity = 31415
        flow.ipProtocol = .tcp
        flow.sourcePort = 41822
        flow.destinationPort = 5432
        flow.direction = .ingress
        flow.attributes = [.ip, .layer4]
    }

    /// Whether the flow passes a filter, written as a query string: `pod=shop/cart&port=80`.
    func passes(_ query: String) throws -> Bool { passes(try request(query).filter) }

    func passes(_ spec: FilterSpec) -> Bool { KeptFilter(spec, catalog).matches(flow) }
}

/// A filter that is kept between flows, as readers keep it.
final class KeptFilter {
    private var filter: CompiledFilter

    init(_ spec: FilterSpec, _ catalog: FlowCatalog) { filter = CompiledFilter(spec, catalog: catalog) }

    func matches(_ flow: Flow) -> Bool { filter.matches(flow) }
}

/// 2026-03-14T09:26:53Z
let noon: UInt64 = 1_773_480_413_000_000_000

func request(_ query: String) throws(FilterError) -> FlowRequest {
    let items = query.split(separator: "&").map { item in
        let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (name: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : "")
    }
    return try FlowRequest(queryItems: items, now: noon)
}
