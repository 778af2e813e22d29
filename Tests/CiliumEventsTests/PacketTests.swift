import CiliumEvents
import DatapathABI
import Testing

@Suite("Packets that records carry")
struct PacketTests {
    private static let hopByHop: [UInt8] = [60, 0] + [UInt8](repeating: 0, count: 6)
    private static let destinationOptions: [UInt8] = [6, 1] + [UInt8](repeating: 0, count: 14)

    @Test(
        "Headers before the transport are walked over",
        arguments: [
            Packets.ethernet(0x0800, Packets.ipv4(6, Packets.tcp(5000, 80))),
            Packets.ethernet(0x0800, tags: [0x8100], Packets.ipv4(6, Packets.tcp(5000, 80))),
            Packets.ethernet(0x86dd, tags: [0x88a8, 0x8100], Packets.ipv6(6, Packets.tcp(5000, 80))),
            Packets.ethernet(
                0x0800, Packets.ipv4(6, Packets.tcp(5000, 80), options: [UInt8](repeating: 1, count: 40))),
            Packets.ethernet(0x86dd, Packets.ipv6(0, hopByHop + destinationOptions + Packets.tcp(5000, 80))),
            Packets.ethernet(0x86dd, Packets.ipv6(44, [6, 0, 0, 1, 0, 0, 0, 9] + Packets.tcp(5000, 80))),
            Packets.ethernet(
                0x86dd, Packets.ipv6(51, [6, 4] + [UInt8](repeating: 0, count: 22) + Packets.tcp(5000, 80))),
        ])
    func transportFound(packet: [UInt8]) {
        let (decoding, event) = decode(Records.drop(version: 3, packet))
        #expect(decoding == .flow)
        #expect(event.protocol == 6 && event.source_port == 5000 && event.destination_port == 80)
        #expect(event.tcp_flags == 2 && event.has(APUS_FLAG_L4) && !event.has(APUS_FLAG_FRAGMENT))
    }

    @Test("IPv6 addresses and lengths are told")
    func ipv6() {
        let event = decode(Records.drop(version: 2, Packets.ethernet(0x86dd, Packets.ipv6(17, Packets.udp(1, 53)))))
            .event
        #expect(event.has(APUS_FLAG_IPV6) && event.ether_type == 0x86dd && event.bytes == 48)
        #expect(event.sourceBytes == Packets.client6 && event.destinationBytes == Packets.server6)
        #expect(event.destination_port == 53 && event.protocol == 17)
    }

    @Test("SCTP has ports; ICMP and ICMPv6 have type and code; others have neither")
    func otherTransports() {
        let sctp = decode(Records.drop(version: 3, Packets.ethernet(0x0800, Packets.ipv4(132, Packets.sctp)))).event
        #expect(sctp.destination_port == 38_412 && sctp.has(APUS_FLAG_L4))
        let icmp = decode(Records.drop(version: 3, Packets.ethernet(0x0800, Packets.ipv4(1, Packets.icmp(3, 1))))).event
        #expect(icmp.icmp_type == 3 && icmp.icmp_code == 1 && icmp.has(APUS_FLAG_L4) && icmp.destination_port == 0)
        let v6 = Packets.ethernet(0x86dd, Packets.ipv6(58, Packets.icmp(135, 0)))
        #expect(decode(Records.drop(version: 3, v6)).event.icmp_type == 135)
        let gre = decode(Records.drop(version: 3, Packets.ethernet(0x0800, Packets.ipv4(47, [0, 0, 8, 0]))))
        #expect(gre.decoding == .flow && gre.event.protocol == 47 && !gre.event.has(APUS_FLAG_L4))
    }

    @Test("A later fragment has addresses and no ports")
    func fragments() {
        let v4 = Packets.ethernet(0x0800, Packets.ipv4(6, [1, 2, 3, 4, 5, 6, 7, 8], fragmentOffset: 0x2001))
        let v6 = Packets.ethernet(0x86dd, Packets.ipv6(44, [6, 0, 0, 8, 0, 0, 0, 9] + [1, 2, 3, 4]))
        for packet in [v4, v6] {
            let (decoding, event) = decode(Records.drop(version: 3, packet))
            #expect(decoding == .flow && event.has(APUS_FLAG_FRAGMENT) && !event.has(APUS_FLAG_L4))
            #expect(event.protocol == 6 && event.source_port == 0)
        }
    }

