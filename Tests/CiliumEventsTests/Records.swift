import CiliumEvents
import DatapathABI

/// Hand-built records of `cilium_events`, and packets for them.
enum Records {
    /// A number as the structures hold it: in host order.
    static func host<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<MemoryLayout<Number>.size).map { UInt8(truncatingIfNeeded: number.littleEndian >> ($0 * 8)) }
    }

    static func start(
        type: UInt8, subtype: UInt8, source: UInt16, version: UInt8, packet: [UInt8], wholePacketBytes: Int? = nil
    ) -> [UInt8] {
        [type, subtype] + host(source) + host(UInt32(0xabcd)) + host(UInt32(wholePacketBytes ?? packet.count))
            + host(UInt16(packet.count)) + [version, 0]
    }

    static func drop(
        version: UInt8, reason: UInt8 = 133, source: UInt16 = 7, destinationEndpoint: UInt32 = 0, flags: UInt8 = 0,
        _ packet: [UInt8], wholePacketBytes: Int? = nil
    ) -> [UInt8] {
        let head = start(
            type: 1, subtype: reason, source: source, version: version, packet: packet,
            wholePacketBytes: wholePacketBytes)
        let first = host(UInt32(1001)) + host(UInt32(1002)) + host(destinationEndpoint)
        let second = host(UInt16(321)) + [2, 0] + host(UInt32(12))
        let third: [UInt8] = version >= 2 ? [flags, 0, 0, 0] : []
        return head + first + second + third + (version >= 3 ? host(UInt64(99)) : []) + packet
    }

    static func trace(
        version: UInt8, point: UInt8 = 0, source: UInt16 = 7, destinationEndpoint: UInt16 = 7, reason: UInt8 = 0,
        flags: UInt8 = 0, original: [UInt8] = [], _ packet: [UInt8]
    ) -> [UInt8] {
        let head = start(type: 4, subtype: point, source: source, version: version, packet: packet)
        let first = host(UInt32(1001)) + host(UInt32(1002)) + host(destinationEndpoint)
        let address = original + [UInt8](repeating: 0, count: 16 - original.count)
        return head + first + [reason, flags] + host(UInt32(12)) + (version >= 1 ? address : [])
            + (version >= 2 ? host(UInt64(99)) : []) + packet
    }

    static func verdict(_ verdict: Int32, flags: UInt8, _ packet: [UInt8]) -> [UInt8] {
        let head = start(type: 5, subtype: 0, source: 7, version: 1, packet: packet)
        let first = host(UInt32(2002)) + host(verdict) + host(UInt16(80))
        return head + first + [6, flags, 0, 0, 0, 0] + host(UInt32(5)) + [0, 0, 0, 0] + packet
    }
}

func decode(_ record: [UInt8]) -> (decoding: CiliumDecoding, event: apus_event) {
    var event = apus_event()
    let decoding = unsafe CiliumEvent.decode(record.span.bytes, timeNanoseconds: 123, cpu: 3, into: &event)
    return (decoding, event)
}

extension apus_event {
    func has(_ flag: apus_event_flags) -> Bool { UInt32(flags) & flag.rawValue != 0 }

    /// The last four bytes of an IPv4 address; all 16 of an IPv6 address.
    var sourceBytes: [UInt8] { Self.bytes(source, isIPv6: has(APUS_FLAG_IPV6)) }
    var destinationBytes: [UInt8] { Self.bytes(destination, isIPv6: has(APUS_FLAG_IPV6)) }

    private static func bytes(_ address: apus_address, isIPv6: Bool) -> [UInt8] {
        let all = Records.host(address.high_be) + Records.host(address.low_be)
        return isIPv6 ? all : Array(all.suffix(4))
    }
}

/// SplitMix64: the same bytes for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
