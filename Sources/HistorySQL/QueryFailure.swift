import FlowFilter
import SQLiteRuntime

/// Why a statement has no answer, or not all of it.
package struct QueryFailure: Error, Sendable {
    /// The statement itself is wrong.
    package let isMistake: Bool
    package let isOutOfTime: Bool
    /// It takes more than `SQLiteMemory.limit` allows.
    package let isOutOfMemory: Bool
    /// Several lines: what is wrong, where, and what there is instead.
    package let lines: [String]

    init(_ error: SQLiteError, isMistake: Bool, _ tables: [QueryTable]) {
        self.isMistake = isMistake || error.code == .notAuthorized
        isOutOfTime = error.code == .interrupted
        isOutOfMemory = error.code == .outOfMemory
        var lines = [Self.message(error)]
        if self.isMistake { lines += Self.place(error) + Self.hints(error, tables) }
        self.lines = lines
    }

    private static func message(_ error: SQLiteError) -> String {
        switch error.code {
        case .notAuthorized: "only SELECT is allowed; nothing can be changed or opened (\(error.message))"
        case .full, .ioError: "\(error.message): what is sorted needs room in the directory for temporary files"
        default: error.message
        }
    }

    // MARK: Where

    /// The line of the statement, and a caret below the place.
    private static func place(_ error: SQLiteError) -> [String] {
        guard let offset = error.byteOffset ?? offset(ofName: error) else { return [] }
        let bytes = Array(error.sql.utf8)
        let before = bytes.prefix(offset)
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
        // A tab below a tab keeps the caret in its column.
        let indent = String(decoding: before[start...], as: UTF8.self).map { $0 == "\t" ? "\t" : " " }
        return ["  " + String(decoding: line, as: UTF8.self), "  " + indent.joined() + "^"]
    }

    /// SQLite does not say where the name of a table stands that there is not.
    private static func offset(ofName error: SQLiteError) -> Int? {
        if error.message == "incomplete input" { return error.sql.utf8.count }
        return name(error, after: noTable).flatMap { error.sql.offset(ofWord: $0) }
    }

    // MARK: What there is

    private static let noTable = "no such table: "
    private static let noColumn = "no such column: "

    private static func name(_ error: SQLiteError, after prefix: String) -> String? {
        error.message.hasPrefix(prefix) ? String(error.message.dropFirst(prefix.count)) : nil
    }

    private static func hints(_ error: SQLiteError, _ tables: [QueryTable]) -> [String] {
        if let name = name(error, after: noTable) {
            let names = tables.map(\.name)
            return suggestion(name, names) + ["tables: " + names.joined(separator: ", ")]
        }
        guard let name = name(error, after: noColumn) else { return [] }
        let bare = name.split(separator: ".").last.map(String.init) ?? name
        let asked = tables.filter { error.sql.offset(ofWord: $0.name) != nil }
        return suggestion(bare, asked.flatMap(\.columns))
            + asked.map { "columns of \($0.name): " + $0.columns.joined(separator: ", ") }
    }

    private static func suggestion(_ name: String, _ names: [String]) -> [String] {
        nearestName(to: name.lowercased(), among: names).map { ["did you mean \($0)?"] } ?? []
    }
}

extension SQLiteError {
    init(refusing sql: String) {
        let code = Code.notAuthorized
        self.init(code: code, extendedCode: code.rawValue, message: "this gives no rows", sql: sql)
    }
}

extension String {
    /// The byte at which a name stands by itself, letters' case aside.
    fileprivate func offset(ofWord name: String) -> Int? {
        let (text, name) = (lowercased(), name.lowercased())
        func isPartOfName(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        let found = text.ranges(of: name).first { range in
            !isPartOfName(text[..<range.lowerBound].last) && !isPartOfName(text[range.upperBound...].first)
        }
        return found.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) }
    }
}
