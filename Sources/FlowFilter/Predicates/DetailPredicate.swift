package import FlowModel

/// Conditions on what a `Flow` has no place for, and so for flows of files only. A list is met by any of its values.
package struct DetailConditions: Hashable, Sendable {
    package var uuids: [String] = []
    package var nodes: [NodePattern] = []
    package var nodeLabels: [LabelSelector] = []
    package var translatedSources: [IPPrefix] = []
    package var encrypted: [Bool] = []
    package var traceIDs: [String] = []
    package var ipTraceIDs: [UInt64] = []
    package var httpStatuses: [HTTPStatusPattern] = []
    /// In upper case.
    package var httpMethods: [String] = []
    package var httpPaths: [RegularExpression] = []
    package var httpURLs: [RegularExpression] = []
    package var httpHeaders: [FlowDetails.HTTP.Header] = []
    package var dnsQueries: [RegularExpression] = []

    package init() {}

    var isEmpty: Bool { self == DetailConditions() }

    func holds(_ details: FlowDetails) -> Bool {
        func any<Value>(_ values: [Value], _ test: (Value) -> Bool) -> Bool {
            values.isEmpty || values.contains(where: test)
        }
        return any(uuids) { $0 == details.uuid } && any(nodes) { $0.matches(details.nodeName) }
            && any(nodeLabels) { $0.matches(details.nodeLabels) }
            && any(translatedSources) { prefix in details.translatedSource.map(prefix.contains) ?? false }
            && any(encrypted) { $0 == details.isEncrypted } && any(traceIDs) { $0 == details.traceID }
            && any(ipTraceIDs) { $0 == details.ipTraceID } && holdsLayer7(details)
    }

    private func holdsLayer7(_ details: FlowDetails) -> Bool {
        func any<Value>(_ values: [Value], _ test: (Value, FlowDetails.HTTP) -> Bool) -> Bool {
            if values.isEmpty { return true }
            guard let http = details.http else { return false }
            return values.contains { test($0, http) }
        }
        let hasQuery =
            dnsQueries.isEmpty || dnsQueries.contains { details.dns.map { $0.query }.map($0.occurs) ?? false }
        return hasQuery && any(httpStatuses) { $0.holds($1.code) }
            && any(httpMethods) { $0 == $1.method.uppercased() }
            && any(httpPaths) { expression, http in http.path.map(expression.occurs) ?? false }
            && any(httpURLs) { $0.occurs(in: $1.url) } && any(httpHeaders) { $1.headers.contains($0) }
    }
}

extension FlowDetails.HTTP {
    /// The path of the URL, which is absolute or begins with a slash; nil of others.
    fileprivate var path: String? {
        var rest = url[...]
        if let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            rest = rest[(rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex)...]
        } else if !rest.hasPrefix("/") {
            return nil
        }
        return String(rest.prefix { $0 != "?" && $0 != "#" })
    }
}

/// The sets that have such conditions.
struct DetailTable: Sendable {
    private struct Entry: Sendable {
        let set: SetWord
        let conditions: DetailConditions
    }

    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func restrict(_ set: SetWord, to conditions: DetailConditions) {
        entries.append(Entry(set: set, conditions: conditions))
    }

    /// The sets that the details leave standing.
    func answer(_ details: FlowDetails) -> SetWord {
        entries.reduce(SetWord.max) { $1.conditions.holds(details) ? $0 : $0 & ~$1.set }
    }
}

extension FilterProgram {
    mutating func requireDetails(_ conditions: DetailConditions, _ set: SetWord) {
        if !conditions.isEmpty { details.restrict(set, to: conditions) }
    }

    @inline(never)
    func narrowByDetails(_ candidates: inout Candidates, _ flows: Span<Flow>, _ told: FlowDetails?) {
        if details.isEmpty { return }
        let answer = details.answer(told ?? FlowDetails())
        candidates.narrow(flows) { _ in answer }
    }
}
