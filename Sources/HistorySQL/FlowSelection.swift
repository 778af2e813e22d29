import FlowHistory
import FlowModel
import SQLiteRuntime

/// The flows that a statement's conditions leave, as far as the store can tell: never too few.
struct FlowSelection {
    private(set) var times: ClosedRange<UInt64> = 0...(.max)
    private(set) var sequences: ClosedRange<UInt64> = 0...(.max)
    private(set) var filter = ColumnFilter()
    /// No flow can meet the conditions.
    private(set) var isEmpty = false
    private var conditions = ColumnConditions()
    private let texts: FlowTexts

    /// - Parameter values: for each of the plan's conditions, as `VirtualCursor.start` is given them.
    init(_ plan: TablePlan, _ values: [[SQLValue]], _ texts: FlowTexts) {
        self.texts = texts
        var narrows = false
        for (condition, values) in zip(plan.conditions, values) {
            guard let narrowing = FlowsColumn.all[condition.column].narrowing else { continue }
            // Nothing is equal to NULL.
            let values = values.filter { $0 != .null }
            switch narrowing {
            case .time:
                keep(condition.comparison, values, \.times) { value in
                    guard case .text(let text) = value else { return nil }
                    return .some(MomentOrder.times(condition.comparison, text))
                }
            case .timeNanoseconds: keepNumbers(condition.comparison, values, \.times)
            case .sequence: keepNumbers(condition.comparison, values, \.sequences)
            default: narrows = narrow(narrowing, values) || narrows
            }
        }
        if narrows { filter = ColumnFilter(anyOf: [conditions]) }
    }

    // MARK: Ranges

    private mutating func keepNumbers(
        _ comparison: TableQuestion.Comparison, _ values: [SQLValue],
        _ kept: WritableKeyPath<FlowSelection, ClosedRange<UInt64>>
    ) {
        keep(comparison, values, kept) { Self.range(comparison, $0) }
    }

    /// - Parameter range: of a value; nil for one that is not judged, and the range is nil if it leaves nothing.
    private mutating func keep(
        _ comparison: TableQuestion.Comparison, _ values: [SQLValue],
        _ kept: WritableKeyPath<FlowSelection, ClosedRange<UInt64>>, _ range: (SQLValue) -> ClosedRange<UInt64>??
    ) {
        var accepted: ClosedRange<UInt64>?
        for value in values {
            guard let range = range(value) else { return }
            guard let range else { continue }
            accepted =
                accepted.map {
                    min($0.lowerBound, range.lowerBound)...max($0.upperBound, range.upperBound)
                } ?? range
        }
        guard let accepted, accepted.overlaps(self[keyPath: kept]) else { return isEmpty = true }
        self[keyPath: kept] = accepted.clamped(to: self[keyPath: kept])
    }

    /// Numbers beyond SQLite's integers are the greatest of these in SQL (`Int64(clamping:)`).
    private static func range(_ comparison: TableQuestion.Comparison, _ value: SQLValue) -> ClosedRange<UInt64>?? {
        let number: Int64
        switch value {
        case .integer(let value): number = value
        // Rounded to the side that leaves more.
        case .real(let value):
            guard value.magnitude < 9e18 else { return nil }
            let isUpperBound = comparison == .less || comparison == .lessOrEqual
            if comparison == .equal && value != value.rounded() { return .some(nil) }
            number = Int64(value.rounded(isUpperBound ? .up : .down))
        default: return nil
        }
        let top: UInt64 = number == .max ? .max : UInt64(max(0, number))
        switch comparison {
        case .equal: return .some(number < 0 ? nil : UInt64(number)...top)
        case .less, .lessOrEqual: return .some(number < 0 ? nil : 0...top)
        case .greater, .greaterOrEqual: return .some(UInt64(max(0, number))...(.max))
        }
    }

    // MARK: Sets

