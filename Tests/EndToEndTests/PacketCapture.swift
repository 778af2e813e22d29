import FlowModel
import Foundation
import Lab
import SystemRuntime
import Testing

/// What tcpdump saw at a host's `eth0`: the truth that flows are compared with.
final class PacketCapture {
    struct Packet {
        var source: IPAddress
        var destination: IPAddress
        var ipProtocol: IPProtocol
        /// 0 if the protocol has none.
        var sourcePort: UInt16 = 0
        var destinationPort: UInt16 = 0
        var tcpFlags = TCPFlags()
        var icmpType: UInt8 = 0
    }

    let file: String
    private let tcpdump: Child

    init(_ host: LabHost, directory: String) throws {
        file = directory + "/\(host.name).pcap"
        tcpdump = try Child(
            try #require(Tool.path("nsenter")),
            [
                "--net=\(host.networkNamespace.path)", "tcpdump", "-i", "eth0", "-w", file, "-U", "-n", "-s", "128",
                "-B", "8192", "--immediate-mode", "-Z", "root",
            ])
        try #require(tcpdump.waitForErrors(containing: "listening on") != nil, "\(tcpdump.errors)")
    }

    /// Ends the capture.
    func packets() throws -> [Packet] {
        Thread.sleep(forTimeInterval: 0.3)
        tcpdump.kill(SIGINT)
        #expect(tcpdump.waitForEnd() == 0)
        #expect(tcpdump.errors.contains("0 packets dropped by kernel"), "\(tcpdump.errors)")
        return Self.parse([UInt8](try Data(contentsOf: URL(filePath: file))))
    }

    /// The classic file format: 24 bytes, then a header of 16 bytes before each frame; this machine's byte order.
    private static func parse(_ bytes: [UInt8]) -> [Packet] {
        var packets: [Packet] = []
        var offset = 24
        while offset + 16 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + 8 + $1]) << (8 * $1) }
            let start = offset + 16
            if let packet = packet(Array(bytes[start..<min(start + length, bytes.count)])) { packets.append(packet) }
            offset = start + length
        }
        return packets
    }

    private static func packet(_ frame: [UInt8]) -> Packet? {
        func number(_ offset: Int) -> UInt16 { UInt16(frame[offset]) << 8 | UInt16(frame[offset + 1]) }
        func long(_ offset: Int) -> UInt64 { (0..<8).reduce(0) { $0 << 8 | UInt64(frame[offset + $1]) } }
        guard frame.count >= 34 else { return nil }
        var packet: Packet
        let payload: Int
        switch number(12) {
        case 0x0800:
            let source = UInt32(number(26)) << 16 | UInt32(number(28))
            let destination = UInt32(number(30)) << 16 | UInt32(number(32))
            packet = Packet(
                source: IPAddress(v4: source), destination: IPAddress(v4: destination),
                ipProtocol: IPProtocol(rawValue: frame[23]))
            payload = 14 + Int(frame[14] & 15) * 4
        case 0x86dd:
            guard frame.count >= 54 else { return nil }
            packet = Packet(
                source: IPAddress(high: long(22), low: long(30)), destination: IPAddress(high: long(38), low: long(46)),
                ipProtocol: IPProtocol(rawValue: frame[20]))
            payload = 54
        default: return nil
        }
        guard frame.count >= payload + 4 else { return packet }
        switch packet.ipProtocol {
        case .tcp where frame.count >= payload + 14:
            (packet.sourcePort, packet.destinationPort) = (number(payload), number(payload + 2))
            packet.tcpFlags = TCPFlags(rawValue: frame[payload + 13])
        case .udp: (packet.sourcePort, packet.destinationPort) = (number(payload), number(payload + 2))
        case .icmp, .icmpv6: packet.icmpType = frame[payload]
        default: break
        }
        return packet
    }
}
