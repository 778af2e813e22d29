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

    /// As many as both have.
    mutating func formUnion(_ other: CatalogCounts) {
        endpoints = max(endpoints, other.endpoints)
        services = max(services, other.services)
        rules = max(rules, other.rules)
        names = max(names, other.names)
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

    init(stored connection: borrowing Connection) throws(SQLiteError) {
        var ends = try connection.prepare(Self.ends)
        try self.init(&ends)
    }
}

/// The catalog's tables on disk: appended to, never changed.
enum CatalogStore {
    private static let endpoints = CheckedTable(
        "endpoints", "id", "endpoint_id", "identity", "cluster_name", "namespace", "pod_name", "labels", "workloads",
        "dns_names")
    private static let services = CheckedTable("services", "id", "name", "namespace")
    private static let rules = CheckedTable(
        "rules", "id", "kind", "name", "namespace", "direction", "is_deny", "position", "labels")
    private static let names = CheckedTable("names", "id", "name")

    // What stands where a row is damaged. Flows give the reason for an endpoint themselves (`DamagedNames`).
    private static let unknownName = "(damaged in history)"
    private static let unknownEndpoint = Endpoint(identity: .unknown)
    private static let unknownService = ServiceReference(name: unknownName, namespace: "")
    private static let unknownRule = RuleReference(
        kind: "", name: unknownName, namespace: "", direction: .unknown, isDeny: false, index: 0, labels: [])

    /// Writes the elements between two states of the catalog.
    static func append(
        _ catalog: FlowCatalog, from old: CatalogCounts, to new: CatalogCounts, _ connection: borrowing Connection
    ) throws(SQLiteError) {
        guard old != new else { return }
        try insert(catalog.endpoints, old.endpoints..<new.endpoints, endpoints, connection) { endpoint, row in
            row.bind(Int64(endpoint.id), at: 2)
            row.bind(Int64(endpoint.identity.rawValue), at: 3)
            row.bind(endpoint.clusterName, at: 4)
            row.bind(endpoint.namespace, at: 5)
            row.bind(endpoint.podName, at: 6)
            row.bind(json(endpoint.labels), at: 7)
            row.bind(json(endpoint.workloads.map { [$0.name, $0.kind] }), at: 8)
            row.bind(json(endpoint.dnsNames), at: 9)
        }
        try insert(catalog.services, old.services..<new.services, services, connection) { service, row in
            row.bind(service.name, at: 2)
            row.bind(service.namespace, at: 3)
        }
        try insert(catalog.rules, old.rules..<new.rules, rules, connection) { rule, row in
            row.bind(rule.kind, at: 2)
            row.bind(rule.name, at: 3)
            row.bind(rule.namespace, at: 4)
            row.bind(Int64(rule.direction.rawValue), at: 5)
            row.bind(rule.isDeny ? 1 : 0, at: 6)
            row.bind(Int64(rule.index), at: 7)
            row.bind(json(StoredRuleFacts(rule)), at: 8)
        }
        try insert(catalog.names, old.names..<new.names, names, connection) { name, row in
            row.bind(name, at: 2)
        }
    }

