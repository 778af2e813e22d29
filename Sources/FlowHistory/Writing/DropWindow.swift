import FlowModel

/// Dropped flows that are in blocks, or about to be, and not yet in a block of drops.
///
/// A commit that fails must leave it as it was, so what it takes in and gives away counts only when it has succeeded.
struct DropWindow: Sendable {
    private(set) var flows: [Flow] = []
    /// So many were there before the running commit.
    private var settled = 0
    /// So many have found their block in it.
    private(set) var written = 0
    /// Blocks since drops were last written.
    var blocks = 0

    /// A block of drops is written after so many blocks at the latest: so many a query for drops may have to read.
    static let mostBlocks = 64

    /// Drops that a block brings at most: one with more keeps them alone. While there is room for so many, the next block's
    /// fit into a block of drops that is no larger than others.
    static func most(inBlockOf flows: Int) -> Int { flows / Zone.copiedShare }

    init(_ flows: [Flow] = [], blocks: Int = 0) {
        self.flows = flows
        self.blocks = blocks
        settled = flows.count
    }

    var waiting: Range<Int> { written..<flows.count }

    mutating func take(_ block: Span<Flow>) {
        for index in 0..<block.count where block[index].verdict == .dropped { flows.append(block[index]) }
    }

    mutating func noteWritten() {
        written = flows.count
        blocks = 0
    }

    mutating func commit() {
        flows.removeFirst(written)
        (settled, written) = (flows.count, 0)
    }

    mutating func rollBack() {
        flows.removeLast(flows.count - settled)
        written = 0
    }
}
