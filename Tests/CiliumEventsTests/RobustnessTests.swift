import CiliumEvents
import DatapathABI
import Testing

@Suite("Records that nobody should have written")
struct RobustnessTests {
    private static let packets = [
        Packets.syn, Packets.vxlan(Packets.syn), Packets.geneve(options: [0, 0, 0, 0], Packets.syn),
        Packets.ethernet(0x86dd, tags: [0x8100], Packets.ipv6(60, [6, 0, 0, 0, 0, 0, 0, 0] + Packets.tcp(1, 2))),
    ]
    private static let records: [(record: [UInt8], structBytes: Int)] = packets.flatMap { packet in
        [
            (Records.drop(version: 0, packet), 36), (Records.drop(version: 1, packet), 36),
            (Records.drop(version: 2, flags: 4, packet), 40), (Records.drop(version: 3, flags: 8, packet), 48),
            (Records.trace(version: 0, flags: 8, packet), 32), (Records.trace(version: 1, flags: 4, packet), 48),
            (Records.trace(version: 2, packet), 56), (Records.verdict(0, flags: 1, packet), 40),
        ]
    }

    @Test("A record cut at any length is malformed, and no cut traps")
    func truncatedRecords() {
        for (record, structBytes) in Self.records {
            for length in 0..<record.count {
                let decoding = decode(Array(record.prefix(length))).decoding
                #expect(decoding == .malformed(length < structBytes ? .tooShort : .captureTooLong), "\(length)")
            }
        }
    }

    @Test("A capture cut at any length is a flow, whole or partial")
    func truncatedCaptures() {
        for (record, structBytes) in Self.records {
            for captured in 0..<(record.count - structBytes) {
                var record = Array(record.prefix(structBytes + captured))
                record.replaceSubrange(12..<14, with: Records.host(UInt16(captured)))
                switch decode(record).decoding {
                case .flow, .partialFlow: break
                case let other: Issue.record("\(other) at \(captured) captured bytes")
                }
            }
        }
    }

    @Test("Random bytes, and real records with random bytes in them, never trap")
    func randomBytes() {
        let seed = UInt64.random(in: 0...(.max))
        print("seed of random records: \(seed)")
        var random = SeededGenerator(seed: seed)
        for round in 0..<20_000 {
            var record: [UInt8]
            if round % 2 == 0 {
                record = (0..<Int.random(in: 0...260, using: &random)).map { _ in .random(in: 0...255, using: &random) }
                if !record.isEmpty { record[0] = .random(in: 0...8, using: &random) }
            } else {
                record = Self.records.randomElement(using: &random)!.record
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    record[Int.random(in: 1..<record.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            let (decoding, event) = decode(record)
            guard decoding == .flow else { continue }
            #expect(event.version == UInt8(APUS_ABI_VERSION) && event.length == 128, "seed \(seed), round \(round)")
        }
    }
}
