import Testing

/// The known small cases, so that the model's memory is neither stronger nor weaker than the language's.
@Suite struct WeakMemoryTests {
    private let x = 0, y = 1

    /// Two threads store to one location and then load the other's.
    private func storeBuffering(_ order: MemoryOrder, fence: MemoryOrder? = nil) -> Set<[UInt8]> {
        var memory = WeakMemory(locations: 2, threads: 2)
        memory.store(1, to: x, order, by: 0)
        memory.store(1, to: y, order, by: 1)
        if let fence { for thread in 0...1 { memory.fence(fence, by: thread) } }
        var outcomes: Set<[UInt8]> = []
        for first in memory.loads(y, order, by: 0) {
            for second in first.memory.loads(x, order, by: 1) { outcomes.insert([first.value, second.value]) }
        }
        return outcomes
    }

    /// One thread stores data and then a flag; what another that has seen the flag may read as data.
    private func messagePassing(
        store: MemoryOrder = .relaxed, load: MemoryOrder = .relaxed, fences: (MemoryOrder?, MemoryOrder?) = (nil, nil)
    ) -> Set<UInt8> {
        var memory = WeakMemory(locations: 2, threads: 2)
        memory.store(1, to: x, .relaxed, by: 0)
        if let order = fences.0 { memory.fence(order, by: 0) }
        memory.store(1, to: y, store, by: 0)
        var outcomes: Set<UInt8> = []
        for flag in memory.loads(y, load, by: 1) where flag.value == 1 {
            var memory = flag.memory
            if let order = fences.1 { memory.fence(order, by: 1) }
            for data in memory.loads(x, .relaxed, by: 1) { outcomes.insert(data.value) }
        }
        return outcomes
    }

    @Test("Of two threads, the later sees the other's store if all accesses or the fences are sequentially consistent")
    func storeBuffering() {
        #expect(storeBuffering(.relaxed).contains([0, 0]))
        #expect(storeBuffering(.sequentiallyConsistent) == [[1, 1]])
        #expect(!storeBuffering(.relaxed, fence: .sequentiallyConsistent).contains([0, 0]))
    }

    @Test("A flag carries data only from a release to an acquire, be they accesses or fences")
    func messagePassing() {
        #expect(messagePassing() == [0, 1])
        #expect(messagePassing(store: .releasing) == [0, 1])
        #expect(messagePassing(load: .acquiring) == [0, 1])
        #expect(messagePassing(store: .releasing, load: .acquiring) == [1])
        #expect(messagePassing(fences: (.releasing, .acquiring)) == [1])
        #expect(messagePassing(store: .releasing, fences: (nil, .acquiring)) == [1])
        #expect(messagePassing(load: .acquiring, fences: (.releasing, nil)) == [1])
        #expect(messagePassing(fences: (.releasing, nil)) == [0, 1])
        #expect(messagePassing(fences: (nil, .acquiring)) == [0, 1])
    }

    @Test("A thread never reads behind what it has read or stored")
    func coherence() {
        var memory = WeakMemory(locations: 1, threads: 2)
        memory.store(1, to: x, .relaxed, by: 0)
        memory.store(2, to: x, .relaxed, by: 0)
        #expect(memory.loads(x, .relaxed, by: 0).map(\.value) == [2])
        let first = memory.loads(x, .relaxed, by: 1)
        #expect(first.map(\.value) == [0, 1, 2])
        #expect(first[1].memory.loads(x, .relaxed, by: 1).map(\.value) == [1, 2])
    }

    @Test("An exchange reads the newest value, and carries on what that carried")
    func exchange() {
        var memory = WeakMemory(locations: 2, threads: 3)
        memory.store(1, to: x, .relaxed, by: 0)
        memory.store(1, to: y, .releasing, by: 0)
        let old = memory.exchange(2, at: y, .relaxed, by: 1)
        #expect(old == 1)
        let flag = memory.loads(y, .acquiring, by: 2).first { $0.value == 2 }
        #expect(flag?.memory.loads(x, .relaxed, by: 2).map(\.value) == [1])
    }

    @Test("What is no atomic must not be touched by two threads without order between them")
    func races() {
        var memory = WeakMemory(locations: 3, threads: 2)
        let reads = 2
        let written = memory.plainStore(7, to: x, reads: reads, by: 0)
        #expect(written)
        let early = memory.plainLoad(x, reads: reads, by: 1)
        #expect(early == nil)
        memory.store(1, to: y, .releasing, by: 0)
        memory = memory.loads(y, .acquiring, by: 1).last!.memory
        let late = memory.plainLoad(x, reads: reads, by: 1)
        #expect(late == 7)
        let overwritten = memory.plainStore(8, to: x, reads: reads, by: 0)
        #expect(!overwritten)
    }
}
