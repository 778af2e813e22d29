internal import FlowModel

/// Numbers of labels by the fields of a flow that they go by, to be looked up rather than decided for each flow.
enum LabelNumbers {
    /// By the protocol that IP names, its number in `ProtocolLabel`; then by kind the number in `FlowTypeLabel`; then by
    /// observation point how far a trace's is behind that of a trace to an endpoint.
    static let table: [UInt8] = {
        let values = UInt8.min...UInt8.max
        let protocols = values.map { UInt8(ProtocolLabel.layer4(IPProtocol(rawValue: $0))) }
        let types = values.map { FlowTypeLabel.number(of: FlowKind(rawValue: $0)).map { UInt8($0) } ?? isToBeAsked }
        let points = values.map { min(ObservationPoint(rawValue: $0).subType, UInt8(FlowTypeLabel.points - 1)) }
        return protocols + types + points
    }()

    /// Instead of a type: a kind that does not say everything.
    private static let isToBeAsked = UInt8.max

    /// The protocol's of the packet.
    @inline(__always)
    static func layer4(_ flow: borrowing Flow, in table: Span<UInt8>) -> UInt64 {
        UInt64(table[Int(flow.ipProtocol.rawValue)])
    }

    @inline(__always)
    static func labels(
        _ flow: borrowing Flow, _ layer4: UInt64, in table: Span<UInt8>
    ) -> (protocol: UInt64, type: UInt64) {
        let type = table[256 &+ Int(flow.kind.rawValue)]
        if type == isToBeAsked { return (ProtocolLabel.number(copy flow), FlowTypeLabel.number(copy flow)) }
        let point = table[512 &+ Int(flow.observationPoint.rawValue)] & (UInt64(type) == FlowTypeLabel.trace ? .max : 0)
        return (layer4, UInt64(type) &+ UInt64(point))
    }
}
