/// The columns of a block, in their order on disk. A lane is up to 64 bits wide.
///
/// Fields that come together (the address, identity and endpoint of a side; what happened to a packet) are a row of a
/// table that the block has once, and a flow holds the row's number: a few bits stand for up to 24 bytes, and a filter
/// judges each row of the table once instead of each flow.
///
/// The order and content of lanes is the block format: a change needs a new `BlockFormat.version`.
enum Lane: Int, CaseIterable {
    /// Table of facts. Shape: protocol, TCP flags, ICMP type and code, kind, verdict, direction, observation point: a
    /// byte each, in this order from the lowest. Marks: `FlowBits`.
    case shape, marks
    /// Table of contexts: source and destination service; rule; kernel function and reason.
    case services, rule, kernel
    /// Row of a flow in these tables.
    case fact, context

    /// Table of sides: address, and identity and endpoint.
    case high, low, entity
    /// Row of a flow's ends in the table of sides.
    case source, destination

    /// The smaller and the larger port: of the smaller ones there are few. Which is the source's, the marks tell.
    case lowPort, highPort

    case sequence, time, bytes, packets
    /// Index and name.
    case interface
    case networkNamespace, cpu

    static let count = allCases.count

    /// How many rows a lane has: as many as there are flows, or as a table of the group has.
    enum Extent { case flows, firstTable, secondTable }

    var extent: Extent {
        switch self {
        case .shape, .marks, .high, .low, .entity: .firstTable
        case .services, .rule, .kernel: .secondTable
        default: .flows
        }
    }

    var group: BlockGroup {
        switch self {
        case .shape, .marks, .services, .rule, .kernel, .fact, .context: .facts
        case .high, .low, .entity, .source, .destination: .sides
        case .lowPort, .highPort: .ports
        default: .rest
        }
    }

    /// A row of the table that this lane points into is one of so many; nil for other lanes.
    var table: Extent? {
        switch self {
        case .fact, .source, .destination: .firstTable
        case .context: .secondTable
        default: nil
        }
    }
}

extension BlockGroup {
    static let lanes = BlockGroup.allCases.map { group in Lane.allCases.filter { $0.group == group } }
    var lanes: [Lane] { Self.lanes[rawValue] }
}
