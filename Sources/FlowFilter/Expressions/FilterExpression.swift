/// Conditions joined by and, or and not, as a person writes them.
package indirect enum FilterExpression: Hashable, Sendable {
    case conditions(FilterConditions)
    case not(FilterExpression)
    case all([FilterExpression])
    case any([FilterExpression])

    /// Met by any of these. Each joins single conditions only: those that hold, and those that do not.
    ///
    /// - Parameter limit: most of them; a long chain of alternatives within alternatives multiplies.
    /// - Returns: nil if there are more; none if nothing can meet the expression.
    func alternatives(limit: Int = FilterLimits.alternatives) -> [FilterConditions]? {
        guard let literals = literals(isNegated: false, limit) else { return nil }
        return literals.map { literals in
            var joined = FilterConditions()
            joined.also = literals.filter { !$0.isNegated }.map(\.conditions)
            joined.excluding = literals.filter(\.isNegated).map(\.conditions)
            return joined
        }
    }

    private struct Literal {
        let conditions: FilterConditions
        let isNegated: Bool
    }

    /// The disjunctive normal form: alternatives of literals that must all hold.
    private func literals(isNegated: Bool, _ limit: Int) -> [[Literal]]? {
        switch self {
        case .conditions(let conditions): return [[Literal(conditions: conditions, isNegated: isNegated)]]
        case .not(let inner): return inner.literals(isNegated: !isNegated, limit)
        case .all(let parts): return isNegated ? Self.union(parts, true, limit) : Self.product(parts, false, limit)
        case .any(let parts): return isNegated ? Self.product(parts, true, limit) : Self.union(parts, false, limit)
        }
    }

    private static func union(_ parts: [FilterExpression], _ isNegated: Bool, _ limit: Int) -> [[Literal]]? {
        var union: [[Literal]] = []
        for part in parts {
            guard let more = part.literals(isNegated: isNegated, limit) else { return nil }
            union += more
            if union.count > limit { return nil }
        }
        return union
    }

    private static func product(_ parts: [FilterExpression], _ isNegated: Bool, _ limit: Int) -> [[Literal]]? {
        var product: [[Literal]] = [[]]
        for part in parts {
            guard let factors = part.literals(isNegated: isNegated, limit), product.count * factors.count <= limit
            else { return nil }
            product = product.flatMap { left in factors.map { left + $0 } }
            if product.contains(where: { $0.count > limit }) { return nil }
        }
        return product
    }
}

/// What of an expression cannot be understood.
struct ExpressionError: Error, Hashable {
    /// Of the first character at fault, from 1.
    let position: Int
    let problem: String
    var accepted: String?
    var suggestion: String?
}

extension FilterExpression {
    /// - Parameters:
    ///   - parameter: `where` or `cel-expression`.
    ///   - place: of the parameter in the request, from 1.
    static func parse(
        _ parameter: FilterParameter, _ text: String, _ context: ExpressionContext, place: Int
    ) throws(FilterError) -> FilterExpression {
        do throws(ExpressionError) {
            if parameter == .celExpression {
                var parser = try CELParser(text, context)
                return try parser.parse()
            }
            var parser = try WhereParser(text, context)
            return try parser.parse()
        } catch {
            throw FilterError(
                parameter: parameter.rawValue, value: text, position: place,
                problem: "at character \(error.position): \(error.problem)", accepted: error.accepted,
                suggestion: error.suggestion)
        }
    }
}

extension FilterExpression {
    /// Expressions of CEL of which any must hold, as conditions of which any must hold.
    ///
    /// - Parameter path: of the texts in a request, for an error.
    package static func celAlternatives(
        _ texts: [String], path: String, _ origin: FlowOrigin
    ) throws(FilterError) -> [FilterConditions] {
        let parameters = origin.nodeName == nil ? FilterParameter.allCases : FilterParameter.captured
        let context = ExpressionContext(origin: origin, parameters: parameters)
        var expressions: [FilterExpression] = []
        for (index, text) in texts.enumerated() {
            do throws(FilterError) {
                expressions.append(try parse(.celExpression, text, context, place: 1))
            } catch {
                throw FilterError(
                    parameter: "\(path)[\(index)]", value: text, problem: error.problem, accepted: error.accepted,
                    suggestion: error.suggestion)
            }
        }
        guard let alternatives = FilterExpression.any(expressions).alternatives() else {
            throw FilterError(parameter: path, problem: "more than \(FilterLimits.alternatives) alternatives")
        }
        return alternatives.isEmpty ? [.none] : alternatives
    }
}

/// What an expression may be about.
struct ExpressionContext {
    let origin: FlowOrigin
    let parameters: [FilterParameter]

    func accepts(_ parameter: FilterParameter) -> Bool {
        parameters.contains(parameter) && parameter.isFilter && !parameter.isExpression
    }

    var names: [String] { parameters.filter { accepts($0) }.map(\.expressionName) }
}

extension FilterParameter {
    /// With a dot for a hyphen: `from.pod`.
    var expressionName: String { String(rawValue.map { $0 == "-" ? "." : $0 }) }

    var isExpression: Bool { self == .where || self == .celExpression }
}
