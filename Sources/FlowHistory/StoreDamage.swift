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

    package init() {}

    package var isEmpty: Bool { rows.isEmpty && files.isEmpty }

    mutating func note(_ row: DamagedRow) {
        guard known.count < Self.mostRows, known.insert(row).inserted else { return }
        rows.append(row)
    }

    mutating func note(file path: String, _ reason: String) {
        if files[path] == nil { files[path] = reason }
    }

    package mutating func formUnion(_ other: StoreDamage) {
        for row in other.rows { note(row) }
        files.merge(other.files) { mine, _ in mine }
    }

    /// A line for each.
    package var descriptions: [String] {
        files.sorted { $0.key < $1.key }.map { "\($0.key) cannot be read: \($0.value)" }
            + rows.map { "\($0.path): row \($0.row) of \($0.table) is damaged: \($0.reason)" }
    }
}
