/// Whose flows a request is about, for filters that name a node or a single flow.
package struct FlowOrigin: Sendable {
    /// nil: the flows are read from a file, and each tells its own.
    package let nodeName: String?
    /// The sequence of the flow that has an identifier; nil if none can have it.
    package let sequence: @Sendable (_ uuid: String) -> UInt64?

    package init(nodeName: String, sequenceOfUUID sequence: @escaping @Sendable (String) -> UInt64?) {
        self.nodeName = nodeName
        self.sequence = sequence
    }

    /// Flows that are read from a file, with details (`FlowDetails`).
    package static let file = FlowOrigin()

    private init() {
        nodeName = nil
        sequence = { _ in nil }
    }

    /// For requests that are only checked.
    package static let unknown = FlowOrigin(nodeName: "", sequenceOfUUID: { _ in nil })
}
