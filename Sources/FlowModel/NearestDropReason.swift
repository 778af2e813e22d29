/// What a client that knows only Hubble's drop reasons is told of a drop by the kernel itself.
///
/// A kernel reason stands here only if Hubble's text is true of it. Netfilter's, traffic control's and socket filters'
/// drops are left unknown on purpose: "Policy denied" would send the reader to look for a network policy.
package enum NearestDropReason {
    /// - Parameter kernelReason: as the kernel names it, without `SKB_DROP_REASON_`.
    package static func ofKernelReason(_ kernelReason: String) -> DropReason {
        DropReason(name: names[kernelReason] ?? "") ?? .unknown
    }

    private static let names: [String: String] = [
        "MAC_INVALID_SOURCE": "INVALID_SOURCE_MAC",

        "IP_INVALID_SOURCE": "INVALID_SOURCE_IP",
        "IP_LOCAL_SOURCE": "INVALID_SOURCE_IP",
        "IP_RPFILTER": "INVALID_SOURCE_IP",

        "PKT_TOO_SMALL": "INVALID_PACKET_DROPPED",
        "HDR_TRUNC": "INVALID_PACKET_DROPPED",
        "IP_CSUM": "INVALID_PACKET_DROPPED",
        "IP_INHDR": "INVALID_PACKET_DROPPED",
        "TCP_CSUM": "INVALID_PACKET_DROPPED",
        "UDP_CSUM": "INVALID_PACKET_DROPPED",
        "ICMP_CSUM": "INVALID_PACKET_DROPPED",
        "TCP_FLAGS": "INVALID_PACKET_DROPPED",
        "TCP_INVALID_SYN": "INVALID_PACKET_DROPPED",

        "UNHANDLED_PROTO": "UNSUPPORTED_L3_PROTOCOL",
        "IPV6DISABLED": "UNSUPPORTED_L3_PROTOCOL",
        "IP_NOPROTO": "UNKNOWN_L4_PROTOCOL",

        "NEIGH_CREATEFAIL": "UNKNOWN_L3_TARGET_ADDRESS",
        "NEIGH_FAILED": "UNKNOWN_L3_TARGET_ADDRESS",
        "NEIGH_DEAD": "UNKNOWN_L3_TARGET_ADDRESS",

        "IP_OUTNOROUTES": "FIB_LOOKUP_FAILED",
        "IP_INNOROUTES": "FIB_LOOKUP_FAILED",
        "IP_INADDRERRORS": "FIB_LOOKUP_FAILED",

        "IPV6_BAD_EXTHDR": "INVALID_IPV6_EXTENSION_HEADER",
        "IPV6_NDISC_FRAG": "FORBIDDEN_ICMPV6_MESSAGE",
        "IPV6_NDISC_HOP_LIMIT": "FORBIDDEN_ICMPV6_MESSAGE",
        "IPV6_NDISC_BAD_CODE": "FORBIDDEN_ICMPV6_MESSAGE",
        "IPV6_NDISC_BAD_OPTIONS": "FORBIDDEN_ICMPV6_MESSAGE",
        "IPV6_NDISC_NS_OTHERHOST": "FORBIDDEN_ICMPV6_MESSAGE",

        "NO_SOCKET": "SOCKET_LOOKUP_FAILED",
        "VXLAN_VNI_NOT_FOUND": "INVALID_VNI",
    ]
}
