import FlowModel

/// Collects the filters of one request into a `FilterSpec`.
///
/// Filters that follow `not` exclude independently of each other: a flow that meets any of them is left out.
struct FilterReader {
    private struct Place: Hashable {
        var side: Side
        var isNegated: Bool
    }

    private struct PodValue {
        var place: Place
        var text: String
        var parameter: FilterParameter
        var position: Int
    }

    private var allow = FilterConditions()
    /// One set of conditions for each parameter, since different parameters after `not` do not combine.
    private var deny: [(parameter: FilterParameter, conditions: FilterConditions)] = []
    private var namespaces: [Place: [String]] = [:]
    private var pods: [PodValue] = []
    /// Whether each filter by node is met: all flows are of one.
    private var nodes: (allow: [Bool], deny: [Bool]) = ([], [])
    /// All must hold, and, of those in CEL, any.
    private var expressions: [FilterExpression] = []
    private var celExpressions: [FilterExpression] = []
    private var hasHTTP = false
    private let context: ExpressionContext

    private var origin: FlowOrigin { context.origin }

    init(_ context: ExpressionContext) { self.context = context }

    mutating func read(
        _ parameter: FilterParameter, value: String, position: Int, isNegated: Bool
    ) throws(FilterError) {
        let place = Place(side: parameter.side, isNegated: isNegated)
        switch parameter {
        case .namespace, .fromNamespace, .toNamespace:
            if value.isEmpty || value.contains("/") {
                throw FilterError(parameter, value, position, problem: "not a namespace")
            }
            namespaces[place, default: []].append(value)
        case .pod, .fromPod, .toPod:
            if value.isEmpty { throw FilterError(parameter, value, position, problem: "empty") }
            pods.append(PodValue(place: place, text: value, parameter: parameter, position: position))
        case .uuid where origin.nodeName != nil:
            try FilterConditions.checkUUID(value, position)
            let sequence = origin.sequence(value) ?? 0
            withConditions(of: parameter, isNegated: isNegated) { $0.sequences.append(sequence) }
        case .nodeName where origin.nodeName != nil:
            let isMet = try NodePattern(filterValue: value, position).matches(origin.nodeName ?? "")
            if isNegated { nodes.deny.append(isMet) } else { nodes.allow.append(isMet) }
        case .where, .celExpression:
            let expression = try FilterExpression.parse(parameter, value, context, place: position)
            if isNegated || parameter == .where {
                expressions.append(isNegated ? .not(expression) : expression)
            } else {
                celExpressions.append(expression)
            }
        default:
            if parameter.isOfHTTP { hasHTTP = true }
            let isOfFile = origin.nodeName == nil
            try withConditions(of: parameter, isNegated: isNegated) { conditions throws(FilterError) in
                try conditions.add(parameter, value, position, isOfFile: isOfFile)
            }
        }
    }

    mutating func finish() throws(FilterError) -> FilterSpec {
        for pod in pods {
            let patterns = try self.patterns(of: pod)
            withConditions(of: pod.parameter, isNegated: pod.place.isNegated) { $0.pods[pod.place.side] += patterns }
        }
        for (place, names) in namespaces where !pods.contains(where: { $0.place == place }) {
            let patterns = names.map { PodPattern(namespace: $0, namePrefix: "") }
            withConditions(of: Self.namespace(place.side), isNegated: place.isNegated) {
                $0.pods[place.side] += patterns
            }
        }
        if hasHTTP, !allow.types.isEmpty, !allow.types.contains(where: { $0.kinds.contains(.layer7) }) {
            throw FilterError(
                parameter: "type", problem: "leaves out l7, but what is asked of HTTP is of l7", accepted: "l7, or none"
            )
        }
        if !nodes.allow.isEmpty && !nodes.allow.contains(true) { allow = .none }
        let deniesAll = nodes.deny.contains(true) ? [FilterConditions()] : []
        return FilterSpec(allow: try alternatives(), deny: deny.map(\.conditions) + deniesAll)
    }

    /// What is wanted by filters, and by expressions at the same time.
    private func alternatives() throws(FilterError) -> [FilterConditions] {
        let all = expressions + (celExpressions.isEmpty ? [] : [.any(celExpressions)])
        guard !all.isEmpty else { return allow.isEmpty ? [] : [allow] }
        guard var alternatives = FilterExpression.all(all).alternatives() else {
            throw FilterError(
                parameter: "where",
                problem: "more than \(FilterLimits.alternatives) alternatives once it is written out",
                accepted: "fewer alternatives that are joined by and, or two requests")
        }
        for index in alternatives.indices where !allow.isEmpty { alternatives[index].also.append(allow) }
        return alternatives.isEmpty ? [.none] : alternatives
    }

    private static func namespace(_ side: Side) -> FilterParameter {
        switch side {
        case .either: .namespace
        case .source: .fromNamespace
        case .destination: .toNamespace
        }
    }

    /// A pod without a namespace lies in each of the namespaces given for its side; one with a namespace must agree.
    private func patterns(of pod: PodValue) throws(FilterError) -> [PodPattern] {
        let wanted = Place(side: pod.place.side, isNegated: false)
        let names = namespaces[pod.place] ?? namespaces[wanted] ?? []
        guard let pattern = PodPattern(pod.text) else {
            return names.isEmpty
                ? [PodPattern(namespace: "default", namePrefix: pod.text)]
                : names.map { PodPattern(namespace: $0, namePrefix: pod.text) }
        }
        guard !names.isEmpty else { return [pattern] }
        guard let namespace = pattern.namespace else {
            return names.map { PodPattern(namespace: $0, namePrefix: pattern.namePrefix) }
        }
        if names.contains(namespace) || pod.place.isNegated { return [pattern] }
        throw FilterError(
            parameter: pod.parameter.rawValue, value: pod.text, position: pod.position,
            problem: "lies outside the namespace asked for (\(names.joined(separator: ", ")))")
    }

    private mutating func withConditions<Failure: Error>(
        of parameter: FilterParameter, isNegated: Bool,
        _ change: (inout FilterConditions) throws(Failure) -> Void
    ) throws(Failure) {
        guard isNegated else { return try change(&allow) }
        let index = deny.firstIndex { $0.parameter == parameter } ?? deny.endIndex
        if index == deny.endIndex { deny.append((parameter, FilterConditions())) }
        try change(&deny[index].conditions)
    }
}
