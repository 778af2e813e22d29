import FlowCatalog
import FlowModel
import FoundationEssentials
import SQLiteRuntime

/// How many elements of each of the catalog's tables are meant, the placeholders included.
struct CatalogCounts: Equatable {
    var endpoints = 1
    var services = 1
    var rules = 1
    var names = 1

    init() {}

    init(_ catalog: FlowCatalog) {
        endpoints = catalog.endpoints.count
        services = catalog.services.count
        rules = catalog.rules.count
        names = catalog.names.count
    }

    /// The highest index in each of the catalog's tables.
    static let ends = """
        SELECT (SELECT max(id) FROM endpoints), (SELECT max(id) FROM services), (SELECT max(id) FROM rules),
            (SELECT max(id) FROM names)
        """

    /// What is on disk; the statement (`ends`) selects the highest index of each table.
    init(_ ends: inout Statement) throws(SQLiteError) {
        guard try ends.step() else { return }
        defer { ends.reset() }
        (endpoints, services) = (Int(ends.integer(0)) + 1, Int(ends.integer(1)) + 1)
        (rules, names) = (Int(ends.integer(2)) + 1, Int(ends.integer(3)) + 1)
    }
}

/// The catalog's tables on disk: appended to, never changed.
enum CatalogStore {
    /// Writes the elements between two states of the catalog.
    static func append(
        _ catalog: FlowCatalog, from old: CatalogCounts, to new: CatalogCounts, _ connection: borrowing Connection
    ) throws(SQLiteError) {
        guard old != new else { return }
        try insert(
            catalog.endpoints, old.endpoints..<new.endpoints, "endpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", connection
        ) { endpoint, row in
            row.bind(Int64(endpoint.id), at: 2)
            row.bind(Int64(endpoint.identity.rawValue), at: 3)
            row.bind(endpoint.clusterName, at: 4)
            row.bind(endpoint.namespace, at: 5)
            row.bind(endpoint.podName, at: 6)
            row.bind(json(endpoint.labels), at: 7)
            row.bind(json(endpoint.workloads.map { [$0.name, $0.kind] }), at: 8)
            row.bind(json(endpoint.dnsNames), at: 9)
        }
        try insert(catalog.services, old.services..<new.services, "services VALUES (?, ?, ?)", connection) {
            service, row in
            row.bind(service.name, at: 2)
            row.bind(service.namespace, at: 3)
        }
        try insert(catalog.rules, old.rules..<new.rules, "rules VALUES (?, ?, ?, ?, ?, ?, ?, ?)", connection) {
            rule, row in
            row.bind(rule.kind, at: 2)
            row.bind(rule.name, at: 3)
            row.bind(rule.namespace, at: 4)
            row.bind(Int64(rule.direction.rawValue), at: 5)
            row.bind(rule.isDeny ? 1 : 0, at: 6)
            row.bind(Int64(rule.index), at: 7)
            row.bind(json(rule.labels), at: 8)
        }
        try insert(catalog.names, old.names..<new.names, "names VALUES (?, ?)", connection) { name, row in
            row.bind(name, at: 2)
        }
    }

    private static func insert<Element>(
        _ table: CatalogTable<Element>, _ range: Range<Int>, _ target: String, _ connection: borrowing Connection,
        _ bind: (Element, inout Statement) -> Void
    ) throws(SQLiteError) {
        guard !range.isEmpty else { return }
        let elements = table.elements()
        var row = try connection.prepare("INSERT INTO \(target)")
        for index in range {
            row.bind(Int64(index), at: 1)
            bind(elements[index], &row)
            try row.run()
        }
    }

    private static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // Strings and arrays of strings always encode.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}

// MARK: Loading

extension CatalogStore {
    /// Interns what was stored beyond `loaded`, each element at its own index, and counts it into `loaded`.
    static func load(
        _ catalog: FlowCatalog, beyond loaded: inout CatalogCounts, _ connection: borrowing Connection
    ) throws(HistoryError) {
        try load(catalog.endpoints, "endpoints", &loaded.endpoints, connection) { row in
            Endpoint(
                id: UInt32(truncatingIfNeeded: row.integer(1)),
                identity: Identity(rawValue: UInt32(truncatingIfNeeded: row.integer(2))), clusterName: row.text(3),
                namespace: row.text(4), podName: row.text(5), labels: strings(row.text(6)),
                workloads: lists(row.text(7)).compactMap { $0.count == 2 ? Workload(name: $0[0], kind: $0[1]) : nil },
                dnsNames: strings(row.text(8)))
        }
        try load(catalog.services, "services", &loaded.services, connection) { row in
            ServiceReference(name: row.text(1), namespace: row.text(2))
        }
        try load(catalog.rules, "rules", &loaded.rules, connection) { row in
            RuleReference(
                kind: row.text(1), name: row.text(2), namespace: row.text(3),
                direction: TrafficDirection(rawValue: UInt8(truncatingIfNeeded: row.integer(4))),
                isDeny: row.integer(5) != 0, index: Int(row.integer(6)), labels: strings(row.text(7)))
        }
        try load(catalog.names, "names", &loaded.names, connection) { row in row.text(1) }
    }

    private static func load<Element>(
        _ table: CatalogTable<Element>, _ name: String, _ loaded: inout Int, _ connection: borrowing Connection,
        _ element: (borrowing Statement) -> Element
    ) throws(HistoryError) {
        let mismatch = try whileDoing("loading the catalog's \(name)") { () throws(SQLiteError) -> UInt32? in
            var row = try connection.prepare("SELECT * FROM \(name) WHERE id >= ? ORDER BY id")
            row.bind(Int64(loaded), at: 1)
            while try row.step() {
                let index = table.intern(element(row))
                guard row.integer(0) == Int64(index) else { return UInt32(truncatingIfNeeded: row.integer(0)) }
                loaded = Int(index) + 1
            }
            return nil
        }
        if let mismatch { throw .catalogMismatch(table: name, index: mismatch) }
    }

    private static func strings(_ json: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(json.utf8))) ?? []
    }

    private static func lists(_ json: String) -> [[String]] {
        (try? JSONDecoder().decode([[String]].self, from: Data(json.utf8))) ?? []
    }
}
