import FlowRing
import SystemRuntime
import Testing

@Suite struct EventRingTests {
    @Test("Elements come out in the order in which they went in, over many rounds of the ring")
    func order() {
        let ring = EventRing<UInt64>(capacity: 8)
        var writer = EventRingWriter(ring)
        var reader = EventRingReader(ring)
        var read: [UInt64] = []
        for round in 0..<50 as Range<UInt64> {
            for index in 0..<5 as Range<UInt64> { writer.append(round * 5 + index) }
            writer.publish()
            while reader.consume(limit: 3, { span in for index in span.indices { read.append(span[index]) } }) > 0 {}
        }
        #expect(read == Array(0..<250))
        #expect(ring.lost == 0)
    }

    @Test("Nothing is seen before it is published")
    func publish() {
        let ring = EventRing<UInt64>(capacity: 4)
        var writer = EventRingWriter(ring)
        var reader = EventRingReader(ring)
        writer.append(1)
        let before = reader.consume(limit: 4) { _ in }
        #expect(before == 0)
        writer.publish()
        let after = reader.consume(limit: 4) { _ in }
        #expect(after == 1)
    }

    @Test("A full ring keeps what it has and counts each element that found it full")
    func full() {
        let ring = EventRing<UInt64>(capacity: 4)
        var writer = EventRingWriter(ring)
        var reader = EventRingReader(ring)
        for element in 0..<7 as Range<UInt64> { writer.append(element) }
        writer.publish()
        var read: [UInt64] = []
        _ = reader.consume(limit: 10) { span in for index in span.indices { read.append(span[index]) } }
        #expect(read == [0, 1, 2, 3])
        #expect(ring.lost == 3)
        writer.append(9)
        writer.publish()
        read = []
        _ = reader.consume(limit: 10) { read.append($0[0]) }
        #expect(read == [9])
    }

    @Test("Two threads: every element arrives once and in order, and a sleeping reader is always woken")
    func twoThreads() {
        let ring = EventRing<UInt64>(capacity: 64)
        let total: UInt64 = 200_000
        let writing = NamedThread("writer") {
            var writer = EventRingWriter(ring)
            var next: UInt64 = 0
            while next < total {
                let lostBefore = ring.lost
                writer.append(next)
                writer.publish()
                if ring.lost == lostBefore { next += 1 } else { NamedThread.sleep(nanoseconds: 10_000) }
            }
        }
        var reader = EventRingReader(ring)
        var expected: UInt64 = 0
        var inOrder = true
        while expected < total {
            let count = reader.consume(limit: 64) { span in
                for index in span.indices {
                    inOrder = inOrder && span[index] == expected
                    expected += 1
                }
            }
            if count == 0 { reader.wait() }
        }
        writing.join()
        #expect(inOrder)
    }
}
