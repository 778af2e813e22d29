import FlowModel

/// What a flow's summary is by its headers, to tell whether a line says just that.
struct SummaryTexts: Sendable {
    /// By TCP's flags.
    private let tcp: [[UInt8]] = (0...UInt8.max).map { number in
        var flow = Flow()
        flow.attributes = [.ip, .layer4]
        flow.ipProtocol = .tcp
        flow.tcpFlags = TCPFlags(rawValue: number)
        return Array(FlowSummary.text(flow).utf8)
    }

    @inline(__always)
    func says(_ line: Span<UInt8>, _ range: Range<Int>, _ flow: Flow) -> Bool {
        guard flow.attributes.contains(.layer4), flow.ipProtocol == .tcp else { return saysOther(line, range, flow) }
        let text = tcp[Int(flow.tcpFlags.rawValue)]
        return text.count == range.count && line.holds(text.span, at: range.lowerBound)
    }

    private func saysOther(_ line: Span<UInt8>, _ range: Range<Int>, _ flow: Flow) -> Bool {
        var text = FlowSummary.text(flow)
        return text.withUTF8 { unsafe $0.count == range.count && line.holds($0.span, at: range.lowerBound) }
    }

    func isEmpty(_ flow: Flow) -> Bool { FlowSummary.text(flow).isEmpty }
}
