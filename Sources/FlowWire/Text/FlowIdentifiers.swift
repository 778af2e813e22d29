/// Texts of flows' `uuid`, for those who have sequences only.
package struct FlowIdentifiers: Sendable {
    private let uuid: FlowUUID

    /// - Parameter storeID: 16 bytes; see `FlowJSONContext`.
    package init(storeID: [UInt8]) { uuid = FlowUUID(storeID: storeID) }

    package func text(sequence: UInt64) -> String {
        var bytes: [UInt8] = []
        bytes.append(room: 64, FragmentText()) { writer in uuid.write(sequence: sequence, to: &writer) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
