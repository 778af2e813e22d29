import FlowModel

// `Summary`, and the member `apus`: what Hubble has no field for.
extension FlowLineWriter {
    /// A kernel drop's summary also says why and where in the kernel: clients of Hubble see it nowhere else.
    @inline(__always)
    func writeSummary(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        guard mask.contains(.summary) else { return }
        writer.write("\"Summary\":\"")
        writer.write(line.summary)
        if flow.kind == .kernelDrop {
            writer.write("; kernel drop ")
            writer.write(line.kernelReason)
            if line.kernelFunction.isRendered {
                writer.write(" in ")
                writer.write(line.kernelFunction)
            }
        }
        writer.write("\",")
    }

    /// Left out if it has no members.
    @inline(__always)
    func writeApus(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        writer.write("\"apus\":{")
        if flow.kind == .kernelDrop { writeKernelDrop(flow, line, &writer) }
        writer.write(line.rule)
        if flow.isDefaultDeny { writer.write("\"default_deny\":true,") }
        writer.write(line.nearestRule)
        writer.write("\"packets\":", nonZero: flow.packets)
        writer.write("\"bytes\":\"", nonZeroText: flow.bytes)
        writer.write("\"sequence\":\"", nonZeroText: flow.sequence)
        writeUnknownNames(flow, &writer)
        if writer.last == UInt8(ascii: "{") { writer.remove("\"apus\":{".utf8.count) } else { writer.closeObject() }
    }

    @inline(never)
    private func writeKernelDrop(_ flow: Flow, _ line: LineFragments, _ writer: inout ByteWriter) {
        writer.write("\"kernel_drop_reason\":\"")
        writer.write(line.kernelReason)
        writer.write("\",")
        if line.kernelFunction.isRendered {
            writer.write("\"kernel_function\":\"")
            writer.write(line.kernelFunction)
            writer.write("\",")
        }
        writer.write("\"network_namespace\":", nonZero: flow.networkNamespace)
    }

    @inline(__always)
    private func writeUnknownNames(_ flow: Flow, _ writer: inout ByteWriter) {
        if flow.unknownNames == UnknownNames() { return }
        if let name = flow.unknownNames.source.jsonName {
            writer.write("\"source_unknown\":\"")
            writer.write(name)
            writer.write("\",")
        }
        if let name = flow.unknownNames.destination.jsonName {
            writer.write("\"destination_unknown\":\"")
            writer.write(name)
            writer.write("\",")
        }
    }
}

extension ByteWriter {
    /// A 64-bit number, which JSON has as text.
    @inline(__always)
    fileprivate mutating func write(_ keyAndQuote: StaticString, nonZeroText value: UInt64) {
        if value == 0 { return }
        write(keyAndQuote)
        write(decimal: value)
        write("\",")
    }
}

extension UnknownNames.Reason {
    /// As an enumeration of protobuf would be named; nil when the name is known.
    package var jsonName: StaticString? {
        switch self {
        case .none: nil
        case .addressNotInDirectory: "ADDRESS_NOT_IN_DIRECTORY"
        case .reserved: "RESERVED"
        case .noAddress: "NO_ADDRESS"
        case .nameDamaged: "NAME_DAMAGED"
        }
    }
}
