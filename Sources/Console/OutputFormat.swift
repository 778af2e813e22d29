/// How flows are shown.
package enum OutputFormat: String, CaseIterable, Sendable {
    /// One line a flow.
    case compact
    /// A block of named lines a flow.
    case dict
    /// Aligned columns; shown when all flows are known.
    case table
    /// One `GetFlowsResponse` a line.
    case json
    /// The same; Hubble's older name of it.
    case jsonpb
}

/// When text is coloured.
package enum ColourMode: String, CaseIterable, Sendable {
    case auto, always, never

    /// - Parameters:
    ///   - isTerminal: whether the output is one.
    ///   - noColour: the environment's `NO_COLOR`; any text but an empty one switches `auto` off (no-color.org).
    package func isColoured(isTerminal: Bool, noColour: String?) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: isTerminal && (noColour ?? "").isEmpty
        }
    }
}

/// How times are written, always in UTC.
package enum TimeLayout: String, CaseIterable, Sendable {
    /// `Mar 14 09:26:53.589`
    case stampMilli = "StampMilli"
    /// `2026-03-14T09:26:53Z`
    case rfc3339 = "RFC3339"
    /// `2026-03-14T09:26:53.589Z`
    case rfc3339Milli = "RFC3339Milli"
    /// `2026-03-14T09:26:53.589793Z`
    case rfc3339Micro = "RFC3339Micro"
    /// `2026-03-14T09:26:53.589793238Z`
    case rfc3339Nano = "RFC3339Nano"
}

/// What the text formats show beyond the bare flow.
package struct PrinterOptions: Sendable {
    package var time = TimeLayout.stampMilli
    /// Names the node of each flow.
    package var showsNode = false
    /// Addresses instead of names of pods and services.
    package var isNumeric = false
    /// Names the policies after a policy verdict.
    package var showsPolicyNames = false

    package init() {}
}
