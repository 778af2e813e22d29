import FlowModel

// Comparisons that this module's optimizer sees through: the conformances of `FlowModel`'s types are opaque outside of
// their module, and cost a call through a witness table each, twenty times a flow.

func == (left: FlowKind, right: FlowKind) -> Bool { left.rawValue == right.rawValue }
func == (left: Verdict, right: Verdict) -> Bool { left.rawValue == right.rawValue }
func != (left: DropReason, right: DropReason) -> Bool { left.rawValue != right.rawValue }
func == (left: DropReason, right: DropReason) -> Bool { left.rawValue == right.rawValue }
func ~= (pattern: FlowKind, value: FlowKind) -> Bool { pattern.rawValue == value.rawValue }
func ~= (pattern: IPProtocol, value: IPProtocol) -> Bool { pattern.rawValue == value.rawValue }
func == (left: ObservationPoint, right: ObservationPoint) -> Bool { left.rawValue == right.rawValue }
func != (left: ObservationPoint, right: ObservationPoint) -> Bool { left.rawValue != right.rawValue }
func != (left: TraceReason, right: TraceReason) -> Bool { left.rawValue != right.rawValue }
func != (left: PolicyMatchType, right: PolicyMatchType) -> Bool { left.rawValue != right.rawValue }
func == (left: TrafficDirection, right: TrafficDirection) -> Bool { left.rawValue == right.rawValue }
func != (left: TrafficDirection, right: TrafficDirection) -> Bool { left.rawValue != right.rawValue }

extension FlowAttributes {
    func contains(_ attribute: FlowAttributes) -> Bool { rawValue & attribute.rawValue == attribute.rawValue }
}
