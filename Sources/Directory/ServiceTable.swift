import FlowModel

/// Where clients reach a service.
struct ServiceAddress: Hashable {
    var address: IPAddress
    var port: UInt16
    var ipProtocol: IPProtocol
}

/// Service address → index into `FlowCatalog.services`, with open addressing as in `AddressTable`.
struct ServiceTable: Sendable {
    private struct Slot: BitwiseCopyable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var port: UInt16 = 0
        var ipProtocol: UInt8 = 0
        /// 0 for a free slot.
        var service: UInt32 = 0
    }

    private var slots: [Slot]
    private let mask: Int

    init(_ services: [ServiceAddress: UInt32]) {
        var capacity = 16
        while capacity < services.count * 2 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        mask = capacity - 1
        for (key, service) in services { insert(key, service) }
    }

    private mutating func insert(_ key: ServiceAddress, _ service: UInt32) {
        var index = Self.hash(key.address, key.port) & mask
        while slots[index].service != 0 { index = (index + 1) & mask }
        slots[index] = Slot(
            high: key.address.high, low: key.address.low, port: key.port, ipProtocol: key.ipProtocol.rawValue,
            service: service)
    }

    @inline(__always)
    func find(_ address: IPAddress, port: UInt16, ipProtocol: IPProtocol) -> UInt32 {
        var index = Self.hash(address, port) & mask
        while true {
            let slot = slots[index]
            if slot.service == 0 { return 0 }
            if slot.low == address.low && slot.high == address.high && slot.port == port
                && slot.ipProtocol == ipProtocol.rawValue
            {
                return slot.service
            }
            index = (index + 1) & mask
        }
    }

    @inline(__always)
    private static func hash(_ address: IPAddress, _ port: UInt16) -> Int {
        var mixed = (address.low ^ address.high &* 0xbf58_476d_1ce4_e5b9) &+ UInt64(port) << 40
        mixed = (mixed ^ mixed >> 32) &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: mixed ^ mixed >> 29)
    }
}
