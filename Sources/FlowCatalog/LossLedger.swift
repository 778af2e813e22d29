package import FlowModel
import Synchronization

/// Every gap that Apus knows of, in the order in which it was noticed: the one source for streams, history and metrics.
///
/// Any thread. Bounded: keeps the newest `capacity` entries; totals are exact for ever.
package final class LossLedger: Sendable {
    private struct State {
        var entries: [LostEvent] = []
        var firstIndex = 0
        var totals: [LossPlace: UInt64] = [:]
    }

    package static let capacity = 4_096

    private let state = Mutex(State())
    private let published = Atomic(0)

    package init() {}

    /// Number of entries ever recorded: a reader's cursor. One atomic load.
    package var count: Int { published.load(ordering: .acquiring) }

    package func record(_ loss: LostEvent) {
        guard loss.count > 0 else { return }
        state.withLock { state in
            state.entries.append(loss)
            state.totals[loss.place, default: 0] += loss.count
            if state.entries.count > Self.capacity {
                state.entries.removeFirst(Self.capacity / 2)
                state.firstIndex += Self.capacity / 2
            }
            published.store(state.firstIndex + state.entries.count, ordering: .releasing)
        }
    }

    /// The entries from a cursor on, as far as they are kept; moves the cursor to the end.
    package func entries(from cursor: inout Int) -> [LostEvent] {
        state.withLock { state in
            let start = max(cursor - state.firstIndex, 0)
            cursor = state.firstIndex + state.entries.count
            return start < state.entries.count ? Array(state.entries[start...]) : []
        }
    }

    /// Flows lost so far at each place that lost any.
    package func totals() -> [LossPlace: UInt64] { state.withLock { $0.totals } }
}
