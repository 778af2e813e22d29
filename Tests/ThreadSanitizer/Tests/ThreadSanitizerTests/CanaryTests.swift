import SystemRuntime
import Testing

@Suite struct CanaryTests {
    @Test("The sanitizer is on: a race on purpose is reported, and fails the process")
    func race() async throws {
        let result = try await #require(
            processExitsWith: .exitCode(66), observing: [\.standardErrorContent]
        ) {
            let counter = Counter()
            let threads = (0..<2).map { _ in NamedThread("racer") { counter.increment() } }
            for thread in threads { thread.join() }
        }
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("WARNING: ThreadSanitizer"))
    }
}

/// @unchecked, and wrongly so: two threads count without asking each other.
@safe private final class Counter: @unchecked Sendable {
    private let value: UnsafeMutablePointer<Int>

    init() {
        unsafe value = .allocate(capacity: 1)
        unsafe value.initialize(to: 0)
    }

    deinit { unsafe value.deallocate() }

    func increment() { unsafe value.pointee += 1 }
}
