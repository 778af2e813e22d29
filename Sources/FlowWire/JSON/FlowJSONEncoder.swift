package import FlowModel

/// Writes flows as Hubble's JSON, one `GetFlowsResponse` a line.
///
/// A value of one thread. A flow costs some 250 nanoseconds and, once the buffer is large enough and its names have been
/// met, no allocation. Keys stand in the order of the messages' declarations, values at zero are left out, 64-bit numbers
/// are strings.
package struct FlowJSONEncoder: Sendable {
    private let compatibility: FlowJSONCompatibility
    private var fragments: FlowFragments
    private var line: FlowLineWriter

    /// - Parameter mask: the fields of a flow that are written; what is left out costs nothing.
    package init(
        _ context: FlowJSONContext, compatibility: FlowJSONCompatibility = .apus, mask: FlowFieldMask = .all
    ) {
        let mask = compatibility == .apus ? mask : mask.subtracting(.apus)
        self.compatibility = compatibility
        fragments = FlowFragments(context, mask)
        line = FlowLineWriter(mask: mask, uuid: FlowUUID(storeID: context.storeID), constants: fragments.constants)
    }

    package mutating func append(_ flow: Flow, to buffer: inout [UInt8]) {
        let found = fragments.line(flow)
        line.time.update(nanoseconds: flow.timeNanoseconds)
        // A copy, so that writing reaches for nothing that it would have to hold on to.
        let line = self.line
        buffer.append(room: found.room, fragments.text) { writer in line.write(flow, found, &writer) }
    }

    package mutating func append(_ flows: [Flow], to buffer: inout [UInt8]) {
        for flow in flows { append(flow, to: &buffer) }
    }

    /// A line for a gap, which no mask applies to. Its time is that of the last moment at which the loss was noticed.
    package mutating func append(_ lost: LostEvent, to buffer: inout [UInt8]) {
        buffer.append(text: "{\"lost_events\":{\"source\":\"\(lost.place.hubbleName)\",")
        if lost.count > 0 { buffer.append(member: "num_events_lost", literal: "\"\(lost.count)\"") }
        // Hubble gives every gap but that of an overtaken reader a processor, its queue's being 0.
        if lost.place.hubbleName != "HUBBLE_RING_BUFFER" { buffer.append(member: "cpu", literal: "0") }
        for (key, moment) in [("\"first\":\"", lost.firstNanoseconds), ("\"last\":\"", lost.lastNanoseconds)]
        where moment != 0 {
            line.time.update(nanoseconds: moment)
            buffer.append(text: key)
            buffer.append(room: TimestampText.room, fragments.text) { line.time.write(to: &$0) }
            buffer.append(text: "\",")
        }
        if compatibility == .apus { buffer.append(member: "apus", literal: "{\"place\":\"\(lost.place.rawValue)\"}") }
        buffer.closeObject()
        buffer.append(UInt8(ascii: ","))
        line.time.update(nanoseconds: lost.lastNanoseconds)
        buffer.append(room: fragments.constants.room, fragments.text) { writer in
            line.writeEnd(hasNode: true, hasTime: true, &writer)
        }
    }
}
