import FlowFilter
import FlowModel
import HistoryFaults

/// A random request, and the plain way to answer it.
struct ReferenceQuestion {
    let request: FlowRequest
    private let terms: [(term: ReferenceTerm, isNegated: Bool)]

    init(_ random: inout Seeded, lastTime: UInt64) throws {
        let byPod = random.next() % 2 == 0
        var terms: [(term: ReferenceTerm, isNegated: Bool)] = []
        for _ in 0..<random.next() % 4 { terms.append((.random(&random, byPod: byPod), random.next() % 4 == 0)) }
        self.terms = terms
        let items = terms.flatMap { term, isNegated in
            (isNegated ? [(name: "not", value: "")] : []) + [(name: term.parameter, value: term.value)]
        }
        var request = try FlowRequest(queryItems: items, now: 0)
        let span = lastTime - World.start
        if random.next() % 3 == 0 { request.since = World.start + random.next() % span }
        if random.next() % 3 == 0 { request.until = (request.since ?? World.start) + random.next() % span }
        switch random.next() % 4 {
        case 0: request.first = Int(random.next() % 20)
        case 1: request.last = Int(random.next() % 20)
        default: break
        }
        self.request = request
    }

    /// Ends before the flows do.
    var isBounded: Bool { request.until != nil || request.first != nil || request.last != nil }

    /// What a person would type, for a test that fails.
    var description: String {
        terms.map { ($1 ? "not " : "") + "\($0.parameter)=\($0.value)" }.joined(separator: " ")
            + " since \(request.since.map { "\($0)" } ?? "-") until \(request.until.map { "\($0)" } ?? "-")"
            + " first \(request.first ?? -1) last \(request.last ?? -1)"
    }

    /// Values of one parameter are alternatives; different parameters must all hold; of what follows `not` none may.
    private func isWanted(_ flow: Flow, _ world: World) -> Bool {
        if let since = request.since, flow.timeNanoseconds < since { return false }
        if let until = request.until, flow.timeNanoseconds > until { return false }
        if terms.contains(where: { $0.isNegated && $0.term.holds(flow, world) }) { return false }
        let wanted = terms.filter { !$0.isNegated }.map(\.term)
        return wanted.allSatisfy { term in
            wanted.contains { $0.parameter == term.parameter && $0.holds(flow, world) }
        }
    }

    /// The flows within the times that meet the filters.
    func wanted(_ flows: some Sequence<Flow>, _ world: World) -> [Flow] { flows.filter { isWanted($0, world) } }

    func answer(_ flows: some Sequence<Flow>, _ world: World) -> [UInt64] {
        let wanted = wanted(flows, world).map(\.sequence)
        if let first = request.first { return Array(wanted.prefix(first)) }
        if let last = request.last { return Array(wanted.suffix(last)) }
        return wanted
    }
}
