package import FlowModel

/// Which flows a query asks for, in a form that is judged on columns, before there are flows: those that meet any of
/// `anyOf` (all if it is empty) and none of `noneOf`.
package struct ColumnFilter: Sendable {
    package var anyOf: [ColumnConditions]
    package var noneOf: [ColumnConditions]

    package init(anyOf: [ColumnConditions] = [], noneOf: [ColumnConditions] = []) {
        self.anyOf = anyOf
        self.noneOf = noneOf
    }

    var isEmpty: Bool { anyOf.isEmpty && noneOf.isEmpty }

    /// Blocks of drops can answer it.
    package var wantsDropsOnly: Bool {
        !anyOf.isEmpty && anyOf.allSatisfy(\.wantsDropsOnly)
    }
}

/// Conditions that a flow must all meet.
package struct ColumnConditions: Sendable {
    /// Of each list, one pattern at least.
    package var facts: [[FlowPattern]]
    package var sides: [PerSide<SideSet>] = []
    package var ports: PerSide<PortSet>?
    /// Indices in the catalog's services.
    package var services: PerSide<IndexSet>?
    /// Indices in the catalog's rules.
    package var rules: IndexSet?
    /// Indices in the catalog's names.
    package var kernelReasons: IndexSet?
    package var interfaces: IndexSet?
    /// Further conditions that must hold, and some of which none may hold.
    package var also: [ColumnConditions] = []
    package var excluding: [ColumnConditions] = []

    package init(facts: [[FlowPattern]] = []) { self.facts = facts }

    var wantsDropsOnly: Bool {
        facts.contains { $0.allSatisfy(\.isOfDrops) } || also.contains(where: \.wantsDropsOnly)
    }

    /// These, and those within them.
    var flattened: [ColumnConditions] { [self] + (also + excluding).flatMap(\.flattened) }
}

/// What is accepted at the source, at the destination, and at one of them at least; nil accepts anything.
package struct PerSide<Accepted: Sendable>: Sendable {
    package var either: Accepted?
    package var source: Accepted?
    package var destination: Accepted?

    package init(either: Accepted? = nil, source: Accepted? = nil, destination: Accepted? = nil) {
        self.either = either
        self.source = source
        self.destination = destination
    }

    /// One bit for each of the three that a side passes: source 1, destination 2, either 4.
    @inline(__always)
    func bits(_ accepts: (Accepted) -> Bool) -> UInt8 {
        (source.map(accepts) ?? true ? 1 : 0) | (destination.map(accepts) ?? true ? 2 : 0)
            | (either.map(accepts) ?? true ? 4 : 0)
    }

    /// Whether a flow of these sides' bits passes.
    @inline(__always)
    static func passes(_ source: UInt8, _ destination: UInt8) -> Bool {
        (source & 5) | (destination & 6) == 7
    }
}

/// Bits of a flow's small fields that must have given values.
package struct FlowPattern: Sendable, Equatable {
    var shapeMask: UInt64 = 0
    var shape: UInt64 = 0
    var marksMask: UInt64 = 0
    var marks: UInt64 = 0

    @inline(__always)
    func matches(_ shape: UInt64, _ marks: UInt64) -> Bool {
        shape & shapeMask == self.shape && marks & marksMask == self.marks
    }

    var isOfDrops: Bool {
        shapeMask >> FlowBits.verdictShift & 0xff == 0xff && FlowBits.verdict(shape) == Verdict.dropped.rawValue
    }

    private static func shape(_ mask: UInt64, _ value: UInt8, at shift: UInt64) -> FlowPattern {
        FlowPattern(shapeMask: mask << shift, shape: UInt64(value) << shift)
    }

    package static func verdict(_ value: Verdict) -> FlowPattern {
        shape(0xff, value.rawValue, at: FlowBits.verdictShift)
    }
    package static func kind(_ value: FlowKind) -> FlowPattern { shape(0xff, value.rawValue, at: FlowBits.kindShift) }
    package static func ipProtocol(_ value: IPProtocol) -> FlowPattern { shape(0xff, value.rawValue, at: 0) }
    package static func icmpType(_ value: UInt8) -> FlowPattern { shape(0xff, value, at: FlowBits.icmpTypeShift) }
    package static func direction(_ value: TrafficDirection) -> FlowPattern {
        shape(0xff, value.rawValue, at: FlowBits.directionShift)
    }
    package static func observationPoint(_ value: ObservationPoint) -> FlowPattern {
        shape(0xff, value.rawValue, at: FlowBits.pointShift)
    }
    /// All of these flags; others may be there, too.
    package static func tcpFlags(_ value: TCPFlags) -> FlowPattern {
        shape(UInt64(value.rawValue), value.rawValue, at: 8)
    }
    package static func dropReason(_ value: DropReason) -> FlowPattern {
        FlowPattern(
            marksMask: 0xffff << FlowBits.dropReasonShift, marks: UInt64(value.rawValue) << FlowBits.dropReasonShift)
    }
    /// These attributes, and none of those.
    package static func attributes(_ with: FlowAttributes, without: FlowAttributes = []) -> FlowPattern {
        FlowPattern(
            marksMask: UInt64(with.union(without).rawValue) << FlowBits.attributesShift,
            marks: UInt64(with.rawValue) << FlowBits.attributesShift)
    }

    /// Both; they speak of different fields.
    package static func & (left: FlowPattern, right: FlowPattern) -> FlowPattern {
        FlowPattern(
            shapeMask: left.shapeMask | right.shapeMask, shape: left.shape | right.shape,
            marksMask: left.marksMask | right.marksMask, marks: left.marks | right.marks)
    }
}