    private static func insert<Element>(
        _ table: CatalogTable<Element>, _ range: Range<Int>, _ target: CheckedTable,
        _ connection: borrowing Connection,
        _ bind: (Element, inout Statement) -> Void
    ) throws(SQLiteError) {
        guard !range.isEmpty else { return }
        let elements = table.elements()
        var row = try connection.prepare(target.insert())
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
    /// Interns what was stored beyond `loaded`, each element at its own index, and counts it into `loaded`. The index of
    /// one that is damaged or missing is reserved, and noted when a later one is known; of one that was pruned, it is
    /// reserved alone.
    ///
    /// A table that can be read no further is noted as a file that cannot be read.
    static func load(
        _ catalog: FlowCatalog, beyond loaded: inout CatalogCounts, _ connection: borrowing Connection, _ path: String,
        _ damage: inout StoreDamage
    ) throws(HistoryError) {
        // What was pruned, and the rows, as of one moment.
        let snapshot = try whileDoing("loading the catalog") { () throws(SQLiteError) in
            try Transaction(connection, .deferred)
        }
        let pruned = try readPruned(connection, path, &damage)
        try load(
            catalog.endpoints, endpoints, unknown: unknownEndpoint, &loaded.endpoints, connection, path, pruned, &damage
        ) {
            row in
            Endpoint(
                id: UInt32(truncatingIfNeeded: row.integer(1)),
                identity: Identity(rawValue: UInt32(truncatingIfNeeded: row.integer(2))), clusterName: row.text(3),
                namespace: row.text(4), podName: row.text(5), labels: strings(row.text(6)),
                workloads: lists(row.text(7)).compactMap { $0.count == 2 ? Workload(name: $0[0], kind: $0[1]) : nil },
                dnsNames: strings(row.text(8)))
        }
        try load(
            catalog.services, services, unknown: unknownService, &loaded.services, connection, path, pruned, &damage
        ) {
            row in
            ServiceReference(name: row.text(1), namespace: row.text(2))
        }
        try load(catalog.rules, rules, unknown: unknownRule, &loaded.rules, connection, path, pruned, &damage) { row in
            var rule = RuleReference(
                kind: row.text(1), name: row.text(2), namespace: row.text(3),
                direction: TrafficDirection(rawValue: UInt8(truncatingIfNeeded: row.integer(4))),
                isDeny: row.integer(5) != 0, index: Int(row.integer(6)), labels: [])
            StoredRuleFacts(json: row.text(7)).restore(&rule)
            return rule
        }
        try load(catalog.names, names, unknown: unknownName, &loaded.names, connection, path, pruned, &damage) { row in
            row.text(1)
        }
        snapshot.end()
    }

    private static func readPruned(
        _ connection: borrowing Connection, _ path: String, _ damage: inout StoreDamage
    ) throws(HistoryError) -> PrunedNames {
        do throws(SQLiteError) {
            return try StoreMeta.readPruned(connection)
        } catch {
            guard error.isDamage else { throw .sqlite(doing: "loading the catalog", error) }
            damage.note(file: path, error.message)
            return PrunedNames()
        }
    }

    private static func load<Element>(
        _ table: CatalogTable<Element>, _ stored: CheckedTable, unknown: Element, _ loaded: inout Int,
        _ connection: borrowing Connection, _ path: String, _ pruned: PrunedNames, _ damage: inout StoreDamage,
        _ element: (borrowing Statement) -> Element
    ) throws(HistoryError) {
        var mismatch: UInt32?
        do throws(SQLiteError) {
            var row = try connection.prepare(
                "SELECT \(stored.columns.joined(separator: ", ")), \(stored.isWhole) FROM \(stored.name) WHERE id >= ?"
                    + " ORDER BY id")
            row.bind(Int64(loaded), at: 1)
            while mismatch == nil, try row.step() {
                // One that is out of its place was read before.
                guard row.integer(stored.columns.count) == 1, row.integer(0) >= Int64(loaded) else { continue }
                reserve(table, upTo: Int(row.integer(0)), stored.name, unknown, &loaded, path, pruned, &damage)
                guard row.integer(0) == Int64(loaded) else { continue }
                let index = table.intern(element(row))
                if Int64(index) == row.integer(0) { loaded += 1 } else { mismatch = UInt32(row.integer(0)) }
            }
            leaveEmpty(table, stored.name, unknown, &loaded, pruned)
        } catch {
            guard error.isDamage else { throw .sqlite(doing: "loading the catalog's \(stored.name)", error) }
            damage.note(file: path, error.message)
        }
        if let mismatch { throw .catalogMismatch(table: stored.name, index: mismatch) }
    }

    /// Throws if a table is not there as it was made.
    static func prepareAll(_ connection: borrowing Connection) throws(SQLiteError) {
        for table in [endpoints, services, rules, names] {
            _ = try connection.prepare(
                "SELECT \(table.columns.joined(separator: ", ")), \(table.isWhole) FROM \(table.name)")
        }
    }

    /// Reserves the indices below `counts` that were not loaded: flows use them, so no other name may have them.
    static func reserve(
        _ catalog: FlowCatalog, through counts: CatalogCounts, _ loaded: inout CatalogCounts, _ path: String,
        _ damage: inout StoreDamage
    ) {
        let none = PrunedNames()
        reserve(
            catalog.endpoints, upTo: counts.endpoints, endpoints.name, unknownEndpoint, &loaded.endpoints, path, none,
            &damage)
        reserve(
            catalog.services, upTo: counts.services, services.name, unknownService, &loaded.services, path, none,
            &damage)
        reserve(catalog.rules, upTo: counts.rules, rules.name, unknownRule, &loaded.rules, path, none, &damage)
        reserve(catalog.names, upTo: counts.names, names.name, unknownName, &loaded.names, path, none, &damage)
    }

    private static func reserve<Element>(
        _ table: CatalogTable<Element>, upTo end: Int, _ name: String, _ unknown: Element, _ loaded: inout Int,
        _ path: String, _ pruned: PrunedNames, _ damage: inout StoreDamage
    ) {
        while loaded < end {
            leaveEmpty(table, name, unknown, &loaded, pruned)
            guard loaded < end else { return }
            table.reserve(upTo: UInt32(loaded) + 1, as: unknown)
            damage.note(
                DamagedRow(path: path, table: name, row: Int64(loaded), reason: DamagedRow.isNotReadable))
            loaded += 1
        }
    }

    /// Passes over the indices that were pruned, if the next one was.
    private static func leaveEmpty<Element>(
        _ table: CatalogTable<Element>, _ name: String, _ unknown: Element, _ loaded: inout Int, _ pruned: PrunedNames
    ) {
        guard let kind = NameTable(rawValue: name), let range = pruned.range(of: UInt32(loaded), in: kind) else {
            return
        }
        loaded = Int(range.upperBound) + 1
        table.reserve(upTo: UInt32(loaded), as: unknown)
    }

    private static func strings(_ json: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(json.utf8))) ?? []
    }

    private static func lists(_ json: String) -> [[String]] {
        (try? JSONDecoder().decode([[String]].self, from: Data(json.utf8))) ?? []
    }
}
