package import FlowModel

/// Which flows are wanted: those that meet any of `allow` (all flows if it is empty) and none of `deny`.
package struct FilterSpec: Hashable, Sendable {
    package var allow: [FilterConditions]
    package var deny: [FilterConditions]
    /// What the asking may see at all: flows of which one end lies in any of these namespaces; nil: all flows. Nothing in
    /// `allow` and `deny` can widen it.
    package var visibleNamespaces: Set<String>?

    package init(allow: [FilterConditions] = [], deny: [FilterConditions] = []) {
        self.allow = allow
        self.deny = deny
    }
}

/// Conditions that a flow must all meet. A list is met by any of its values; an empty list is no condition.
package struct FilterConditions: Hashable, Sendable {
    package var verdicts: [Verdict] = []
    package var types: [TypeCondition] = []
    package var dropReasons: [DropReason] = []
    /// Names of the running kernel's own reasons, in upper case.
    package var kernelReasons: [String] = []
    package var protocols: [ProtocolCondition] = []
    package var directions: [TrafficDirection] = []
    package var replies: [Bool] = []
    package var ipVersions: [IPVersion] = []
    package var tcpFlags: [TCPFlags] = []
    /// Of ICMPv4 and ICMPv6 alike.
    package var icmpTypes: [UInt8] = []
    /// Names of network interfaces.
    package var interfaces: [String] = []
    package var policies: [PolicyPattern] = []
    package var pods = Sided<PodPattern>()
    package var labels = Sided<LabelSelector>()
    package var workloads = Sided<WorkloadPattern>()
    package var services = Sided<PodPattern>()
    package var domains = Sided<DomainPattern>()
    package var clusters = Sided<String>()
    package var addresses = Sided<IPPrefix>()
    package var ports = Sided<ClosedRange<UInt16>>()
    package var identities = Sided<Identity>()
    package var sequences: [UInt64] = []
    /// Names that pass a test, where an exact name or its beginning does not say enough.
    package var names = Sided<NameTest>()
    package var serviceNames = Sided<NameTest>()
    package var policyNames: [TextTest] = []
    /// On what a `Flow` has no place for.
    package var details = DetailConditions()
    /// Further conditions that must hold, and some of which none may hold.
    package var also: [FilterConditions] = []
    package var excluding: [FilterConditions] = []

    package init() {}

    /// Met by all flows.
    package var isEmpty: Bool { self == FilterConditions() }
}

/// Which end of a flow a condition is about.
package enum Side: CaseIterable, Hashable, Sendable { case either, source, destination }

/// Lists of accepted values for the source, the destination, and for whichever of them meets it.
package struct Sided<Value: Hashable & Sendable>: Hashable, Sendable {
    package var either: [Value] = []
    package var source: [Value] = []
    package var destination: [Value] = []

    package init() {}

    package var isEmpty: Bool { either.isEmpty && source.isEmpty && destination.isEmpty }

    package subscript(side: Side) -> [Value] {
        get {
            switch side {
            case .either: either
            case .source: source
            case .destination: destination
            }
        }
        set {
            switch side {
            case .either: either = newValue
            case .source: source = newValue
            case .destination: destination = newValue
            }
        }
    }

    func map<Other>(_ transform: (Value) -> Other) -> Sided<Other> {
        var result = Sided<Other>()
        for side in Side.allCases { result[side] = self[side].map(transform) }
        return result
    }
}
