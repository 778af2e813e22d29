/// Hand-built packets. Checksums are zero: nobody looks at them here.
enum Packets {
    static let client: [UInt8] = [10, 0, 0, 1]
    static let server: [UInt8] = [10, 0, 0, 2]
    static let client6: [UInt8] = [0xfd, 0] + [UInt8](repeating: 0, count: 13) + [1]
    static let server6: [UInt8] = [0xfd, 0] + [UInt8](repeating: 0, count: 13) + [2]

    static func network(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    static func ethernet(_ etherType: Int, tags: [Int] = [], _ payload: [UInt8]) -> [UInt8] {
        let tags = tags.flatMap { network($0) + network(5) }
        return [UInt8](repeating: 2, count: 12) + tags + network(etherType) + payload
    }

    static func ipv4(
        _ transport: UInt8, _ payload: [UInt8], from source: [UInt8] = client, to destination: [UInt8] = server,
        options: [UInt8] = [], fragmentOffset: Int = 0
    ) -> [UInt8] {
        let bytes = 20 + options.count
        return [UInt8(0x40 | bytes / 4), 0] + network(bytes + payload.count) + [0, 1] + network(fragmentOffset)
            + [64, transport, 0, 0] + source + destination + options + payload
    }

    static func ipv6(_ next: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0x60, 0, 0, 0] + network(payload.count) + [next, 64] + client6 + server6 + payload
    }

    static func tcp(_ source: Int, _ destination: Int, flags: UInt8 = 2) -> [UInt8] {
        network(source) + network(destination) + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 1, 0, 0, 0, 0, 0]
    }

    static func udp(_ source: Int, _ destination: Int, _ payload: [UInt8] = []) -> [UInt8] {
        network(source) + network(destination) + network(8 + payload.count) + [0, 0] + payload
    }

    static let sctp: [UInt8] = network(36_412) + network(38_412) + [UInt8](repeating: 0, count: 8)

    static func icmp(_ type: UInt8, _ code: UInt8) -> [UInt8] { [type, code, 0, 0, 0, 1, 0, 1] }

    static let syn = ethernet(0x0800, ipv4(6, tcp(5000, 80)))

    /// An overlay's packet between two nodes, around an inner frame.
    static func vxlan(_ inner: [UInt8]) -> [UInt8] {
        let header: [UInt8] = [8, 0, 0, 0, 0, 0, 42, 0]
        return ethernet(0x0800, ipv4(17, udp(4000, 8472, header + inner), from: [192, 0, 2, 1], to: [192, 0, 2, 2]))
    }

    static func geneve(options: [UInt8] = [], type: Int = 0x6558, _ inner: [UInt8]) -> [UInt8] {
        let header = [UInt8(options.count / 4), 0] + network(type) + [0, 0, 42, 0] + options
        return ethernet(0x0800, ipv4(17, udp(4000, 6081, header + inner), from: [192, 0, 2, 1], to: [192, 0, 2, 2]))
    }
}
