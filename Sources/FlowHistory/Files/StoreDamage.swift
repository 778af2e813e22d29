/// A row of the store that cannot be believed.
package struct DamagedRow: Hashable, Sendable {
    package var path: String
    package var table: String
    /// Its key; 0 where that is a text, or not known.
    package var row: Int64
    package var reason: String

    static let differs = "its checksum differs"
    static let isMissing = "it is missing"
    static let isNotReadable = "it is missing, or its checksum differs"
}

/// What of a store was met that cannot be believed, blocks of flows apart.
package struct StoreDamage: Sendable, Equatable {
    /// Beyond so many, they are not told one by one.
    package static let mostRows = 1_000

    /// Each told once, in the order in which they were met.
    package private(set) var rows: [DamagedRow] = []
    private var known: Set<DamagedRow> = []
    /// Files that cannot be read at all, or no further, and why.
    package private(set) var files: [String: String] = [:]
    /// A line for each of both, in the order in which they were met.
    package private(set) var descriptions: [String] = []

    package init() {}

    package var isEmpty: Bool { descriptions.isEmpty }

    mutating func note(_ row: DamagedRow) {
        guard known.count < Self.mostRows, known.insert(row).inserted else { return }
        rows.append(row)
        descriptions.append("\(row.path): row \(row.row) of \(row.table) is damaged: \(row.reason)")
    }

    mutating func note(file path: String, _ reason: String) {
        guard files.updateValue(reason, forKey: path) == nil else { return }
        descriptions.append("\(path) cannot be read: \(reason)")
    }

    package mutating func formUnion(_ other: StoreDamage) {
        for row in other.rows { note(row) }
        for (path, reason) in other.files where files[path] == nil { note(file: path, reason) }
    }
}
