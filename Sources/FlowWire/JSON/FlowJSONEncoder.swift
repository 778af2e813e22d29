package import FlowModel

/// Writes flows as Hubble's JSON, one `GetFlowsResponse` a line.
///
/// A value of one thread. A flow costs some 200 nanoseconds and, once the buffer is large enough and its names have been
/// met, no allocation. Keys stand in the order of the messages' declarations, values at zero are left out, 64-bit numbers
/// are strings.
package struct FlowJSONEncoder: Sendable {
    let mask: FlowFieldMask
    private let compatibility: FlowJSONCompatibility
    private var fragments: FlowFragments
    var time = TimestampText()
    let uuid: FlowUUID

    /// - Parameter mask: the fields of a flow that are written; what is left out costs nothing.
    package init(
        _ context: FlowJSONContext, compatibility: FlowJSONCompatibility = .apus, mask: FlowFieldMask = .all
    ) {
        self.mask = compatibility == .apus ? mask : mask.subtracting(.apus)
        self.compatibility = compatibility
        fragments = FlowFragments(context, self.mask)
        uuid = FlowUUID(storeID: context.storeID)
    }

    package mutating func append(_ flow: Flow, to buffer: inout [UInt8]) {
        if mask.contains(.time) { time.update(nanoseconds: flow.timeNanoseconds) }
        let line = fragments.line(flow)
        buffer.append(room: line.room, fragments.text) { writer in write(flow, line, &writer) }
    }

    @inline(__always)
    private func write(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
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

    /// A line for a gap, which no mask applies to. Its time is that of the last moment at which the loss was noticed.
    package mutating func append(_ lost: LostEvent, to buffer: inout [UInt8]) {
        buffer.append(text: "{\"lost_events\":{\"source\":\"\(lost.place.hubbleName)\",")
        if lost.count > 0 { buffer.append(member: "num_events_lost", literal: "\"\(lost.count)\"") }
        // Hubble gives every gap but that of an overtaken reader a processor, its queue's being 0.
        if lost.place.hubbleName != "HUBBLE_RING_BUFFER" { buffer.append(member: "cpu", literal: "0") }
        for (key, moment) in [("\"first\":\"", lost.firstNanoseconds), ("\"last\":\"", lost.lastNanoseconds)]
        where moment != 0 {
            time.update(nanoseconds: moment)
            buffer.append(text: key)
            buffer.append(room: TimestampText.room, fragments.text) { time.write(to: &$0) }
            buffer.append(text: "\",")
        }
        if compatibility == .apus { buffer.append(member: "apus", literal: "{\"place\":\"\(lost.place.rawValue)\"}") }
        buffer.closeObject()
        buffer.append(UInt8(ascii: ","))
        time.update(nanoseconds: lost.lastNanoseconds)
        buffer.append(room: fragments.constants.room, fragments.text) { writer in
            writeEnd(hasNode: true, hasTime: true, &writer)
        }
    }

    /// From the end of `flow`, or of `lost_events`: the response's own fields.
    @inline(__always)
    private func writeEnd(hasNode: Bool, hasTime: Bool, _ writer: inout ByteWriter) {
        if hasNode { writer.write(fragments.constants.node) }
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
        if mask.contains(.emitter) { writer.write(fragments.constants.emitter) }
        if mask.contains(.verdict) { writer.write(line.verdict) }
        if mask.contains(.dropReason) { writer.write("\"drop_reason\":", nonZero: line.dropReason.rawValue) }
    }

    /// Of a flow with an IP header both sides are told, even if nothing is known of them.
    @inline(__always)
    private func writeEndpoints(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
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
        writer.write(fragments.constants.typeAndNode)
        writer.write(line.sourceNames)
        writer.write(line.destinationNames)
    }
}
