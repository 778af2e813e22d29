import Testing

@testable import Policy

@Suite struct PortRangeTests {
    @Test(
        "A range's blocks hold all its ports, each once, and none besides",
        arguments: [0...0, 80...80, 0...65_535, 1...65_534, 8080...9000, 1024...2047, 65_535...65_535]
            as [ClosedRange<UInt16>])
    func exact(range: ClosedRange<UInt16>) {
        var covered: [UInt16] = []
        for prefix in range.portPrefixes {
            let size = 1 << (16 - prefix.bits)
            #expect(Int(prefix.port) % size == 0)
            covered += (0..<size).map { UInt16(Int(prefix.port) + $0) }
        }
        #expect(covered == Array(range))
        #expect(range.portPrefixes.count <= 30)
    }
}
