extension ObservationPoint {
    /// Names of `flow.TraceObservationPoint` by raw value, but for `TO_ENDPOINT`, which has 101.
    private static let names = [
        "UNKNOWN_POINT", "TO_PROXY", "TO_HOST", "TO_STACK", "TO_OVERLAY", "FROM_ENDPOINT", "FROM_PROXY", "FROM_HOST",
        "FROM_STACK", "FROM_OVERLAY", "FROM_NETWORK", "TO_NETWORK", "FROM_CRYPTO", "TO_CRYPTO",
    ]

    /// Hubble's name; nil for a number that has none.
    package var name: String? {
        if self == .toEndpoint { return "TO_ENDPOINT" }
        return Self.names.indices.contains(Int(rawValue)) ? Self.names[Int(rawValue)] : nil
    }

    package init?(name: String) {
        if name == "TO_ENDPOINT" {
            self = .toEndpoint
        } else if let index = Self.names.firstIndex(of: name) {
            self.init(rawValue: UInt8(index))
        } else {
            return nil
        }
    }

    /// The datapath's own number, which is the sub-type of a trace event: 0 is delivery to an endpoint.
    package var subType: UInt8 { self == .toEndpoint ? 0 : rawValue }

    package init(subType: UInt8) { self = subType == 0 ? .toEndpoint : ObservationPoint(rawValue: subType) }
}
