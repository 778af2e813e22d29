internal import FlowCatalog
internal import FlowModel

/// What all contexts say of one side of flows, as one small number: the class that each has for it, and in the lowest bit
/// whether it is outside the cluster. 0 is of no flow.
///
/// A flow costs a look into an array by its endpoint's index; where an address is a label, one into a table of addresses.
/// Bounded, as profiles can be forgotten whenever no tally has one. Owned by the registry.
struct SideProfiles: Sendable {
    /// In `byEndpoint`: the address is to be asked, too.
    private static let byAddressToo = UInt32.max

    private let side: SideContext.Side
    private let limit: Int
    private let endpoints: CatalogTable<Endpoint>
    private(set) var contexts: [LabelClasses] = []
    private var dependsOnDirection = false
    /// Profile by endpoint and direction; 0: not asked yet.
    private var byEndpoint: [UInt32] = []
    private var byAddress: AddressClasses
    /// By profile: whether it is outside the cluster (1), then the class in each context.
    private var tuples: [UInt32] = []
    private var numbers: [[UInt32]: UInt32] = [:]
    private var tuple: [UInt32] = []

    /// - Parameter limit: of a context's classes.
    init(_ side: SideContext.Side, limit: Int, catalog: FlowCatalog) {
        self.side = side
        self.limit = limit
        endpoints = catalog.endpoints
        byAddress = AddressClasses(limit: limit)
        forget()
    }

    /// Where the context's classes are; it is taken in if it is new. Before flows are asked about.
    ///
    /// - Parameter known: classes to go on with.
    mutating func index(of context: SideContext, from known: [LabelClasses], _ catalog: FlowCatalog) -> Int? {
        if context.isEmpty { return nil }
        if let index = contexts.firstIndex(where: { $0.context == context }) { return index }
        contexts.append(
            known.first { $0.context == context } ?? LabelClasses(context, limit: limit, catalog: catalog))
        dependsOnDirection = dependsOnDirection || context.dependsOnDirection
        forget()
        return contexts.count - 1
    }

    // MARK: Asking

    /// Whether these flows may bring new profiles, one each; if not, all are to be forgotten first. Where only one context
    /// has many classes there are hardly more profiles than these, so twice as many last.
    func hasRoom(for flows: Int) -> Bool { count + flows <= 2 * limit + 1_024 }

    private var width: Int { contexts.count + 1 }
    private var count: Int { tuples.count / width }

    /// The profiles of flows.
    mutating func resolve(_ flows: Span<Flow>, into profiles: inout [UInt32]) {
        switch (side, dependsOnDirection) {
        case (.source, false): each(flows, &profiles, { $0.sourceEndpoint }, { $0.source }) { _ in 0 }
        case (.destination, false): each(flows, &profiles, { $0.destinationEndpoint }, { $0.destination }) { _ in 0 }
        case (.source, true):
            each(flows, &profiles, { $0.sourceEndpoint }, { $0.source }) { Int(min($0.direction.rawValue, 2)) }
        case (.destination, true):
            each(flows, &profiles, { $0.destinationEndpoint }, { $0.destination }) {
                Int(min($0.direction.rawValue, 2))
            }
        }
    }

    @inline(__always)
    private mutating func each(
        _ flows: Span<Flow>, _ profiles: inout [UInt32], _ endpoint: (borrowing Flow) -> UInt32,
        _ address: (borrowing Flow) -> IPAddress, _ direction: (borrowing Flow) -> Int
    ) {
        let width = dependsOnDirection ? LabelClasses.directions : 1
        var output = profiles.mutableSpan
        for index in flows.indices {
            let place = Int(endpoint(flows[index])) &* width &+ direction(flows[index])
            var profile = place < byEndpoint.count ? byEndpoint[place] : 0
            if profile == 0 || profile == Self.byAddressToo {
                profile = find(
                    place, endpoint(flows[index]), direction(flows[index]), address(flows[index]),
                    hasIP: flows[index].attributes.contains(.ip))
            }
            output[index] = profile
        }
    }

    @inline(never)
    private mutating func find(
        _ place: Int, _ endpoint: UInt32, _ direction: Int, _ address: IPAddress, hasIP: Bool
    ) -> UInt32 {
        if place < byEndpoint.count, byEndpoint[place] == Self.byAddressToo {
            let key = AddressClasses.Key(address: address, place: UInt32(place), hasIP: hasIP)
            if let known = byAddress[key] { return known }
            let profile = profile(endpoint, direction, address, hasIP: hasIP)
            byAddress.insert(profile, for: key)
            return profile
        }
        // An index that the catalog does not have yet is asked again.
        guard let element = endpoints[endpoint] else { return profile(endpoint, direction, address, hasIP: hasIP) }
        if place >= byEndpoint.count {
            let end = max(endpoints.count * (dependsOnDirection ? LabelClasses.directions : 1), place + 1)
            byEndpoint.append(contentsOf: repeatElement(0, count: end - byEndpoint.count))
        }
        guard !contexts.contains(where: { $0.needsAddress(element, direction) }) else {
            byEndpoint[place] = Self.byAddressToo
            return find(place, endpoint, direction, address, hasIP: hasIP)
        }
        byEndpoint[place] = profile(endpoint, direction, address, hasIP: hasIP)
        return byEndpoint[place]
    }

    private mutating func profile(
        _ endpoint: UInt32, _ direction: Int, _ address: IPAddress, hasIP: Bool
    ) -> UInt32 {
        tuple.removeAll(keepingCapacity: true)
        tuple.append(endpoints[endpoint]?.isOutsideCluster == true ? 1 : 0)
        for index in contexts.indices {
            tuple.append(contexts[index].find(endpoint, direction, address, hasIP: hasIP))
        }
        if let known = numbers[tuple] { return known }
        let number = UInt32(count) << 1 | tuple[0]
        numbers[tuple] = number
        tuples += tuple
        return number
    }

    /// The class that a context has for a profile.
    @inline(__always)
    func classNumber(_ profile: UInt32, _ context: Int) -> UInt32 {
        tuples[Int(profile &>> 1) &* width &+ context &+ 1]
    }

    // MARK: Expiry

    /// Notes that a series has the class.
    mutating func use(_ number: UInt32, _ context: Int) { contexts[context].use(number) }

    /// Frees the classes that no series was noted to have since the last call. No tally may have a profile.
    mutating func freeUnused() {
        for index in contexts.indices { contexts[index].freeUnused() }
        forget()
    }

    /// Forgets all profiles. No tally may have one.
    mutating func forget() {
        byEndpoint.removeAll(keepingCapacity: true)
        byAddress.removeAll()
        numbers.removeAll(keepingCapacity: true)
        // Profile 0 says that an endpoint was not asked about yet.
        tuples = [UInt32](repeating: 0, count: width)
    }

    var memoryBytes: Int {
        contexts.reduce(0) { $0 + $1.memoryBytes } + byEndpoint.capacity * 4 + byAddress.memoryBytes
            + tuples.capacity * 4 + numbers.capacity * (40 + 4 * width)
    }
}

extension Endpoint {
    fileprivate var isOutsideCluster: Bool { labels.contains { Self.worldLabels.contains($0) } }

    private static let worldLabels: Set<String> = ["reserved:world", "reserved:world-ipv4", "reserved:world-ipv6"]
}
