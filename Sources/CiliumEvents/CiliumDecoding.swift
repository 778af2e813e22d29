/// What became of one record of `cilium_events`.
package enum CiliumDecoding: Hashable, Sendable {
    /// The event tells all that it can.
    case flow
    /// The event tells of a packet whose headers could not be read to the end: what could be read is there.
    case partialFlow(PacketDefect)
    /// Known, but not a flow of its own.
    case skipped(SkippedRecord)
    /// Not a record as Cilium writes them.
    case malformed(MalformedRecord)
}

/// Why a packet's headers were not read to the end.
package enum PacketDefect: Int, Hashable, Sendable, CaseIterable {
    /// The capture ends within the link layer's header.
    case linkLayer
    /// The capture ends within the IP header, or the header contradicts itself.
    case ipHeader
    /// The capture ends within the IPv6 extension headers, or they are too many.
    case extensionHeaders
    /// The capture ends within the header of TCP, UDP, SCTP, ICMP or ICMPv6.
    case transport
    /// Said to be an overlay's packet, but there is no whole VXLAN or Geneve header.
    case tunnel
}

/// Records that tell no flow.
package enum SkippedRecord: Int, Hashable, Sendable, CaseIterable {
    case debugMessage
    case debugCapture
    /// Translation of addresses at a socket: no packet yet.
    case socketTrace
    /// A policy's verdict on a packet that was denied: its drop is an event of its own, and tells more.
    case deniedVerdict
    /// A type that this program does not know.
    case unknownType
}

/// Why a record is none of Cilium's.
package enum MalformedRecord: Int, Hashable, Sendable, CaseIterable {
    /// Shorter than the structure that its type and version promise.
    case tooShort
    /// A drop or trace of a later version: where its packet begins is not known.
    case unknownVersion
    /// Says that more of the packet was captured than the record holds.
    case captureTooLong
}
