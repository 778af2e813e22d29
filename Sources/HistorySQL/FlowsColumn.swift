import FlowModel
import SQLiteRuntime

/// A column of `flows`. What a flow does not have, or what is not known, is NULL.
struct FlowsColumn: Sendable {
    let column: VirtualColumn
    let narrowing: Narrowing?
    let tell: @Sendable (Flow, FlowTexts, borrowing ColumnResult) -> Void

    static func integer(
        _ name: String, _ narrowing: Narrowing? = nil, _ value: @escaping @Sendable (Flow) -> Int64?
    ) -> FlowsColumn {
        FlowsColumn(column: VirtualColumn(name, .integer), narrowing: narrowing) { flow, _, result in
            if let value = value(flow) { result.set(value) }
        }
    }

    static func integer(_ name: String, _ value: @escaping @Sendable (Flow, FlowTexts) -> Int64?) -> FlowsColumn {
        FlowsColumn(column: VirtualColumn(name, .integer), narrowing: nil) { flow, texts, result in
            if let value = value(flow, texts) { result.set(value) }
        }
    }

    static func text(
        _ name: String, _ narrowing: Narrowing? = nil,
        _ value: @escaping @Sendable (Flow, FlowTexts) -> String?
    ) -> FlowsColumn {
        FlowsColumn(column: VirtualColumn(name, .text), narrowing: narrowing) { flow, texts, result in
            if let value = value(flow, texts) { result.set(value) }
        }
    }

    /// In the order that `SELECT *` has.
    static let all: [FlowsColumn] = event + packet + FlowSide.allCases.flatMap(side) + decision + place

    static func index(_ name: String) -> Int {
        guard let index = all.firstIndex(where: { $0.column.name == name }) else {
            preconditionFailure("flows has no column \(name)")
        }
        return index
    }
}
