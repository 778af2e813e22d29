import FlowModel

/// How a flow's line is written from its fragments, in the order of the line.
///
/// Plain values only: copying it counts no reference.
struct FlowLineWriter: BitwiseCopyable, Sendable {
    let mask: FlowFieldMask
    let uuid: FlowUUID
    let constants: LineConstants
    var time = TimestampText()

    init(mask: FlowFieldMask, uuid: FlowUUID, constants: LineConstants) {
        (self.mask, self.uuid, self.constants) = (mask, uuid, constants)
    }

    @inline(__always)
    func write(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        writer.write("{\"flow\":{")
        writeHead(flow, line, &writer)
        writeHeaders(flow, line, &writer)
        writeEndpoints(flow, line, &writer)
        writeEvent(flow, line, &writer)
        writeSummary(flow, line, &writer)
        writer.write(line.policyList)
        if mask.contains(.apus) { writeApus(flow, line, &writer) }
        writer.closeObject()
        writeEnd(hasNode: mask.contains(.nodeName), hasTime: mask.contains(.time), &writer)
    }

    /// From the end of `flow`, or of `lost_events`: the response's own fields.
    @inline(__always)
    func writeEnd(hasNode: Bool, hasTime: Bool, _ writer: inout ByteWriter) {
        if hasNode { writer.write(constants.node) }
        if hasTime { writeTime(&writer) }
        writer.closeObject()
        writer.remove(1)
        writer.write("\n")
    }

    @inline(__always)
    private func writeTime(_ writer: inout ByteWriter) {
        writer.write("\"time\":\"")
        time.write(to: &writer)
        writer.write("\",")
    }

    /// From `time` to `drop_reason`.
    @inline(__always)
    private func writeHead(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        if mask.contains(.time) { writeTime(&writer) }
        if mask.contains(.uuid) {
            writer.write("\"uuid\":\"")
            uuid.write(sequence: flow.sequence, to: &writer)
            writer.write("\",")
        }
        if mask.contains(.emitter) { writer.write(constants.emitter) }
        if mask.contains(.verdict) { writer.write(line.verdict) }
        if mask.contains(.dropReason) { writer.write("\"drop_reason\":", nonZero: line.dropReason.rawValue) }
    }

    /// Of a flow with an IP header both sides are told, even if nothing is known of them.
    @inline(__always)
    func writeEndpoints(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        let hasIP = flow.attributes.contains(.ip)
        let (source, destination) = (mask.sourceFields, mask.destinationFields)
        if !source.isEmpty && (hasIP || flow.sourceEndpoint != 0 || flow.sourceIdentity != 0) {
            writer.write("\"source\":")
            writer.write(line.sourceHead)
            if source.contains(.identity) { writer.write("\"identity\":", nonZero: flow.sourceIdentity) }
            writer.write(line.sourceTail)
            writer.closeObject()
        }
        if !destination.isEmpty && (hasIP || flow.destinationEndpoint != 0 || flow.destinationIdentity != 0) {
            writer.write("\"destination\":")
            writer.write(line.destinationHead)
            if destination.contains(.identity) { writer.write("\"identity\":", nonZero: flow.destinationIdentity) }
            writer.write(line.destinationTail)
            writer.closeObject()
        }
        writer.write(constants.typeAndNode)
        writer.write(line.sourceNames)
        writer.write(line.destinationNames)
    }
}
