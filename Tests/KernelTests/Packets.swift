import FlowModel
import PolicyScenarios

/// Hand-built packets, from the Ethernet header on. Checksums are zero: the programs do not look at them.
enum Packets {
    static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    static func bytes(_ address: IPAddress) -> [UInt8] {
        let all = (0..<16).map { address.byte($0) }
        return address.isV4 ? Array(all.suffix(4)) : all
    }

    static func ethernet(_ etherType: UInt16, _ payload: [UInt8]) -> [UInt8] {
        [UInt8](repeating: 2, count: 12) + bytes(etherType) + payload
    }

    /// An IP packet without layer 2; the family follows from the addresses.
    static func ip(
        _ source: String, _ destination: String, _ ipProtocol: UInt8, _ payload: [UInt8], fragmentOffset: UInt16 = 0,
        options: [UInt8] = []
    ) -> [UInt8] {
        let source = IPAddress(source)!
        let destination = IPAddress(destination)!
        if source.isV4 {
            let header = UInt8(5 + options.count / 4)
            return [0x40 | header, 0] + bytes(UInt16(Int(header) * 4 + payload.count)) + [0, 1] + bytes(fragmentOffset)
                + [64, ipProtocol, 0, 0] + bytes(source) + bytes(destination) + options + payload
        }
        return [0x60, 0, 0, 0] + bytes(UInt16(payload.count)) + [ipProtocol, 64] + bytes(source) + bytes(destination)
            + payload
    }

    static func frame(_ packet: [UInt8]) -> [UInt8] { ethernet(packet[0] >> 4 == 4 ? 0x0800 : 0x86dd, packet) }

    static func tcp(_ source: UInt16, _ destination: UInt16, _ flags: TCPFlags, payload: Int = 0) -> [UInt8] {
        bytes(source) + bytes(destination) + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags.rawValue, 1, 0, 0, 0, 0, 0]
            + [UInt8](repeating: 0, count: payload)
    }

    static func udp(_ source: UInt16, _ destination: UInt16, payload: Int = 0) -> [UInt8] {
        bytes(source) + bytes(destination) + bytes(UInt16(8 + payload)) + [0, 0] + [UInt8](repeating: 0, count: payload)
    }

    /// Also an ICMP error: then `rest` is the packet it quotes.
    static func icmp(_ type: UInt8, code: UInt8 = 0, id: UInt16 = 0, rest: [UInt8] = []) -> [UInt8] {
        [type, code, 0, 0] + bytes(id) + [0, 1] + rest
    }
}

extension ScenarioPacket {
    var frame: [UInt8] {
        let payload: [UInt8] =
            switch ipProtocol {
            case .tcp: Packets.tcp(sourcePort, port, .syn)
            case .udp: Packets.udp(sourcePort, port)
            case .icmp, .icmpv6: Packets.icmp(UInt8(port), id: sourcePort)
            // The ports of SCTP, in its common header; nothing that means anything for others.
            default: Packets.bytes(sourcePort) + Packets.bytes(port) + [UInt8](repeating: 0, count: 8)
            }
        return Packets.frame(Packets.ip("\(source)", "\(destination)", ipProtocol.rawValue, payload))
    }
}
