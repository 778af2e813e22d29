import FlowModel
import FlowWire
import Foundation
import HubbleMessages
import SwiftProtobuf

extension WireFixture {
    func protobuf(
        _ flow: Flow, _ compatibility: FlowJSONCompatibility = .apus, mask: FlowFieldMask = .all
    ) throws -> Observer_GetFlowsResponse {
        var encoder = FlowProtobufEncoder(context, compatibility: compatibility, mask: mask)
        var buffer: [UInt8] = []
        encoder.append(flow, to: &buffer)
        return try Observer_GetFlowsResponse(serializedBytes: buffer)
    }

    func protobuf(_ lost: LostEvent, _ compatibility: FlowJSONCompatibility = .apus) throws -> Observer_GetFlowsResponse
    {
        let encoder = FlowProtobufEncoder(context, compatibility: compatibility)
        var buffer: [UInt8] = []
        encoder.append(lost, to: &buffer)
        return try Observer_GetFlowsResponse(serializedBytes: buffer)
    }
}

/// What JSON says, however it is written.
enum JSONValue: Swift.Decodable, Equatable {
    case object([String: JSONValue])
    case array([JSONValue])
    case text(String)
    case number(Double)
    case flag(Bool)

    init(from decoder: any Swift.Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    init(_ line: String) throws { self = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)) }

    /// The message as SwiftProtobuf writes it, with Hubble's names.
    init(_ message: some Message) throws {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        self = try JSONDecoder().decode(JSONValue.self, from: message.jsonUTF8Data(options: options))
    }
}
