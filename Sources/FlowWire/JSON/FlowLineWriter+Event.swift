import FlowModel

// From `reply` to `interface`: what kind of event it was.
extension FlowLineWriter {
    @inline(__always)
    func writeEvent(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        let isReply = flow.shownReply
        if let isReply, isReply, mask.contains(.reply) { writer.write("\"reply\":true,") }
        if mask.contains(.eventType) { writeEventType(flow, line.dropReason, &writer) }
        writeServices(line, &writer)
        if mask.contains(.trafficDirection) { writer.write(line.direction) }
        if flow.kind == .policyVerdict && mask.contains(.policyMatchType) {
            writer.write("\"policy_match_type\":", nonZero: flow.policyMatchType.rawValue)
        }
        writer.write(line.trace)
        if mask.contains(.dropReasonDesc) { writer.write(line.dropReasonDesc) }
        if let isReply, mask.contains(.isReply) {
            if isReply { writer.write("\"is_reply\":true,") } else { writer.write("\"is_reply\":false,") }
        }
        if mask.contains(.interface) { writeInterface(flow, line, &writer) }
    }

    @inline(__always)
    private func writeEventType(_ flow: Flow, _ dropReason: DropReason, _ writer: inout ByteWriter) {
        let type = flow.kind == .kernelDrop ? FlowKind.drop : flow.kind
        writer.write("\"event_type\":{")
        writer.write("\"type\":", nonZero: type.rawValue)
        if type == .drop { writer.write("\"sub_type\":", nonZero: dropReason.rawValue) }
        if type == .trace { writer.write("\"sub_type\":", nonZero: flow.observationPoint.subType) }
        writer.closeObject()
    }

    @inline(__always)
    private func writeServices(_ line: LineFragments, _ writer: inout ByteWriter) {
        if line.sourceService.isRendered {
            writer.write("\"source_service\":")
            writer.write(line.sourceService)
        }
        if line.destinationService.isRendered {
            writer.write("\"destination_service\":")
            writer.write(line.destinationService)
        }
    }

    /// Of the interface at which a trace was made, or the kernel dropped the packet.
    @inline(__always)
    private func writeInterface(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        let isTold =
            flow.interfaceIndex != 0
            ? flow.kind == .trace || flow.kind == .kernelDrop
            : flow.interfaceName != 0 && flow.kind == .kernelDrop
        guard isTold else { return }
        writer.write("\"interface\":{")
        writer.write("\"index\":", nonZero: flow.interfaceIndex)
        if line.interfaceName.isRendered {
            writer.write("\"name\":\"")
            writer.write(line.interfaceName)
            writer.write("\"")
        }
        writer.closeObject()
    }
}
