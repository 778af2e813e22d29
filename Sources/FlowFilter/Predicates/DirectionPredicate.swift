import FlowModel

struct DirectionPredicate {
    private let directions: [TrafficDirection]

    init?(_ directions: [TrafficDirection]) {
        if directions.isEmpty { return nil }
        self.directions = directions
    }

    func matches(_ flow: borrowing Flow) -> Bool { directions.contains(flow.direction) }
}