    @Test("A packet of a device without link layer starts with its IP header")
    func noLinkLayer() {
        let v4 = decode(Records.drop(version: 2, flags: 2, Packets.ipv4(17, Packets.udp(9, 53)))).event
        #expect(v4.destination_port == 53 && v4.ether_type == 0x0800 && v4.bytes == 28)
        let v6 = decode(Records.verdict(0, flags: 0x81, Packets.ipv6(17, Packets.udp(9, 53)))).event
        #expect(v6.destination_port == 53 && v6.has(APUS_FLAG_IPV6))
    }

    @Test("What is not IP has no addresses, nor has a packet of which nothing was captured")
    func notIP() {
        let arp = decode(Records.drop(version: 3, Packets.ethernet(0x0806, [UInt8](repeating: 0, count: 28))))
        #expect(arp.decoding == .flow && arp.event.has(APUS_FLAG_NO_IP) && arp.event.ether_type == 0x0806)
        #expect(arp.event.bytes == 28)
        let nothing = decode(Records.drop(version: 3, [], wholePacketBytes: 60))
        #expect(nothing.decoding == .flow && nothing.event.has(APUS_FLAG_NO_IP))
    }

    @Test(
        "An overlay's packet is told by what is inside",
        arguments: [
            (4, Packets.vxlan(Packets.syn)), (8, Packets.geneve(Packets.syn)),
            (8, Packets.geneve(options: [UInt8](repeating: 0, count: 12), Packets.syn)),
            (8, Packets.geneve(type: 0x0800, Packets.ipv4(6, Packets.tcp(5000, 80)))),
        ] as [(UInt8, [UInt8])])
    func tunnel(flags: UInt8, packet: [UInt8]) {
        let (decoding, event) = decode(Records.trace(version: 2, flags: flags, packet))
        #expect(decoding == .flow)
        #expect(event.sourceBytes == Packets.client && event.destinationBytes == Packets.server)
        #expect(event.destination_port == 80 && event.bytes == 40)
        let underlay = decode(Records.trace(version: 2, packet)).event
        #expect(underlay.sourceBytes == [192, 0, 2, 1] && underlay.protocol == 17)
    }

    @Test("A cut packet tells what was captured of it, and why that is not all")
    func cutPackets() {
        func cut(_ packet: [UInt8], to bytes: Int, flags: UInt8 = 0) -> (CiliumDecoding, apus_event) {
            decode(
                Records.drop(
                    version: 3, flags: flags, Array(packet.prefix(bytes)), wholePacketBytes: packet.count))
        }
        #expect(cut(Packets.syn, to: 13).0 == .partialFlow(.linkLayer))
        #expect(cut(Packets.syn, to: 33).0 == .partialFlow(.ipHeader))
        let (decoding, event) = cut(Packets.syn, to: 40)
        #expect(decoding == .partialFlow(.transport) && event.sourceBytes == Packets.client && event.bytes == 40)
        #expect(!event.has(APUS_FLAG_L4) && !event.has(APUS_FLAG_NO_IP))
        let extended = Packets.ethernet(0x86dd, Packets.ipv6(0, Self.hopByHop + Self.destinationOptions))
        #expect(cut(extended, to: 62).0 == .partialFlow(.extensionHeaders))
        let (inner, outside) = cut(Packets.vxlan(Packets.syn), to: 60, flags: 4)
        #expect(inner == .partialFlow(.tunnel) && outside.has(APUS_FLAG_NO_IP))
    }

    @Test("A length that the header claims beyond the packet is not believed")
    func lyingLength() {
        var packet = Packets.syn
        packet[16] = 0xff
        #expect(decode(Records.drop(version: 3, packet)).event.bytes == 40)
    }
}
