import FlowModel

extension FilterProgram {
    mutating func requireDirection(_ accepted: [TrafficDirection], _ set: SetWord) {
        if accepted.isEmpty { return }
        directions.restrict(set) { accepted.contains(TrafficDirection(rawValue: UInt8($0))) }
    }

    @inline(never)
    func narrowByDirection(_ candidates: inout Candidates, _ flows: Span<Flow>) {
        directions.narrow(&candidates, flows) { Int($0.direction.rawValue) }
    }
}
