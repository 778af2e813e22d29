import Testing

@Suite struct BroadcastRingModelTests {
    @Test(
        "In every interleaving, a reader gets intact elements only, and read and lost add up to what was written",
        arguments: [
            BroadcastRingModel(capacity: 2, batch: 1, readerBatch: 2, total: 6),
            BroadcastRingModel(capacity: 4, batch: 1, readerBatch: 3, total: 6),
            BroadcastRingModel(capacity: 4, batch: 2, readerBatch: 3, total: 10),
        ])
    func holds(model: BroadcastRingModel) {
        var outcomes: Set<Int> = []
        let result = model.explore { outcomes.insert($0.reader.lost) }
        #expect(result.violation == nil, "\(result.trace)")
        #expect(outcomes.contains(0), "somewhere nothing is lost")
        #expect(outcomes.count > 1, "somewhere the reader is overtaken")
    }

    @Test("The model finds each way to get it wrong", arguments: BroadcastRingModel.Flaw.allCases)
    func finds(flaw: BroadcastRingModel.Flaw) {
        let result = BroadcastRingModel(flaw: flaw).explore()
        #expect(result.violation != nil)
    }
}
