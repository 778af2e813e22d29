import FlowHistory
import FlowModel
import FlowWire
import SQLiteRuntime

extension FlowsColumn {
    /// When and what.
    static let event: [FlowsColumn] = [
        FlowsColumn(
            column: VirtualColumn("time", .text, textOrder: MomentOrder.name), narrowing: .time
        ) { flow, texts, result in
            texts.tellTime(flow.timeNanoseconds, result)
        },
        .integer("time_ns", .timeNanoseconds) { Int64(clamping: $0.timeNanoseconds) },
        .integer("sequence", .sequence) { Int64(clamping: $0.sequence) },
        .text("verdict", .fact { text in Verdict.named(text).map { .verdict($0) } }) { flow, _ in flow.verdict.name },
        .text("type", .fact { text in FlowKind.named(text).map { .kind($0) } }) { flow, _ in flow.kind.name },
        .text("drop_reason", .fact { text in DropReason.named(text).map { .dropReason($0) } }) { flow, _ in
            flow.hasDropReason ? flow.dropReason.text : nil
        },
        .integer(
            "drop_reason_code",
            .number { number in UInt16(exactly: number).map { [.dropReason(DropReason(rawValue: $0))] } ?? [] }
        ) { flow in
            flow.hasDropReason ? Int64(flow.dropReason.rawValue) : nil
        },
        .text("kernel_drop_reason", .kernelReason) { flow, texts in texts.name(flow.kernelReason) },
        .text("kernel_function") { flow, texts in texts.name(flow.kernelFunction) },
        .integer("network_namespace") { $0.networkNamespace == 0 ? nil : Int64($0.networkNamespace) },
        .text("direction", .fact { text in TrafficDirection.named(text).map { .direction($0) } }) { flow, _ in
            flow.direction == .unknown ? nil : flow.direction.name
        },
        .integer("is_reply") { flow in flow.shownReply.map { $0 ? 1 : 0 } },
        .text("trace_reason") { flow, _ in flow.traceReason == .unknown ? nil : flow.traceReason.name },
        .text("observation_point") { flow, _ in
            let point = flow.observationPoint
            return point == .unknown ? nil : point.name ?? "\(point.rawValue)"
        },
    ]
}

extension NamedNumber {
    /// Those whose name is the text: a number that has none is its own.
    static func named(_ text: String) -> [Self] {
        (0...UInt8.max).map { Self(rawValue: $0) }.filter { $0.name == text }
    }
}

extension FlowKind {
    /// As filters name it; the number of one without a name.
    var name: String {
        switch self {
        case .drop: "drop"
        case .trace: "trace"
        case .policyVerdict: "policy-verdict"
        case .kernelDrop: "kernel-drop"
        default: "\(rawValue)"
        }
    }

    static func named(_ text: String) -> [FlowKind] {
        (0...UInt8.max).map { FlowKind(rawValue: $0) }.filter { $0.name == text }
    }
}

extension DropReason {
    /// The number of one without a name.
    var text: String { name ?? "\(rawValue)" }

    static func named(_ text: String) -> [DropReason] {
        let reason = DropReason(name: text) ?? UInt16(text).map { DropReason(rawValue: $0) }
        return reason.map { $0.text == text ? [$0] : [] } ?? []
    }
}

extension Flow {
    var hasDropReason: Bool { verdict == .dropped || dropReason != .unknown }
}
