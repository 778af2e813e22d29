internal import FlowModel

/// Values of Hubble's labels `type` and `subtype`, which go together, by number.
enum FlowTypeLabel {
    /// To an endpoint; what other observation points have comes after it.
    static let trace: UInt64 = 8
    static let points = 16

    /// Of a kind that says everything; nil: other fields are to be asked.
    static func number(of kind: FlowKind) -> UInt64? {
        switch kind {
        case .trace: trace
        case .policyVerdict: policyVerdict
        case .drop, .kernelDrop: 1
        case .capture: 3
        default: nil
        }
    }

    /// Of any other kind than these.
    static func number(_ flow: Flow) -> UInt64 {
        switch flow.kind {
        case .socketTrace: 4
        case .layer7: flow.attributes.contains(.dns) ? 5 : flow.attributes.contains(.http) ? 6 : 7
        default: 0
        }
    }

    static let policyVerdict: UInt64 = 2
    static let layer7: ClosedRange<UInt64> = 5...7

    /// Both labels.
    static let texts: [[UInt8]] = {
        let listed = [
            ("Unknown", "0"), ("Drop", ""), ("PolicyVerdict", ""), ("Capture", ""), ("Unknown", "7"), ("L7", "DNS"),
            ("L7", "HTTP"), ("L7", ""),
        ]
        let traces = (0..<points).map { point in
            let name = ObservationPoint(subType: UInt8(point)).name ?? "UNKNOWN_POINT"
            return ("Trace", name.lowercased().replacing("_", with: "-"))
        }
        return (listed + traces).map { LabelText.all([("type", $0.0), ("subtype", $0.1)]) }
    }()
}
