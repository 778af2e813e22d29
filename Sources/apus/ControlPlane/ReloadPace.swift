/// Keeps reloading from eating a processor while files change all the time: four times as long as a reload took, nothing
/// is reloaded, so that it takes a fifth of a processor at most. What changes meanwhile is read together.
struct ReloadPace {
    private var next = ContinuousClock.now

    /// The time for the next reload has come.
    var isDue: Bool { .now >= next }

    mutating func reload(_ body: () -> Void) {
        let took = ContinuousClock().measure(body)
        next = .now + took * 4
    }
}
