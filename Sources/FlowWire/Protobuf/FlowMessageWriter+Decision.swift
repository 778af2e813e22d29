import FlowModel

// `Summary`, the policies that let the packet through or stopped it, and `apus`.
extension FlowMessageWriter {
    /// A kernel drop's summary also says why and where in the kernel: clients of Hubble see it nowhere else.
    @inline(__always)
    func writeSummary(to writer: inout ByteWriter) {
        guard mask.contains(.summary) else { return }
        if flow.kind != .kernelDrop { return writer.write(100_000, parts.summary) }
        let text = writer.open(100_000)
        writer.write(parts.summary)
        writer.write("; kernel drop ")
        writer.write(parts.kernelReason)
        if parts.kernelFunction.isRendered {
            writer.write(" in ")
            writer.write(parts.kernelFunction)
        }
        writer.close(text)
    }

    /// One of the four `*_by` lists, with the rule that decided a verdict or a drop.
    @inline(__always)
    func writePolicy(to writer: inout ByteWriter) {
        guard parts.policy.count != 0 else { return }
        let isAllowed = flow.kind == .policyVerdict && (flow.verdict == .forwarded || flow.verdict == .redirected)
        guard isAllowed || flow.isDeniedByPolicy else { return }
        switch (parts.direction == .egress, isAllowed) {
        case (true, true): if mask.contains(.egressAllowedBy) { writer.write(21_001, parts.policy) }
        case (false, true): if mask.contains(.ingressAllowedBy) { writer.write(21_002, parts.policy) }
        case (true, false): if mask.contains(.egressDeniedBy) { writer.write(21_004, parts.policy) }
        case (false, false): if mask.contains(.ingressDeniedBy) { writer.write(21_005, parts.policy) }
        }
    }

    /// What Hubble has no field for; without members it is left out.
    @inline(__always)
    func writeApus(to writer: inout ByteWriter) {
        let start = writer.count
        let message = writer.open(200_000)
        let empty = writer.count
        if flow.kind == .kernelDrop { writeKernel(to: &writer) }
        writer.write(parts.rule)
        writer.write(5, trueOnly: flow.isDefaultDeny)
        writer.write(parts.nearestRule)
        writer.write(6, nonZero: flow.packets)
        writer.write(7, nonZero: flow.bytes)
        writer.write(8, nonZero: flow.sequence)
        writer.write(9, nonZero: flow.unknownNames.source.rawValue)
        writer.write(10, nonZero: flow.unknownNames.destination.rawValue)
        if writer.count == empty { return writer.remove(empty - start) }
        writer.close(message)
    }

    private func writeKernel(to writer: inout ByteWriter) {
        writer.write(1, parts.kernelReason)
        if parts.kernelFunction.count > 0 { writer.write(2, parts.kernelFunction) }
        writer.write(3, nonZero: flow.networkNamespace)
    }
}
