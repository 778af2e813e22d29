import FlowModel

extension FlowJSONDecoder {
    /// A line of a file, and what of its flow has no place in a `Flow`.
    package struct Content: Sendable {
        package let line: FlowJSONLine
        /// Names of members in lowerCamel form, sorted.
        package let dropped: [String]
    }

    /// Reads a line of a file: what `decode` reads, or a flow by itself.
    ///
    /// - Throws: also for an object that is neither.
    package mutating func content(_ line: some Collection<UInt8>) throws(FlowJSONError) -> Content {
        let members = try members(line)
        let read: FlowJSONLine =
            switch members.kind {
            case .response: try decode(line)
            case .bareFlow: .flow(try decodeFlow(line))
            case .other: .other
            case .unknown: throw FlowJSONError(description: "it is neither a flow nor a message of Hubble's")
            }
        return Content(line: read, dropped: members.droppedMembers)
    }
}
