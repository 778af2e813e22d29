import FlowCatalog
import Synchronization

/// The elements of a catalog table as JSON, each rendered once for all encoders.
final class RenderedTable<Element: Hashable & Sendable, Rendering: Sendable>: Sendable {
    private let table: CatalogTable<Element>
    private let render: @Sendable (Element) -> Rendering
    private let renderings = Mutex<[Rendering]>([])

    init(_ table: CatalogTable<Element>, _ render: @escaping @Sendable (Element) -> Rendering) {
        self.table = table
        self.render = render
    }

    /// The renderings of all elements that the table has now, at their indices. Who looks up keeps the array, and comes
    /// again for an index that lies beyond it.
    func all() -> [Rendering] {
        renderings.withLock { renderings in
            let missing = table.elements().dropFirst(renderings.count)
            renderings.append(contentsOf: missing.map(render))
            return renderings
        }
    }
}

/// One encoder's own view of a rendered table: look-ups take no lock.
struct RenderedView<Element: Hashable & Sendable, Rendering: Sendable> {
    private let table: RenderedTable<Element, Rendering>
    private var renderings: [Rendering]

    init(_ table: RenderedTable<Element, Rendering>) {
        self.table = table
        renderings = table.all()
    }

    /// An index that the catalog does not have stands for its element 0, "none or unknown".
    subscript(index: UInt32) -> Rendering {
        mutating get {
            if Int(index) >= renderings.count { renderings = table.all() }
            return renderings[Int(index) < renderings.count ? Int(index) : 0]
        }
    }
}
