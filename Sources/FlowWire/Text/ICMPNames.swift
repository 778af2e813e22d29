/// Names of ICMP's types and codes.
struct ICMPNames: Sendable {
    private let version: String
    private let types: [UInt8: (name: String, codes: [String])]

    /// `ICMPv4 EchoRequest`, `ICMPv4 DestinationUnreachable(Port)`. A code beyond those of its type is told by
    /// number, a type without codes shows one only if it is not 0, an unknown type is `t(c)`.
    func text(type: UInt8, code: UInt8) -> String {
        guard let known = types[type] else { return "\(version) \(type)(\(code))" }
        if Int(code) < known.codes.count { return "\(version) \(known.name)(\(known.codes[Int(code)]))" }
        if known.codes.isEmpty && code == 0 { return "\(version) \(known.name)" }
        return "\(version) \(known.name)(Code: \(code))"
    }

    static let v4 = ICMPNames(
        version: "ICMPv4",
        types: [
            0: ("EchoReply", []),
            3: (
                "DestinationUnreachable",
                [
                    "Net", "Host", "Protocol", "Port", "FragmentationNeeded", "SourceRoutingFailed", "NetUnknown",
                    "HostUnknown", "SourceIsolated", "NetAdminProhibited", "HostAdminProhibited", "NetTOS", "HostTOS",
                    "CommAdminProhibited", "HostPrecedence", "PrecedenceCutoff",
                ]
            ),
            4: ("SourceQuench", []),
            5: ("Redirect", ["Net", "Host", "TOS+Net", "TOS+Host"]),
            8: ("EchoRequest", []),
            9: ("RouterAdvertisement", []),
            10: ("RouterSolicitation", []),
            11: ("TimeExceeded", ["TTLExceeded", "FragmentReassemblyTimeExceeded"]),
            12: ("ParameterProblem", ["PointerIndicatesError", "MissingOption", "BadLength"]),
            13: ("TimestampRequest", []),
            14: ("TimestampReply", []),
            15: ("InfoRequest", []),
            16: ("InfoReply", []),
            17: ("AddressMaskRequest", []),
            18: ("AddressMaskReply", []),
        ])

    static let v6 = ICMPNames(
        version: "ICMPv6",
        types: [
            1: (
                "DestinationUnreachable",
                [
                    "NoRouteToDst", "AdminProhibited", "BeyondScopeOfSrc", "AddressUnreachable", "PortUnreachable",
                    "SrcAddressFailedPolicy", "RejectRouteToDst",
                ]
            ),
            2: ("PacketTooBig", []),
            3: ("TimeExceeded", ["HopLimitExceeded", "FragmentReassemblyTimeExceeded"]),
            4: ("ParameterProblem", ["ErroneousHeaderField", "UnrecognizedNextHeader", "UnrecognizedIPv6Option"]),
            128: ("EchoRequest", []),
            129: ("EchoReply", []),
            133: ("RouterSolicitation", []),
            134: ("RouterAdvertisement", []),
            135: ("NeighborSolicitation", []),
            136: ("NeighborAdvertisement", []),
            137: ("Redirect", []),
        ])
}
