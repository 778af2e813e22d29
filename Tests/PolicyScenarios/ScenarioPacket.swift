package import FlowModel

/// The first packet of a connection, as bytes.
package struct ScenarioPacket: Sendable {
    package var source: IPAddress
    package var destination: IPAddress
    package var ipProtocol: IPProtocol
    /// Destination port, or ICMP type.
    package var port: UInt16
    package var sourcePort: UInt16

    package init(
        source: IPAddress, destination: IPAddress, ipProtocol: IPProtocol, port: UInt16, sourcePort: UInt16
    ) {
        self.source = source
        self.destination = destination
        self.ipProtocol = ipProtocol
        self.port = port
        self.sourcePort = sourcePort
    }

    /// From the Ethernet header on. Checksums are zero: the programs do not look at them.
    package var frame: [UInt8] {
        let payload = payload
        if source.isV4 {
            let header: [UInt8] =
                [0x45, 0] + bytes(UInt16(20 + payload.count)) + [0, 1, 0, 0, 64, ipProtocol.rawValue, 0, 0]
            return ethernet(0x0800) + header + address(source) + address(destination) + payload
        }
        let header: [UInt8] = [0x60, 0, 0, 0] + bytes(UInt16(payload.count)) + [ipProtocol.rawValue, 64]
        return ethernet(0x86dd) + header + address(source) + address(destination) + payload
    }

    private func ethernet(_ type: UInt16) -> [UInt8] { [UInt8](repeating: 2, count: 12) + bytes(type) }

    private func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    private func address(_ address: IPAddress) -> [UInt8] {
        let all = (0..<16).map { address.byte($0) }
        return address.isV4 ? Array(all.suffix(4)) : all
    }

    private var payload: [UInt8] {
        let ports = bytes(sourcePort) + bytes(port)
        return switch ipProtocol {
        case .tcp: ports + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, TCPFlags.syn.rawValue, 1, 0, 0, 0, 0, 0]
        case .udp: ports + bytes(8) + [0, 0]
        case .sctp: ports + [UInt8](repeating: 0, count: 8)
        case .icmp, .icmpv6: [UInt8(port), 0, 0, 0] + bytes(sourcePort) + [0, 1]
        default: [UInt8](repeating: 0, count: 8)
        }
    }
}
