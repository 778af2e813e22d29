import CSQLite

extension Connection {
    /// Makes a virtual table known by its name. The connection keeps it, and its thread uses it.
    package func add(_ table: any VirtualTable) throws(SQLiteError) {
        let owner = unsafe Unmanaged.passRetained(TableOwner(table))
        // SQLITE_OK; SQLITE_MISUSE for a module that is already there, and then the owner was released, too.
        let result = unsafe sqlite3_create_module_v2(
            handle.pointer, table.name, VirtualTableModule.module, owner.toOpaque()
        ) { owner in
            if let owner = unsafe owner { unsafe Unmanaged<TableOwner>.fromOpaque(owner).release() }
        }
        guard result == SQLITE_OK else { throw handle.error(sql: table.name) }
    }
}

/// A table, and the plans for it that SQLite may come back to.
private final class TableOwner {
    let table: any VirtualTable
    private(set) var plans: [TablePlan] = []

    init(_ table: any VirtualTable) { self.table = table }

    func number(of plan: TablePlan) -> Int {
        if let known = plans.firstIndex(of: plan) { return known }
        plans.append(plan)
        return plans.count - 1
    }
}

private final class CursorOwner {
    let cursor: any VirtualCursor
    let table: TableOwner

    init(_ cursor: any VirtualCursor, _ table: TableOwner) { (self.cursor, self.table) = (cursor, table) }
}

/// The C functions by which SQLite calls all virtual tables.
private enum VirtualTableModule {
    /// For the life of the process. Without `xCreate` a table is there under its module's name, and cannot be made.
    nonisolated(unsafe) static let module: UnsafeMutablePointer<sqlite3_module> = {
        let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        unsafe module.initialize(to: sqlite3_module())
        unsafe module.pointee.xConnect = { unsafe connect($0, $1, $4, $5) }
        unsafe module.pointee.xDisconnect = { table in
            unsafe table?.withMemoryRebound(to: apus_table.self, capacity: 1) { unsafe $0.deallocate() }
            return SQLITE_OK
        }
        unsafe module.pointee.xBestIndex = { unsafe plan($0, $1) }
        unsafe module.pointee.xOpen = { unsafe open($0, $1) }
        unsafe module.pointee.xClose = { unsafe close($0) }
        unsafe module.pointee.xFilter = { unsafe filter($0, $1, $3, $4) }
        unsafe module.pointee.xNext = { cursor in
            unsafe attempt(cursor) { owner throws(VirtualTableError) in try owner.cursor.advance() }
        }
        unsafe module.pointee.xEof = { unsafe owner($0).cursor.isAtEnd ? 1 : 0 }
        unsafe module.pointee.xColumn = { cursor, context, column in
            unsafe owner(cursor).cursor.tell(Int(column), ColumnResult(context))
            return SQLITE_OK
        }
        unsafe module.pointee.xRowid = { cursor, row in
            unsafe row?.pointee = unsafe owner(cursor).cursor.rowID
            return SQLITE_OK
        }
        return unsafe module
    }()

    // MARK: Owners

