import FlowHistory
import FlowModel
import SQLiteRuntime

final class FlowsCursor: VirtualCursor {
    private let store: FlowStore
    private let texts: FlowTexts
    private let tellers = FlowsColumn.all.map(\.tell)
    private var scan: FlowScan?
    private var flow = Flow()
    private(set) var isAtEnd = true

    init(_ store: FlowStore) {
        self.store = store
        texts = store.texts
    }

    func start(_ plan: TablePlan, _ values: [[SQLValue]]) throws(VirtualTableError) {
        try store.checkTime()
        let selection = FlowSelection(plan, values, texts)
        if !selection.isEmpty { store.report.note(times: selection.times) }
        do throws(HistoryError) {
            scan = try FlowScan(
                store, selection, plan.order.flatMap(FlowsTable.scanOrder) ?? .stored(isDescending: false),
                try takeReader())
        } catch {
            throw VirtualTableError("\(error)")
        }
        try advance()
    }

    /// Of the scan before, or a new one: the names are known already.
    private func takeReader() throws(HistoryError) -> HistoryReader {
        if let scan = scan.take() { return scan.takeReader() }
        return try HistoryReader(directory: store.directory)
    }

    func advance() throws(VirtualTableError) {
        if let next = try scan?.next() {
            (flow, isAtEnd) = (next, false)
        } else {
            isAtEnd = true
        }
    }

    var rowID: Int64 { Int64(clamping: flow.sequence) }

    func tell(_ column: Int, _ result: borrowing ColumnResult) { tellers[column](flow, texts, result) }
}
