import FlowCatalog
import FlowModel

/// Who sides of flows are, as lines tell it, and what else of a line names something of the catalog.
struct EndpointCache: Sendable {
    /// A side of a flow.
    struct Side: Sendable {
        var endpoint: UInt32 = 0
        var identity: UInt32 = 0
    }

    private let catalog: FlowCatalog
    private var sides = ReadBefore<Side>()
    private var services = ReadBefore<UInt32>()
    private var names = ReadBefore<UInt32>()
    private var rules = ReadBefore<UInt32>()
    private var addresses = ReadBefore<IPAddress?>()

    init(_ catalog: FlowCatalog) { self.catalog = catalog }

    @inline(__always)
    mutating func side(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> Side {
        scanner.skipBlanks(line)
        if let known = sides.latest(line, at: scanner.position) {
            scanner.move(to: known.end)
            return known.value
        }
        return try readSide(line, &scanner)
    }

    @inline(never)
    private mutating func readSide(
        _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) -> Side {
        let start = scanner
        try scanner.skipValue(line)
        let catalog = catalog
        return try sides.value(line, start.position..<scanner.position) { () throws(JSONFailure) in
            var inside = start
            let endpoint = try Endpoint(line, &inside)
            return Side(
                endpoint: catalog.endpoints.intern(endpoint), identity: endpoint.identity.rawValue)
        }
    }

    /// The same side with DNS names, which stand elsewhere in the line.
    func named(_ side: Side, _ names: [String]) -> Side {
        guard var endpoint = catalog.endpoints[side.endpoint], endpoint.dnsNames != names else { return side }
        endpoint.dnsNames = names
        return Side(endpoint: catalog.endpoints.intern(endpoint), identity: side.identity)
    }

    mutating func service(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> UInt32 {
        scanner.skipBlanks(line)
        let start = scanner
        try scanner.skipValue(line)
        let catalog = catalog
        return try services.value(line, start.position..<scanner.position) { () throws(JSONFailure) in
            var inside = start
            return catalog.services.intern(try ServiceReference(line, &inside))
        }
    }

    /// A text that stands in the catalog's names.
    mutating func name(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> UInt32 {
        let start = scanner
        let range = try scanner.string(line)
        let catalog = catalog
        return try names.value(line, range) { () throws(JSONFailure) in
            var inside = start
            return catalog.names.intern(try inside.text(line))
        }
    }

    /// nil for what is no address.
    @inline(__always)
    mutating func address(_ line: Span<UInt8>, _ range: Range<Int>) -> IPAddress? {
        Self.v4(line, range)
            ?? addresses.value(line, range) { () throws(Never) in
                IPAddress(String(utf8: line, range))
            }
    }

    /// `10.0.0.1`; nil for other forms.
    @inline(__always)
    private static func v4(_ line: Span<UInt8>, _ range: Range<Int>) -> IPAddress? {
        var (number, octet, digits, dots) = (UInt32(0), UInt32(0), 0, 0)
        for index in range {
            let byte = line[index]
            if byte == UInt8(ascii: "."), digits > 0, dots < 3 {
                number = number << 8 | octet
                (octet, digits, dots) = (0, 0, dots &+ 1)
                continue
            }
            let digit = byte &- 48
            guard digit < 10, digits == 0 || octet > 0 else { return nil }
            octet = octet &* 10 &+ UInt32(digit)
            digits &+= 1
            if octet > 255 { return nil }
        }
        return dots == 3 && digits > 0 ? IPAddress(v4: number << 8 | octet) : nil
    }

    /// - Parameter key: all that the rule is told by, in a line of its own.
    mutating func rule(
        _ key: Span<UInt8>, read: () throws(JSONFailure) -> RuleReference?
    ) throws(JSONFailure) -> UInt32 {
        let catalog = catalog
        return try rules.value(key, 0..<key.count) { () throws(JSONFailure) in
            try read().map { catalog.rules.intern($0) } ?? 0
        }
    }
}

extension Endpoint {
    init(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) {
        self.init(identity: .unknown)
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, FlowKey.table)) ?? .unknown {
            case .ID: id = UInt32(clamping: try scanner.number(line))
            case .identity: identity = Identity(rawValue: UInt32(clamping: try scanner.number(line)))
            case .clusterName: clusterName = try scanner.text(line)
            case .namespace: namespace = try scanner.text(line)
            case .podName: podName = try scanner.text(line)
            case .labels: labels = try scanner.texts(line)
            case .workloads:
                workloads = try scanner.list(line) { scanner throws(JSONFailure) in
                    let named = try NamedObject(line, &scanner)
                    return Workload(name: named.name, kind: named.kind)
                }
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }
}

extension ServiceReference {
    init(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) {
        let named = try NamedObject(line, &scanner)
        self.init(name: named.name, namespace: named.namespace)
    }
}

/// A workload, service, policy or interface: an object that has a name, and some of these members.
struct NamedObject {
    var name = ""
    var namespace = ""
    var kind = ""
    var labels: [String] = []
    var revision: UInt64 = 0
    var index: UInt64 = 0
    var wantedPeer: String?
    var wantedPorts: String?
    var isDeny = false
    var direction: UInt64 = 0

    init(
        _ line: Span<UInt8>, _ scanner: inout JSONScanner, directions: NameTable? = nil
    ) throws(JSONFailure) {
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, FlowKey.table)) ?? .unknown {
            case .name: name = try scanner.text(line)
            case .namespace: namespace = try scanner.text(line)
            case .kind: kind = try scanner.text(line)
            case .labels: labels = try scanner.texts(line)
            case .revision: revision = try scanner.number(line)
            case .index: index = try scanner.number(line)
            case .wantedPeer: wantedPeer = try scanner.text(line)
            case .wantedPorts: wantedPorts = try scanner.text(line)
            case .deny: isDeny = try scanner.truth(line)
            case .direction where directions != nil:
                direction = try scanner.enumeration(line, directions!)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }

    var policyName: PolicyName { PolicyName(kind: kind, namespace: namespace, name: name) }
}

extension JSONScanner {
    mutating func list<Element>(
        _ line: Span<UInt8>, _ element: (inout JSONScanner) throws(JSONFailure) -> Element
    ) throws(JSONFailure) -> [Element] {
        var elements: [Element] = []
        var more = try open(line, "[")
        while more {
            elements.append(try element(&self))
            more = try next(line, "]")
        }
        return elements
    }

    mutating func texts(_ line: Span<UInt8>) throws(JSONFailure) -> [String] {
        try list(line) { scanner throws(JSONFailure) in try scanner.text(line) }
    }
}
