import FlowModel

// What kind of event it was.
extension FlowMessageWriter {
    @inline(__always)
    func writeEvent(to writer: inout ByteWriter) {
        let isReply = flow.shownReply
        if mask.contains(.reply) { writer.write(16, trueOnly: isReply == true) }
        if mask.contains(.eventType) { writeEventType(to: &writer) }
        if mask.contains(.trafficDirection) { writer.write(22, nonZero: flow.direction.rawValue) }
        if flow.kind == .policyVerdict && mask.contains(.policyMatchType) {
            writer.write(23, nonZero: flow.policyMatchType.rawValue)
        }
        if flow.kind == .trace {
            if mask.contains(.traceObservationPoint) { writer.write(24, nonZero: flow.observationPoint.rawValue) }
            if mask.contains(.traceReason) { writer.write(36, nonZero: flow.traceReason.rawValue) }
        }
        if mask.contains(.dropReasonDesc) { writer.write(25, nonZero: parts.dropReason.rawValue) }
        if let isReply, mask.contains(.isReply) {
            let wrapper = writer.open(26)
            writer.write(1, trueOnly: isReply)
            writer.close(wrapper)
        }
        if flow.showsInterface && mask.contains(.interface) { writeInterface(to: &writer) }
    }

    @inline(__always)
    private func writeEventType(to writer: inout ByteWriter) {
        let message = writer.open(19)
        writer.write(1, nonZero: flow.kind == .kernelDrop ? FlowKind.drop.rawValue : flow.kind.rawValue)
        if flow.isDrop { writer.write(2, nonZero: parts.dropReason.rawValue) }
        if flow.kind == .trace { writer.write(2, nonZero: flow.observationPoint.subType) }
        writer.close(message)
    }

    @inline(__always)
    private func writeInterface(to writer: inout ByteWriter) {
        let message = writer.open(28)
        writer.write(1, nonZero: flow.interfaceIndex)
        if parts.interfaceName.count > 0 { writer.write(2, parts.interfaceName) }
        writer.close(message)
    }
}
