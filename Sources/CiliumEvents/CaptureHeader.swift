/// The start of the records that carry a packet: drop, trace, policy verdict. Offsets as Cilium's bpf/lib/notify.h lays
/// them out; numbers are in host order.
struct CaptureHeader {
    /// A drop's reason, a trace's observation point.
    let subtype: UInt8
    let version: UInt8
    /// Id of the endpoint whose program made the record; 0 for programs that belong to none.
    let endpoint: UInt16
    /// Bytes of the whole packet, layer 2 included.
    let packetBytes: Int
    /// Bytes of it that follow the structure.
    let capturedBytes: Int

    static let bytes = 16

    init?(_ record: RawSpan) {
        guard let subtype = record.number(1, as: UInt8.self), let version = record.number(14, as: UInt8.self),
            let endpoint = record.number(2, as: UInt16.self), let packetBytes = record.number(8, as: UInt32.self),
            let capturedBytes = record.number(12, as: UInt16.self), record.byteCount >= Self.bytes
        else { return nil }
        self.subtype = subtype
        self.version = version
        self.endpoint = endpoint
        self.packetBytes = Int(packetBytes)
        self.capturedBytes = Int(capturedBytes)
    }
}

/// Bits of a record's `flags`, from Cilium's bpf/lib/classifiers.h.
struct PacketClass: OptionSet {
    let rawValue: UInt8

    /// The packet starts with the IP header: its device has no link layer.
    static let noLinkLayer = PacketClass(rawValue: 1 << 1)
    static let vxlan = PacketClass(rawValue: 1 << 2)
    static let geneve = PacketClass(rawValue: 1 << 3)
    /// `orig_ip` of a trace is an IPv6 address.
    static let ipv6 = PacketClass(rawValue: 1 << 0)
}
