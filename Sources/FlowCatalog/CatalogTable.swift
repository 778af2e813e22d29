import Synchronization

/// An append-only table of distinct values: an index, once given, keeps its meaning for good.
///
/// Any thread may intern and read. The data plane holds indices only; who renders takes `elements()` once and looks up
/// there without a lock, and takes it again when an index lies beyond it.
package final class CatalogTable<Element: Hashable & Sendable>: Sendable {
    private struct State {
        var elements: [Element]
        var indices: [Element: UInt32]
        var reserved = ReservedIndices()
    }

    private let state: Mutex<State>
    private let published: Atomic<Int>
    private let reservations = Atomic(0)

    /// - Parameter placeholder: the element of index 0, which stands for "none or unknown".
    package init(placeholder: Element) {
        state = Mutex(State(elements: [placeholder], indices: [placeholder: 0]))
        published = Atomic(1)
    }

    /// Number of elements, the placeholder included; only ever rises.
    package var count: Int { published.load(ordering: .acquiring) }

    /// The element's index; appends it if it is new.
    package func intern(_ element: Element) -> UInt32 {
        state.withLock { state in
            if let index = state.indices[element] { return index }
            let index = UInt32(state.elements.count)
            state.elements.append(element)
            state.indices[element] = index
            published.store(state.elements.count, ordering: .releasing)
            return index
        }
    }

    /// Gives the next indices to elements that are not known any more; those that were given before keep what they have.
    ///
    /// - Parameters:
    ///   - end: one beyond the last index.
    ///   - element: what then stands there; it is never found there by `intern`.
    package func reserve(upTo end: UInt32, as element: Element) {
        state.withLock { state in
            let first = state.elements.count
            guard first < Int(end) else { return }
            for index in first..<Int(end) {
                state.reserved.insert(UInt32(index))
                state.elements.append(element)
            }
            published.store(state.elements.count, ordering: .releasing)
            reservations.add(Int(end) - first, ordering: .releasing)
        }
    }

    /// How many indices are reserved. One atomic load.
    package var reservedCount: Int { reservations.load(ordering: .acquiring) }

    /// The indices of elements that are not known any more.
    package func reserved() -> ReservedIndices { state.withLock { $0.reserved } }

    /// All elements at their indices, as of now.
    package func elements() -> [Element] { state.withLock { $0.elements } }

    package subscript(index: UInt32) -> Element? {
        state.withLock { Int(index) < $0.elements.count ? $0.elements[Int(index)] : nil }
    }
}
