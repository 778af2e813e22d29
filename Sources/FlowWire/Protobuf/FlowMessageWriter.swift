import FlowModel

/// Writes the message of one flow: the response's own fields, then the flow, as Hubble does.
struct FlowMessageWriter {
    let flow: Flow
    let mask: FlowFieldMask
    let uuid: FlowUUID
    let parts: FlowMessageParts

    private static let uuidCount: UInt8 = 36

    @inline(__always)
    init(_ flow: Flow, _ mask: FlowFieldMask, _ uuid: FlowUUID, _ fragments: inout ProtobufFragments) {
        self.flow = flow
        self.mask = mask
        self.uuid = uuid
        parts = FlowMessageParts(flow, mask, &fragments)
    }

    @inline(__always)
    func write(to writer: inout ByteWriter) {
        writer.write(parts.responseNode)
        if mask.contains(.time) { writer.write(1001, timeNanoseconds: flow.timeNanoseconds) }
        // Mostly some hundred bytes: a length of two.
        let message = writer.open(1, lengthCount: 2)
        writeHead(to: &writer)
        writeHeaders(to: &writer)
        writeSides(to: &writer)
        writeEvent(to: &writer)
        writeSummary(to: &writer)
        writePolicy(to: &writer)
        if mask.contains(.apus) { writeApus(to: &writer) }
        writer.close(message)
    }

    @inline(__always)
    private func writeHead(to writer: inout ByteWriter) {
        if mask.contains(.time) { writer.write(1, timeNanoseconds: flow.timeNanoseconds) }
        if mask.contains(.uuid) {
            writer.write(ProtobufTag.length(34))
            writer.write(Self.uuidCount)
            uuid.write(sequence: flow.sequence, to: &writer)
        }
        writer.write(parts.constants)
        if mask.contains(.verdict) { writer.write(2, nonZero: flow.verdict.rawValue) }
        if mask.contains(.dropReason) { writer.write(3, nonZero: parts.dropReason.rawValue) }
    }

    /// Of a flow with an IP header both sides are told, even if nothing is known of them.
    @inline(__always)
    private func writeSides(to writer: inout ByteWriter) {
        let hasIP = flow.attributes.contains(.ip)
        if mask.containsAny(.source) && (hasIP || flow.sourceEndpoint != 0 || flow.sourceIdentity != 0) {
            writer.write(8, parts.source, identity: mask.sourceFields.contains(.identity) ? flow.sourceIdentity : 0)
        }
        if mask.containsAny(.destination) && (hasIP || flow.destinationEndpoint != 0 || flow.destinationIdentity != 0) {
            let identity = mask.destinationFields.contains(.identity) ? flow.destinationIdentity : 0
            writer.write(9, parts.destination, identity: identity)
        }
        writer.write(parts.sourceNames)
        writer.write(parts.destinationNames)
        if parts.sourceService.isRendered { writer.write(20, parts.sourceService) }
        if parts.destinationService.isRendered { writer.write(21, parts.destinationService) }
    }
}

extension ByteWriter {
    /// An endpoint, the identity being its last member.
    @inline(__always)
    fileprivate mutating func write(_ field: UInt32, _ endpoint: Fragment, identity: UInt32) {
        let message = open(field, lengthCount: endpoint.count < 1 << 7 - 6 ? 1 : 2)
        write(endpoint)
        write(2, nonZero: identity)
        close(message)
    }
}
