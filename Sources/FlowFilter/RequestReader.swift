/// Collects the parameters of one request.
struct RequestReader {
    private let now: UInt64
    private let parameters: [FilterParameter]
    private let others: [String]
    private var request = FlowRequest()
    private var filters: FilterReader
    private var seen: Set<FilterParameter> = []
    private var position = 0
    private var isNegated = false

    init(now: UInt64, of origin: FlowOrigin, accepting parameters: [FilterParameter], others: [String]) {
        self.now = now
        filters = FilterReader(ExpressionContext(origin: origin, parameters: parameters))
        self.parameters = parameters
        self.others = others
    }

    mutating func read(name: String, value: String) throws(FilterError) {
        position += 1
        try checkLimits(name, value)
        if others.contains(name) {
            if isNegated { throw trailingNot(before: name) }
            return
        }
        guard let parameter = FilterParameter(rawValue: name), parameters.contains(parameter) else {
            throw unknown(name)
        }
        if parameter.isFilter {
            try filters.read(parameter, value: value, position: position, isNegated: isNegated)
            isNegated = false
            return
        }
        if isNegated { throw trailingNot(before: name) }
        if parameter == .not {
            isNegated = try flag(parameter, value)
            return
        }
        if !seen.insert(parameter).inserted {
            throw FilterError(parameter: name, value: value, position: position, problem: "given twice")
        }
        try readRange(parameter, value)
    }

    private func checkLimits(_ name: String, _ value: String) throws(FilterError) {
        if position > FilterLimits.parameters {
            throw FilterError(
                parameter: name, position: position, problem: "too many parameters",
                accepted: "at most \(FilterLimits.parameters)")
        }
        if value.utf8.count > FilterLimits.valueBytes {
            throw FilterError(
                parameter: name, position: position, problem: "a value of \(value.utf8.count) bytes",
                accepted: "at most \(FilterLimits.valueBytes) bytes")
        }
    }

    mutating func finish() throws(FilterError) -> FlowRequest {
        if isNegated { throw trailingNot(before: nil) }
        try refuse(.first, with: .last, because: "the oldest and the newest flows cannot be asked for at once")
        try refuse(.first, with: .follow, because: "the oldest flows come from history, new ones have no end")
        if let since = request.since, let until = request.until, since > until {
            throw FilterError(parameter: "since", problem: "later than until: no flow can match")
        }
        request.filter = try filters.finish()
        return request
    }

    private mutating func readRange(_ parameter: FilterParameter, _ value: String) throws(FilterError) {
        switch parameter {
        case .since: request.since = try moment(parameter, value)
        case .until: request.until = try moment(parameter, value)
        case .first: request.first = try count(parameter, value)
        case .last: request.last = try count(parameter, value)
        default: request.follow = try flag(parameter, value)
        }
    }

    private func moment(_ parameter: FilterParameter, _ value: String) throws(FilterError) -> UInt64 {
        guard let moment = TimeExpression.nanoseconds(value, now: now) else {
            throw FilterError(parameter, value, position, problem: "not a time")
        }
        return moment
    }

    private func count(_ parameter: FilterParameter, _ value: String) throws(FilterError) -> Int {
        guard let count = Int(value), count >= 0 else {
            throw FilterError(parameter, value, position, problem: "not a number of flows")
        }
        return count
    }

    /// A flag may stand without a value, as in `?follow`.
    private func flag(_ parameter: FilterParameter, _ value: String) throws(FilterError) -> Bool {
        if value.isEmpty { return true }
        guard let flag = Bool(filterValue: value) else {
            throw FilterError(parameter, value, position, problem: "neither true nor false")
        }
        return flag
    }

    private func unknown(_ name: String) -> FilterError {
        if let problem = UncapturedFact.problem(of: name) {
            return FilterError(
                parameter: name, position: position, problem: problem,
                accepted: "flows that are read from a file")
        }
        let names = parameters.map(\.rawValue) + others
        return FilterError(
            parameter: name, position: position, problem: "unknown parameter",
            accepted: names.joined(separator: ", "), suggestion: nearestName(to: name, among: names))
    }

    private func trailingNot(before name: String?) -> FilterError {
        FilterError(
            parameter: "not", position: name == nil ? position : position - 1,
            problem: name.map { "stands before \($0), which is not a filter" } ?? "no filter follows it",
            accepted: FilterParameter.not.accepted)
    }

    private func refuse(
        _ parameter: FilterParameter, with other: FilterParameter, because reason: String
    ) throws(FilterError) {
        let both = seen.isSuperset(of: [parameter, other]) && (other != .follow || request.follow)
        guard both else { return }
        throw FilterError(
            parameter: parameter.rawValue, problem: "cannot be given together with \(other.rawValue): \(reason)")
    }
}

extension FilterError {
    init(_ parameter: FilterParameter, _ value: String, _ position: Int, problem: String) {
        self.init(
            parameter: parameter.rawValue, value: value, position: position, problem: problem,
            accepted: parameter.accepted,
            suggestion: parameter.suggestion(value))
    }
}

extension FilterParameter {
    /// The known value that is nearest to one that is not accepted.
    fileprivate func suggestion(_ value: String) -> String? {
        guard let nearest = nearestName(to: value.uppercased(), among: values.map { $0.uppercased() }),
            nearest != value.uppercased()
        else { return nil }
        return values.first { $0.uppercased() == nearest }
    }
}

extension Bool {
    init?(filterValue: String) {
        switch filterValue.lowercased() {
        case "true", "1": self = true
        case "false", "0": self = false
        default: return nil
        }
    }
}
