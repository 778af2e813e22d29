package import FlowCatalog
package import FlowModel
import FoundationEssentials

/// What one line of JSON held.
package enum FlowJSONLine: Sendable {
    case flow(Flow)
    case lost(LostEvent)
    /// A message of a kind that Apus does not use, such as a node's status.
    case other
}

/// A line that is not a `GetFlowsResponse`.
package struct FlowJSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where in the message, and what is wrong there.
    package let description: String
}

/// Reads what `FlowJSONEncoder` or Hubble wrote, names interned into a catalog of the reader's own.
///
/// Protobuf's names and their lowerCamel forms are both accepted, numbers as numbers or strings, enumerations by name
/// or
/// number; unknown members are skipped, unknown names of enumerations count as unset. For readers at the edge: a line
/// costs some microseconds and allocates.
package struct FlowJSONDecoder {
    private let catalog: FlowCatalog
    private let json = JSONDecoder()
    /// `node_name` of the line decoded last; empty if it had none.
    package private(set) var nodeName = ""

    package init(_ catalog: FlowCatalog) {
        self.catalog = catalog
        json.keyDecodingStrategy = .convertFromSnakeCase
    }

    /// - Parameter line: without or with its line end.
    package mutating func decode(_ line: some Collection<UInt8>) throws(FlowJSONError) -> FlowJSONLine {
        let response = try read(ResponseMessage.self, line)
        nodeName = response.nodeName ?? response.flow?.nodeName ?? ""
        if let message = response.flow { return .flow(message.flow(in: catalog)) }
        if let message = response.lostEvents { return .lost(message.lostEvent(time: response.time)) }
        return .other
    }

    /// The flow of a line that is a `flow.Flow` by itself.
    package mutating func decodeFlow(_ line: some Collection<UInt8>) throws(FlowJSONError) -> Flow {
        let message = try read(FlowMessage.self, line)
        nodeName = message.nodeName ?? ""
        return message.flow(in: catalog)
    }

    /// The names of a line's members, in which nothing is looked for.
    package func members(_ line: some Collection<UInt8>) throws(FlowJSONError) -> FlowJSONMembers {
        try read(FlowJSONMembers.self, line)
    }

    private func read<Message: Decodable>(
        _ type: Message.Type, _ line: some Collection<UInt8>
    ) throws(FlowJSONError) -> Message {
        do {
            return try json.decode(type, from: Data(line))
        } catch let error as DecodingError {
            throw FlowJSONError(description: Self.text(of: error))
        } catch {
            throw FlowJSONError(description: "\(error)")
        }
    }

    private static func text(of error: DecodingError) -> String {
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "unreadable")
            }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return "\(path.isEmpty ? "line" : path): \(context.debugDescription)"
    }
}