    /// - Returns: false when the values are not judged.
    private mutating func narrow(_ narrowing: Narrowing, _ values: [SQLValue]) -> Bool {
        switch narrowing {
        case .time, .timeNanoseconds, .sequence: return false
        case .identity, .port, .number:
            guard let numbers = Self.numbers(values) else { return false }
            return narrow(narrowing, numbers: numbers)
        default:
            guard let texts = Self.texts(values) else { return false }
            return narrow(narrowing, texts: texts)
        }
    }

    private mutating func narrow(_ narrowing: Narrowing, numbers: [UInt64]) -> Bool {
        switch narrowing {
        case .identity(let side):
            conditions.sides.append(side.only(.identities(numbers.compactMap { UInt32(exactly: $0) })))
        case .port(let side):
            guard conditions.ports?.isFree(side) ?? true else { return false }
            let ports = PortSet(numbers.compactMap { UInt16(exactly: $0).map { $0...$0 } })
            conditions.ports = (conditions.ports ?? PerSide()).setting(side, ports)
        case .number(let patterns): conditions.facts.append(numbers.flatMap(patterns))
        default: return false
        }
        return true
    }

    private mutating func narrow(_ narrowing: Narrowing, texts wanted: [String]) -> Bool {
        let wanted = Set(wanted)
        switch narrowing {
        case .fact(let patterns): conditions.facts.append(wanted.flatMap(patterns))
        case .address(let side):
            // An address that is written in another way is no flow's text.
            let addresses = wanted.compactMap { text in IPAddress(text).flatMap { "\($0)" == text ? $0 : nil } }
            if addresses.isEmpty { isEmpty = true }
            conditions.sides.append(side.only(.prefixes(addresses.map { AddressMask($0, prefixBits: 128) })))
        case .endpoint(let side, let value):
            conditions.sides.append(side.only(.endpoints(Self.indices(texts.endpoints, value, wanted))))
        case .service(let side, let value):
            guard conditions.services?.isFree(side) ?? true else { return false }
            let services = Self.indices(texts.services, value, wanted)
            conditions.services = (conditions.services ?? PerSide()).setting(side, services)
        case .rule(let value):
            guard conditions.rules == nil else { return false }
            conditions.rules = Self.indices(texts.rules, value, wanted)
        case .kernelReason:
            guard conditions.kernelReasons == nil else { return false }
            conditions.kernelReasons = Self.indices(texts.names, { $0 }, wanted)
        case .interface:
            guard conditions.interfaces == nil else { return false }
            conditions.interfaces = Self.indices(texts.names, { $0 }, wanted)
        default: return false
        }
        return true
    }

    private static func indices<Element>(
        _ table: [Element], _ value: (Element) -> String, _ wanted: Set<String>
    ) -> IndexSet {
        IndexSet(table.map { wanted.contains(value($0)) }, acceptsUnknown: false)
    }

    /// nil if SQLite might make another type of one of them to compare it.
    private static func texts(_ values: [SQLValue]) -> [String]? {
        let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
        return texts.count == values.count ? texts : nil
    }

    /// nil likewise. Negative numbers are left out, as no column has any.
    private static func numbers(_ values: [SQLValue]) -> [UInt64]? {
        let numbers = values.compactMap { if case .integer(let number) = $0 { number } else { nil } }
        return numbers.count == values.count ? numbers.compactMap { UInt64(exactly: $0) } : nil
    }
}

extension FlowSide {
    fileprivate func only<Accepted>(_ accepted: Accepted) -> PerSide<Accepted> {
        PerSide<Accepted>().setting(self, accepted)
    }
}

extension PerSide {
    fileprivate func isFree(_ side: FlowSide) -> Bool { side == .source ? source == nil : destination == nil }

    fileprivate func setting(_ side: FlowSide, _ accepted: Accepted) -> PerSide {
        PerSide(
            either: either, source: side == .source ? accepted : source,
            destination: side == .destination ? accepted : destination)
    }
}