    @inline(__always)
    private static func owner(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> CursorOwner {
        let record = unsafe UnsafeMutableRawPointer(cursor!).assumingMemoryBound(to: apus_cursor.self)
        return unsafe Unmanaged<CursorOwner>.fromOpaque(record.pointee.owner!).takeUnretainedValue()
    }

    private static func owner(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> TableOwner {
        let record = unsafe UnsafeMutableRawPointer(table!).assumingMemoryBound(to: apus_table.self)
        return unsafe Unmanaged<TableOwner>.fromOpaque(record.pointee.owner!).takeUnretainedValue()
    }

    // MARK: Tables

    private static func connect(
        _ connection: OpaquePointer?, _ owner: UnsafeMutableRawPointer?,
        _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
        _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> Int32 {
        let table = unsafe Unmanaged<TableOwner>.fromOpaque(owner!).takeUnretainedValue().table
        let columns = table.columns.map { column in
            "\"\(column.name)\" \(column.kind.rawValue)" + (column.textOrder.map { " COLLATE \($0)" } ?? "")
        }
        // SQLITE_OK; SQLITE_ERROR for a wrong declaration, which is our own mistake; SQLITE_NOMEM.
        let code = unsafe sqlite3_declare_vtab(connection, "CREATE TABLE t (\(columns.joined(separator: ", ")))")
        guard code == SQLITE_OK else {
            unsafe message?.pointee = SQLiteMemory.text("the columns of \(table.name) cannot be declared")
            return code
        }
        let record = UnsafeMutablePointer<apus_table>.allocate(capacity: 1)
        unsafe record.initialize(to: apus_table(base: sqlite3_vtab(), owner: owner))
        unsafe result?.pointee = UnsafeMutableRawPointer(record).assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }

    private static func plan(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?, _ info: UnsafeMutablePointer<sqlite3_index_info>?
    ) -> Int32 {
        let owner = unsafe owner(table)
        let info = unsafe info!
        let question = unsafe TableQuestion(info, owner.table.columns)
        let plan = owner.table.plan(question)
        for (argument, condition) in plan.conditions.enumerated() {
            unsafe info.pointee.aConstraintUsage[condition.place].argvIndex = Int32(argument + 1)
            // Takes a list as a whole, not as a cursor's start for each of its values.
            if condition.isList { _ = unsafe sqlite3_vtab_in(info, Int32(condition.place), 1) }
        }
        unsafe info.pointee.idxNum = Int32(owner.number(of: plan))
        unsafe info.pointee.idxStr = SQLiteMemory.text(plan.summary)
        unsafe info.pointee.needToFreeIdxStr = 1
        unsafe info.pointee.orderByConsumed = plan.order != nil && plan.order == question.order ? 1 : 0
        unsafe info.pointee.estimatedCost = plan.cost
        unsafe info.pointee.estimatedRows = Int64(plan.rows)
        if plan.isUnique { unsafe info.pointee.idxFlags = SQLITE_INDEX_SCAN_UNIQUE }
        return SQLITE_OK
    }

    // MARK: Cursors

    private static func open(
        _ table: UnsafeMutablePointer<sqlite3_vtab>?,
        _ result: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
    ) -> Int32 {
        let owner = unsafe owner(table)
        do throws(VirtualTableError) {
            let cursor = CursorOwner(try owner.table.cursor(), owner)
            let record = UnsafeMutablePointer<apus_cursor>.allocate(capacity: 1)
            unsafe record.initialize(
                to: apus_cursor(base: sqlite3_vtab_cursor(), owner: Unmanaged.passRetained(cursor).toOpaque()))
            unsafe result?.pointee = UnsafeMutableRawPointer(record).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        } catch {
            return unsafe fail(table, error)
        }
    }

    private static func close(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
        let record = unsafe UnsafeMutableRawPointer(cursor!).assumingMemoryBound(to: apus_cursor.self)
        unsafe Unmanaged<CursorOwner>.fromOpaque(record.pointee.owner!).release()
        unsafe record.deallocate()
        return SQLITE_OK
    }

    private static func filter(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ number: Int32, _ count: Int32,
        _ arguments: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        unsafe attempt(cursor) { owner throws(VirtualTableError) in
            let plan = owner.table.plans[Int(number)]
            let values = plan.conditions.indices.map { index in
                unsafe plan.conditions[index].isList ? list(arguments![index]) : [SQLValue(lent: arguments![index])]
            }
            try owner.cursor.start(plan, values)
        }
    }

    private static func list(_ argument: OpaquePointer?) -> [SQLValue] {
        var values: [SQLValue] = []
        var value: OpaquePointer?
        // SQLITE_OK; SQLITE_DONE behind the last.
        var code = unsafe sqlite3_vtab_in_first(argument, &value)
        while code == SQLITE_OK {
            values.append(unsafe SQLValue(lent: value))
            code = unsafe sqlite3_vtab_in_next(argument, &value)
        }
        return values
    }

    @inline(__always)
    private static func attempt(
        _ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ body: (CursorOwner) throws(VirtualTableError) -> Void
    ) -> Int32 {
        do throws(VirtualTableError) {
            try body(unsafe owner(cursor))
            return SQLITE_OK
        } catch {
            return unsafe fail(cursor!.pointee.pVtab, error)
        }
    }

    private static func fail(_ table: UnsafeMutablePointer<sqlite3_vtab>?, _ error: VirtualTableError) -> Int32 {
        unsafe sqlite3_free(table!.pointee.zErrMsg)
        unsafe table!.pointee.zErrMsg = SQLiteMemory.text(error.message)
        return error.code.rawValue
    }
}

extension TableQuestion {
    fileprivate init(_ info: UnsafeMutablePointer<sqlite3_index_info>, _ columns: [VirtualColumn]) {
        for place in unsafe 0..<Int(info.pointee.nConstraint) {
            let constraint = unsafe info.pointee.aConstraint[place]
            guard constraint.usable != 0, constraint.iColumn >= 0, let comparison = Comparison(constraint.op) else {
                continue
            }
            let column = Int(constraint.iColumn)
            let order = unsafe sqlite3_vtab_collation(info, Int32(place)).map { unsafe String(cString: $0) }
            conditions.append(
                Condition(
                    column: column, comparison: comparison,
                    isList: comparison == .equal && (unsafe sqlite3_vtab_in(info, Int32(place), -1)) != 0,
                    isInColumnsOrder: order?.uppercased() == columns[column].textOrder ?? "BINARY", place: place))
        }
        for index in unsafe 0..<Int(info.pointee.nOrderBy) {
            let term = unsafe info.pointee.aOrderBy[index]
            order.append(Order(column: Int(term.iColumn), isDescending: term.desc != 0))
        }
    }
}

extension TableQuestion.Comparison {
    fileprivate init?(_ code: UInt8) {
        switch Int32(code) {
        case SQLITE_INDEX_CONSTRAINT_EQ: self = .equal
        case SQLITE_INDEX_CONSTRAINT_LT: self = .less
        case SQLITE_INDEX_CONSTRAINT_LE: self = .lessOrEqual
        case SQLITE_INDEX_CONSTRAINT_GT: self = .greater
        case SQLITE_INDEX_CONSTRAINT_GE: self = .greaterOrEqual
        default: return nil
        }
    }
}
