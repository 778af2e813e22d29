package import FlowModel

/// Writes flows as `observer.GetFlowsResponse` in protobuf's wire format.
///
/// A value of one thread. A flow costs between one and two hundred nanoseconds and, once the buffer is large enough and
/// the names are rendered, no allocation. Every field that JSON has is there, with the same meaning.
package struct FlowProtobufEncoder: Sendable {
    private let context: FlowJSONContext
    private let mask: FlowFieldMask
    private let uuid: FlowUUID
    private var fragments: ProtobufFragments

    /// - Parameters:
    ///   - compatibility: `.hubble` leaves `apus` out.
    ///   - mask: what is not in it costs nothing.
    package init(
        _ context: FlowJSONContext, compatibility: FlowJSONCompatibility = .apus, mask: FlowFieldMask = .all
    ) {
        self.context = context
        self.mask =
            compatibility == .apus ? mask : FlowFieldMask(rawValue: mask.rawValue & ~FlowFieldMask.apus.rawValue)
        uuid = FlowUUID(storeID: context.storeID)
        fragments = ProtobufFragments(context, mask)
    }

    /// Appends one message, without a length or a frame before it.
    package mutating func append(_ flow: Flow, to buffer: inout [UInt8]) {
        // Names of a cluster that changes would pile up.
        if fragments.text.isFull { fragments = ProtobufFragments(context, mask) }
        let message = FlowMessageWriter(flow, mask, uuid, &fragments)
        buffer.append(room: message.parts.room, fragments.text) { writer in message.write(to: &writer) }
    }

    /// A message for a gap. Its time is that of the last moment at which the loss was noticed.
    package func append(_ lost: LostEvent, to buffer: inout [UInt8]) {
        buffer.append(3) { event in
            event.append(1, nonZero: lost.place.hubbleNumber)
            event.append(2, nonZero: lost.count)
            // Hubble gives every gap but that of an overtaken reader a processor, its queue's being 0.
            if lost.place.hubbleName != "HUBBLE_RING_BUFFER" { event.append(3) { _ in } }
            if lost.firstNanoseconds != 0 { event.append(4, timeNanoseconds: lost.firstNanoseconds) }
            if lost.lastNanoseconds != 0 { event.append(5, timeNanoseconds: lost.lastNanoseconds) }
            if mask.contains(.apus) { event.append(200_000) { $0.append(1, nonEmpty: lost.place.rawValue) } }
        }
        buffer.append(1000, nonEmpty: context.nodeName)
        buffer.append(1001, timeNanoseconds: lost.lastNanoseconds)
    }
}

extension LossPlace {
    /// `flow.LostEventSource`.
    fileprivate var hubbleNumber: UInt64 {
        switch hubbleName {
        case "PERF_EVENT_RING_BUFFER": 1
        case "OBSERVER_EVENTS_QUEUE": 2
        case "HUBBLE_RING_BUFFER": 3
        default: 0
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ field: UInt32, timeNanoseconds: UInt64) {
        append(field) { time in
            time.append(1, nonZero: timeNanoseconds / 1_000_000_000)
            time.append(2, nonZero: timeNanoseconds % 1_000_000_000)
        }
    }
}
