internal import FlowCatalog
internal import FlowModel

/// What one context's labels say of one side of flows, as small numbers: each distinct set of values is a class, with its
/// text ready.
///
/// Names are looked at once for each endpoint. Bounded: beyond `limit` classes all that is new is `overflow`. Owned by the
/// side's profiles.
struct LabelClasses: Sendable {
    /// Of a context without labels.
    static let none: UInt32 = 0
    static let overflow: UInt32 = 1
    private static let first: UInt32 = 2
    /// In `byEndpoint`: the address is to be asked, too.
    private static let byAddressToo = UInt32.max
    /// Directions that may have contexts of their own: unknown, ingress, egress.
    static let directions = 3

    struct Class: Sendable {
        /// `source="shop/frontend",source_namespace="shop"`
        var text: [UInt8]
        /// The labels name this pod, `namespace/name`, so that they end with it.
        var pod: String?
        var isUsed = false
    }

    let context: SideContext
    private let limit: Int
    private let endpoints: CatalogTable<Endpoint>
    /// Class by endpoint and direction; 0: not asked yet.
    private var byEndpoint: [UInt32] = []
    private var byAddress: AddressClasses
    private(set) var classes: [Class]
    private var numbers: [[UInt8]: UInt32] = [:]
    private var free: [UInt32] = []

    init(_ context: SideContext, limit: Int, catalog: FlowCatalog) {
        self.context = context
        self.limit = limit
        endpoints = catalog.endpoints
        byAddress = AddressClasses(limit: limit)
        classes = [Class(text: []), Class(text: LabelText.all(context.names.map { ($0, LabelText.overflow) }))]
    }

    // MARK: Asking

    /// The class of one side.
    ///
    /// - Parameter direction: raw value of `TrafficDirection`.
    mutating func find(_ endpoint: UInt32, _ direction: Int, _ address: IPAddress, hasIP: Bool) -> UInt32 {
        let width = context.dependsOnDirection ? Self.directions : 1
        let direction = context.dependsOnDirection ? direction : 0
        let place = Int(endpoint) * width + direction
        if place < byEndpoint.count, byEndpoint[place] == Self.byAddressToo {
            let key = AddressClasses.Key(address: address, place: UInt32(place), hasIP: hasIP)
            if let known = byAddress[key] { return known }
            if isFull { return Self.overflow }
            let number = number(endpoint, direction, hasIP ? address : nil)
            byAddress.insert(number, for: key)
            return number
        }
        guard let element = endpoints[endpoint] else { return number(endpoint, direction, nil) }
        let needsAddress = needsAddress(element, direction)
        let number = needsAddress ? Self.byAddressToo : number(endpoint, direction, nil)
        // An index that the catalog does not have yet is asked again.
        if place >= byEndpoint.count {
            let end = max(endpoints.count * width, place + 1)
            byEndpoint.append(contentsOf: repeatElement(0, count: end - byEndpoint.count))
        }
        byEndpoint[place] = number
        return needsAddress ? find(endpoint, direction, address, hasIP: hasIP) : number
    }

    private var isFull: Bool { classes.count - free.count - Int(Self.first) >= limit }

    /// Whether the values depend on the address: it is a label, or stands before the first alternative that has one.
    func needsAddress(_ endpoint: Endpoint, _ direction: Int) -> Bool {
        if context.labels.contains(.ip) { return true }
        let alternatives = context.alternatives(TrafficDirection(rawValue: UInt8(direction)))
        return alternatives.first { $0 == .ip || !$0.value(of: endpoint).isEmpty } == .ip
    }

    // MARK: Making

    private mutating func number(_ endpoint: UInt32, _ direction: Int, _ address: IPAddress?) -> UInt32 {
        let element = endpoints[endpoint] ?? Endpoint(identity: .unknown)
        let ip = address?.description ?? ""
        var pairs: [(String, String)] = []
        var pod: String?
        if context.hasSideLabel {
            var value = ""
            for source in context.alternatives(TrafficDirection(rawValue: UInt8(direction))) where value.isEmpty {
                value = source == .ip ? ip : source.value(of: element)
                if source == .pod && !element.podName.isEmpty { pod = value }
            }
            pairs.append((context.side.rawValue, value))
        }
        for label in context.labels {
            pairs.append((context.name(label), label == .ip ? ip : label.value(of: element)))
        }
        if !element.podName.isEmpty, context.labels.contains(.pod), context.labels.contains(.namespace) {
            pod = "\(element.namespace)/\(element.podName)"
        }
        return intern(Class(text: LabelText.all(pairs), pod: pod))
    }

    private mutating func intern(_ new: Class) -> UInt32 {
        if let known = numbers[new.text] { return known }
        if isFull { return Self.overflow }
        let number = free.popLast() ?? UInt32(classes.count)
        if Int(number) == classes.count { classes.append(new) } else { classes[Int(number)] = new }
        numbers[new.text] = number
        return number
    }

    // MARK: Expiry

    /// Notes that a series has the class.
    mutating func use(_ number: UInt32) { classes[Int(number)].isUsed = true }

    /// Frees the classes that no series was noted to have since the last call.
    mutating func freeUnused() {
        var freed: Set<UInt32> = []
        for number in classes.indices.dropFirst(Int(Self.first)) {
            if classes[number].isUsed {
                classes[number].isUsed = false
            } else if !classes[number].text.isEmpty {
                numbers[classes[number].text] = nil
                classes[number] = Class(text: [])
                freed.insert(UInt32(number))
            }
        }
        guard !freed.isEmpty else { return }
        free += freed
        for place in byEndpoint.indices where byEndpoint[place] == Self.overflow || freed.contains(byEndpoint[place]) {
            byEndpoint[place] = 0
        }
        byAddress.removeAll()
    }

    var memoryBytes: Int {
        byEndpoint.capacity * 4 + byAddress.memoryBytes
            + classes.reduce(0) { $0 + $1.text.capacity * 2 + 3 * MemoryLayout<Class>.stride }
    }
}

extension SideContext {
    /// The labels in the order in which a class has them.
    var names: [String] { (hasSideLabel ? [side.rawValue] : []) + labels.map(name) }

    fileprivate func name(_ label: ContextLabel) -> String { "\(side.rawValue)_\(label.rawValue)" }
}
