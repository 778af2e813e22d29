import DatapathABI
import FlowCapture
import Foundation
import Testing

@Suite("Capture files")
struct PacketFileTests {
    private static let ipv4: [UInt8] =
        [0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        + [0x13, 0x88, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 1, 0, 0, 0, 0, 0]
    private static let ipv6: [UInt8] =
        [0x60, 0, 0, 0, 0, 20, 6, 64] + [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 0, count: 15) + [2]
        + ipv4.suffix(20)
    private static let macs = [UInt8](repeating: 2, count: 12)
    private static let ethernet = macs + [8, 0] + ipv4

    private func events(_ file: [UInt8]) throws -> (events: [apus_event], error: RecordingError?) {
        let fixture = try RecordingFixture()
        try Data(file).write(to: URL(filePath: fixture.path))
        var events: [apus_event] = []
        do throws(RecordingError) {
            var reader = try PacketFileReader(path: fixture.path)
            while let chunk = try reader.next() {
                if case .events(let some) = chunk { events += some }
            }
        } catch { return (events, error) }
        return (events, nil)
    }

    private func isSyn(_ event: apus_event) -> Bool {
        event.type == 4 && event.source_port == 5_000 && event.destination_port == 80 && event.tcp_flags == 2
            && event.packets == 1 && event.length == 128
    }

    @Test("Both byte orders and both units of time are read", arguments: [false, true], [false, true])
    func pcap(isBigEndian: Bool, isNanosecond: Bool) throws {
        let file = CaptureBytes(isBigEndian: isBigEndian)
        let found = try events(file.pcap(link: 1, isNanosecond: isNanosecond, [Self.ethernet, Self.ethernet]))
        #expect(found.error == nil && found.events.count == 2 && found.events.allSatisfy(isSyn))
        #expect(found.events.map(\.time_ns) == [5_000_000_007, 6_000_000_007].map { isNanosecond ? $0 : $0 + 7 * 999 })
        #expect(found.events.allSatisfy { $0.bytes == 40 })
    }

    private static let links: [(link: UInt32, packet: [UInt8], isIPv6: Bool)] = [
        (1, macs + [0x81, 0, 0, 5, 8, 0] + ipv4, false),
        (101, ipv4, false), (101, ipv6, true), (228, ipv4, false), (229, ipv6, true),
        (0, [2, 0, 0, 0] + ipv4, false), (0, [0, 0, 0, 30] + ipv6, true), (108, [0, 0, 0, 24] + ipv6, true),
        (113, [0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 8, 0] + ipv4, false),
        (276, [0x86, 0xdd, 0, 0, 0, 0, 0, 9, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0] + ipv6, true),
    ]

    @Test("Each link type leads to the same packet", arguments: links.indices)
    func linkTypes(index: Int) throws {
        let (link, packet, isIPv6) = Self.links[index]
        let found = try events(CaptureBytes().pcap(link: link, [packet]))
        let event = try #require(found.events.first)
        #expect(isSyn(event) && event.bytes == (isIPv6 ? 60 : 40))
        #expect((event.flags & UInt16(APUS_FLAG_IPV6.rawValue) != 0) == isIPv6)
        #expect(event.ifindex == (link == 276 ? 9 : 0))
    }

    @Test(
        "Inside VXLAN and Geneve the inner packet is told",
        arguments: [[8, 0, 0, 0, 0, 0, 42, 0], [0, 0, 0x65, 0x58, 0, 0, 42, 0]])
    func tunnels(header: [UInt8]) throws {
        let port: [UInt8] = header[0] == 8 ? [0x12, 0xb5] : [0x17, 0xc1]
        let inner = header + Self.ethernet
        let udp: [UInt8] = [0x20, 0] + port + [0, UInt8(8 + inner.count), 0, 0] + inner
        let outer: [UInt8] =
            [0x45, 0, 0, UInt8(20 + udp.count), 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2] + udp
        let found = try events(CaptureBytes().pcap(link: 101, [outer]))
        #expect(found.events.count == 1 && found.events.allSatisfy(isSyn))
    }

    @Test("pcapng: sections of both byte orders, interfaces of their own resolution, options and unknown blocks")
    func pcapng() throws {
        var file: [UInt8] = []
        for isBigEndian in [false, true] {
            let bytes = CaptureBytes(isBigEndian: isBigEndian)
            file += bytes.section() + bytes.interface(link: 113, options: [])
            file += bytes.interface(link: 1, options: bytes.option(2, [0x65, 0x74, 0x68]) + bytes.option(9, [9]))
            file += bytes.interface(link: 1, options: bytes.option(9, [0x80 | 10]))
            file += bytes.block(0x0bad, [1, 2, 3, 4])
            file += bytes.enhanced(interface: 1, time: 5_000_000_007, Self.ethernet)
            file += bytes.enhanced(interface: 2, time: 5 << 10 | 512, Self.ethernet)
            file += bytes.simple([UInt8](repeating: 0, count: 14) + [8, 0] + Self.ipv4)
        }
        let found = try events(file)
        #expect(found.error == nil && found.events.allSatisfy(isSyn))
        let times: [UInt64] = [5_000_000_007, 5_500_000_000, 5_500_000_000]
        #expect(found.events.map(\.time_ns) == times + times)
    }

    @Test("A packet that was cut by the capture's own limit is told as far as it goes")
    func snapped() throws {
        let found = try events(CaptureBytes().pcap(link: 1, [Array(Self.ethernet.prefix(36))], original: 1_514))
        let event = try #require(found.events.first)
        #expect(found.error == nil && event.flags & UInt16(APUS_FLAG_NO_IP.rawValue) == 0 && event.source_port == 0)
    }

    @Test("Cut at any byte, a file gives the packets before and an error that says where; no cut traps")
    func everyTruncation() throws {
        let bytes = CaptureBytes()
        let pcapng =
            bytes.section() + bytes.interface(link: 1, options: bytes.option(9, [9]))
            + bytes.enhanced(interface: 0, time: 1, Self.ethernet) + bytes.simple(Self.ethernet)
        for file in [bytes.pcap(link: 1, [Self.ethernet, Self.ethernet]), pcapng] {
            var reached: Set<Int> = []
            for length in 0..<file.count {
                let found = try events(Array(file[..<length]))
                reached.insert(found.events.count)
                #expect(found.events.count < 2 && found.error.map { $0.offset <= UInt64(length) } ?? true)
                // Between two packets, or blocks, nothing is missing that could be known of.
                if found.error == nil { #expect(length >= 24) }
            }
            #expect(reached == [0, 1])
            #expect(try events(file).events.count == 2)
        }
    }

    @Test("Any byte changed, and random bytes behind a good start, never trap")
    func damage() throws {
        let bytes = CaptureBytes()
        let file =
            bytes.section() + bytes.interface(link: 1, options: bytes.option(9, [9]) + bytes.option(14, Array(1...8)))
            + bytes.enhanced(interface: 0, time: .max, Self.ethernet) + bytes.simple(Self.ethernet)
        for index in file.indices {
            for change: UInt8 in [1, 0x80, 0xff] {
                var damaged = file
                damaged[index] ^= change
                _ = try events(damaged)
            }
        }
        let pcap = bytes.pcap(link: 1, [])
        for _ in 0..<300 {
            _ = try events(pcap + (0..<Int.random(in: 1...200)).map { _ in .random(in: 0...(Bool.random() ? 3 : 255)) })
        }
    }

    @Test("What is wrong is said with its place: link type, length, interface, magic")
    func errors() throws {
        let bytes = CaptureBytes()
        #expect(try events(bytes.pcap(link: 127, [])).error?.description.contains("link type 127") == true)
        #expect(try events(Array("hello, world".utf8)).error?.problem == .notARecording)
        let unknown = bytes.section() + bytes.enhanced(interface: 3, time: 0, Self.ethernet)
        #expect(try "\(#require(events(unknown).error))".contains("at byte 28: a packet is of interface 3"))
        let long = bytes.pcap(link: 1, []) + [UInt8](repeating: 0xff, count: 16)
        #expect(try "\(#require(events(long).error))".contains("4294967295 bytes of it were captured"))
    }
}

/// Builds capture files.
struct CaptureBytes {
    var isBigEndian = false

    func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        let bytes = (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number(8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
    }

    /// Packets at 5 s and 7 units, 6 s and 7 units, …
    func pcap(link: UInt32, isNanosecond: Bool = false, _ packets: [[UInt8]], original: UInt32? = nil) -> [UInt8] {
        let magic: UInt32 = isNanosecond ? 0xa1b2_3c4d : 0xa1b2_c3d4
        let head = number(magic) + number(UInt16(2)) + number(UInt16(4)) + number(UInt64(0)) + number(UInt32(65_535))
        return packets.indices.reduce(head + number(link)) { file, index in
            let packet = packets[index]
            let times = number(UInt32(5 + index)) + number(UInt32(7))
            return file + times + number(UInt32(packet.count)) + number(original ?? UInt32(packet.count)) + packet
        }
    }

    func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let length = number(UInt32(padded.count + 12))
        return number(type) + length + padded + length
    }

    func section() -> [UInt8] {
        block(0x0a0d_0d0a, number(UInt32(0x1a2b_3c4d)) + number(UInt16(1)) + number(UInt16(0)) + number(UInt64.max))
    }

    func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
        number(code) + number(UInt16(value.count)) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    }

    func interface(link: UInt16, options: [UInt8]) -> [UInt8] {
        block(
            1, number(link) + number(UInt16(0)) + number(UInt32(0)) + options + (options.isEmpty ? [] : option(0, [])))
    }

    func enhanced(interface: UInt32, time: UInt64, _ packet: [UInt8]) -> [UInt8] {
        let head = number(interface) + number(UInt32(time >> 32)) + number(UInt32(truncatingIfNeeded: time))
        let padding = [UInt8](repeating: 0, count: (4 - packet.count % 4) % 4)
        let lengths = number(UInt32(packet.count)) + number(UInt32(packet.count))
        return block(6, head + lengths + packet + padding + option(2, [1, 2, 3, 4]))
    }

    func simple(_ packet: [UInt8]) -> [UInt8] { block(3, number(UInt32(packet.count)) + packet) }
}
