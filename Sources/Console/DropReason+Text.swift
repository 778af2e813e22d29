import FlowModel

extension DropReason {
    /// The text that Hubble's printer shows: a reason without a text is its number and a 0.
    var printedText: String {
        Int(rawValue) < Self.printedTexts.count ? Self.printedTexts[Int(rawValue)] : workedOutText
    }

    /// Of all reasons that have a name, by raw value.
    private static let printedTexts = (0...UInt16(UInt8.max)).map { DropReason(rawValue: $0).workedOutText }

    private var workedOutText: String {
        if let text = Self.texts[rawValue] { return text }
        guard let name else { return "\(rawValue), 0" }
        let words = name.split(separator: "_").map { $0.lowercased() }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    /// Texts that are not just the enumeration's name in lower case.
    private static let texts: [UInt16: String] = [
        134: "Invalid packet",
        135: "CT: Truncated or invalid header",
        136: "Fragmentation needed",
        137: "CT: Unknown L4 protocol",
        138: "CT: Can't create entry from packet",
        139: "Unsupported L3 protocol",
        142: "Unknown L4 protocol",
        143: "Unknown ICMPv4 code",
        144: "Unknown ICMPv4 type",
        145: "Unknown ICMPv6 code",
        146: "Unknown ICMPv6 type",
        149: "Invalid Geneve option",
        150: "Unknown L3 target address",
        151: "Stale or unroutable IP",
        153: "Error while correcting L3 checksum",
        154: "Error while correcting L4 checksum",
        155: "CT: Map insertion failed",
        156: "Invalid IPv6 extension header",
        157: "IP fragmentation not supported",
        160: "No tunnel/encapsulation endpoint (datapath BUG!)",
        161: "NAT 46/64 not enabled",
        162: "Reached EDT rate-limiting drop horizon",
        166: "Unsupported L2 protocol",
        167: "No mapping for NAT masquerade",
        168: "Unsupported protocol for NAT masquerade",
        169: "FIB lookup failed",
        173: "NAT not needed",
        174: "Is a ClusterIP",
        176: "Forbidden ICMPv6 message",
        177: "Denied by LB src range check",
        181: "Policy denied by denylist",
        182: "VLAN traffic disallowed by VLAN filter",
        183: "Incorrect VNI from VTEP",
        184: "Failed to update or lookup TC buffer",
        185: "No SID was found for the IP address",
        186: "SRv6 state was removed during tail call",
        187: "L3 translation from IPv4 to IPv6 failed (NAT46)",
        188: "L3 translation from IPv6 to IPv4 failed (NAT64)",
        189: "Authentication required",
        190: "No conntrack map found",
        191: "No nat map found",
        192: "Invalid ClusterID",
        193: "Unsupported packet protocol for DSR encapsulation",
        194: "No egress gateway found",
        195: "Traffic is unencrypted",
        196: "TTL exceeded",
        197: "No node ID found",
        198: "Rate limited",
        199: "IGMP handled",
        200: "IGMP subscribed",
        202: "Host datapath not ready",
        203: "Endpoint policy program not available",
        204: "No Egress IP configured",
        205: "Punt to proxy",
        207: "First logical datagram fragment not found from world",
    ]
}
