import Testing

@Suite struct EventRingModelTests {
    @Test(
        "In every interleaving, no wake-up is lost, no slot is shared, and read and lost add up to what was written",
        arguments: [
            EventRingModel(capacity: 2, batch: 1, total: 4),
            EventRingModel(capacity: 2, batch: 1, total: 3, timeouts: 2),
            EventRingModel(capacity: 4, batch: 3, total: 6, timeouts: 1),
            EventRingModel(capacity: 2, batch: 1, total: 3, timeouts: 1, usesFences: true),
        ])
    func holds(model: EventRingModel) {
        var losses: Set<Int> = []
        let result = model.explore { losses.insert($0.writer.lost) }
        #expect(result.violation == nil, "\(result.trace)")
        #expect(losses.contains(0), "somewhere nothing is lost")
        #expect(losses.count > 1, "somewhere the ring is full")
    }

    @Test("The model finds each way to get it wrong", arguments: EventRingModel.Flaw.ofAccesses)
    func finds(flaw: EventRingModel.Flaw) {
        let result = EventRingModel(total: 3, flaw: flaw).explore()
        #expect(result.violation != nil)
    }

    @Test("The model finds each way to get the handshake by fences wrong", arguments: EventRingModel.Flaw.ofFences)
    func findsWithFences(flaw: EventRingModel.Flaw) {
        let result = EventRingModel(total: 3, usesFences: true, flaw: flaw).explore()
        #expect(result.violation == "the reader sleeps although something is there")
    }
}
