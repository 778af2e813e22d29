import Console
import FlowHistory

/// What became of a file's lines.
struct ImportAccount {
    private(set) var flows: UInt64 = 0
    private(set) var losses: UInt64 = 0
    /// Lines of other kinds, such as a node's status.
    private(set) var passedOver: UInt64 = 0
    /// Lines that are no flow.
    private(set) var refused: UInt64 = 0
    private var firstRefused: [String] = []
    /// Flows that told something that the store does not keep, by what it is.
    private var dropped: [String: UInt64] = [:]
    private var otherNodes: UInt64 = 0
    private var line: UInt64 = 0

    private static let namedLines = 10

    mutating func beginLine() { line += 1 }

    mutating func addFlow(dropping members: [String], isOfOtherNode: Bool) {
        flows += 1
        for member in members { dropped[member, default: 0] += 1 }
        if isOfOtherNode { otherNodes += 1 }
    }

    mutating func addLoss() { losses += 1 }
    mutating func passOver() { passedOver += 1 }

    mutating func refuse(_ reason: String) {
        refused += 1
        if firstRefused.count < Self.namedLines { firstRefused.append("line \(line): \(reason)") }
    }

    /// Lines that are in the store, or told of here.
    var linesDone: UInt64 { line }

    var lines: [String] {
        var lines = firstRefused
        if refused > UInt64(firstRefused.count) {
            lines.append("… and \((refused - UInt64(firstRefused.count)).withThousands) more lines")
        }
        for (member, count) in dropped.sorted(by: { $0.key < $1.key }) {
            lines.append("not kept: \(member) of \(count.withThousands) flows")
        }
        if otherNodes > 0 {
            lines.append("not kept: the node's name of \(otherNodes.withThousands) flows, a store has one node")
        }
        lines.append(
            "imported \(flows.withThousands) flows and \(losses.withThousands) gaps; \(passedOver.withThousands) lines of"
                + " other kinds passed over, \(refused.withThousands) lines that are no flow")
        return lines
    }
}
