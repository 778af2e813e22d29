import FlowModel

/// The sets that each port leaves standing, in two steps: the page of the port's upper half, and there its lower half.
///
/// Ports vary so much that a search's branches are guessed badly: three loads were faster. 512 bytes a page, and pages
/// that say the same of all their ports are few.
struct PortTable: Sendable {
    private var ranges = RangeTable<UInt16>()
    /// For each upper half, a page. Empty while no set has a condition on ports.
    private var root: [UInt16] = []
    /// Positions in `ranges.words`, 256 a page.
    private var pages: [UInt16] = []

    /// Several restrictions of one set must all hold.
    mutating func restrict(_ set: SetWord, to accepted: Sided<ClosedRange<UInt16>>) {
        if accepted.isEmpty { return }
        ranges.restrict(set, to: accepted)
        (root, pages) = ([], [])
        var uniform: [UInt16: UInt16] = [:]
        for upper in UInt16(0)...255 {
            let (first, last) = (position(upper << 8), position(upper << 8 | 255))
            if first == last, let page = uniform[first] {
                root.append(page)
                continue
            }
            let page = UInt16(pages.count / 256)
            root.append(page)
            if first == last { uniform[first] = page }
            pages += (UInt16(0)...255).map { first == last ? first : position(upper << 8 | $0) }
        }
    }

    private func position(_ port: UInt16) -> UInt16 { UInt16(ranges.position(of: port)) }

    @inline(__always)
    private func word(_ port: UInt16) -> SidedWord {
        let page = Int(root[Int(port >> 8)])
        return ranges.words[Int(pages[page << 8 | Int(port & 255)])]
    }

    @inline(__always)
    func narrow(
        _ candidates: inout Candidates, _ flows: Span<Flow>, by source: (borrowing Flow) -> UInt16,
        _ destination: (borrowing Flow) -> UInt16
    ) {
        if root.isEmpty { return }
        candidates.narrow(flows) { flow in SidedWord.joined(word(source(flow)), word(destination(flow))) }
    }
}
