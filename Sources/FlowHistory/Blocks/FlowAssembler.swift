import FlowModel

/// Turns rows of an open block into flows. Keeps its scratch memory.
struct FlowAssembler {
    /// Rows that are unpacked together, so that their lanes stay in the first-level cache.
    private static let tile = 256
    private static let lanes = Lane.allCases.filter { $0.extent == .flows }
    private static let tableLanes = Lane.allCases.filter { $0.extent != .flows }
    private var scratch = [UInt64](repeating: 0, count: Self.tile * Lane.count)
    private var picked = PickedRows()
    /// Of a block of which fewer flows than one in so many are wanted, tables are not unpacked.
    private static let fewRows = 64

    /// The flows of the given rows, which rise; all groups are open.
    mutating func flows(rows: [Int], of block: inout BlockDecoder) -> [Flow] {
        var flows: [Flow] = []
        flows.reserveCapacity(rows.count)
        if rows.count * Self.fewRows < block.flowCount {
            for start in stride(from: 0, to: rows.count, by: PickedRows.most) {
                appendFew(rows[start..<min(start + PickedRows.most, rows.count)], of: block, to: &flows)
            }
            return flows
        }
        for lane in Self.tableLanes { block.unpackTable(lane) }
        var next = 0
        while next < rows.count {
            let start = rows[next] & ~(Self.tile - 1)
            var end = next
            while end < rows.count && rows[end] < start + Self.tile { end += 1 }
            append(rows[next..<end], tileStart: start, of: block, to: &flows)
            next = end
        }
        return flows
    }

    /// Unpacks the whole tile when many of its rows are wanted, and otherwise picks out the single values.
    private mutating func append(
        _ rows: ArraySlice<Int>, tileStart: Int, of block: BlockDecoder, to flows: inout [Flow]
    ) {
        let isDense = rows.count > Self.tile / 8
        if isDense {
            let tileRows = tileStart..<min(tileStart + Self.tile, block.flowCount)
            for lane in Self.lanes {
                var values = scratch.mutableSpan
                block.unpack(lane, rows: tileRows, into: &values, at: lane.rawValue * Self.tile)
            }
        }
        for row in rows {
            if !isDense {
                for lane in Self.lanes {
                    scratch[lane.rawValue * Self.tile + row - tileStart] = block.value(lane, row: row)
                }
            }
            let values = scratch.span
            let flow = Self.flow {
                values[$0.rawValue &* Self.tile &+ row &- tileStart]
            } entry: {
                block.tables[$0.rawValue][
                    Int(truncatingIfNeeded: values[$1.rawValue &* Self.tile &+ row &- tileStart])]
            }
            flows.append(flow)
        }
    }

    private mutating func appendFew(_ rows: ArraySlice<Int>, of block: BlockDecoder, to flows: inout [Flow]) {
        picked.pick(rows, of: block)
        for place in 0..<rows.count {
            flows.append(
                Self.flow {
                    picked.value($0, place)
                } entry: {
                    picked.entry($0, $1, place)
                })
        }
    }

    /// - Parameters:
    ///   - value: of the row in a lane.
    ///   - entry: of a table's column at the row's index in a lane.
    @inline(__always)
    private static func flow(value get: (Lane) -> UInt64, entry: (Lane, Lane) -> UInt64) -> Flow {
        func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
        func high(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value >> 32) }
        var flow = Flow()
        flow.sequence = get(.sequence)
        flow.timeNanoseconds = get(.time)
        flow.bytes = get(.bytes)
        flow.packets = low(get(.packets))
        flow.source = IPAddress(high: entry(.high, .source), low: entry(.low, .source))
        flow.destination = IPAddress(high: entry(.high, .destination), low: entry(.low, .destination))
        let (source, destination) = (entry(.entity, .source), entry(.entity, .destination))
        (flow.sourceIdentity, flow.sourceEndpoint) = (low(source), high(source))
        (flow.destinationIdentity, flow.destinationEndpoint) = (low(destination), high(destination))
        let (services, kernel) = (entry(.services, .context), entry(.kernel, .context))
        (flow.sourceService, flow.destinationService) = (low(services), high(services))
        flow.rule = low(entry(.rule, .context))
        (flow.kernelFunction, flow.kernelReason) = (low(kernel), high(kernel))
        let interface = get(.interface)
        (flow.interfaceIndex, flow.interfaceName) = (low(interface), high(interface))
        flow.networkNamespace = low(get(.networkNamespace))
        flow.cpu = UInt16(truncatingIfNeeded: get(.cpu))
        FlowBits.setShape(entry(.shape, .fact), of: &flow)
        let marks = entry(.marks, .fact)
        FlowBits.setMarks(marks, of: &flow)
        let ports = (UInt16(truncatingIfNeeded: get(.lowPort)), UInt16(truncatingIfNeeded: get(.highPort)))
        let isSwapped = marks & FlowBits.sourceHasHighPort != 0
        (flow.sourcePort, flow.destinationPort) = isSwapped ? (ports.1, ports.0) : ports
        return flow
    }
}
