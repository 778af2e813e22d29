internal import FlowFilter
internal import FlowWire
internal import Foundation
internal import HubbleMessages
internal import SwiftProtobuf

/// A `GetFlowsRequest` in JSON, as the body of `POST /v1/flows`: Hubble's field names or their camelCase. `field_mask` is
/// a list of paths, `{"paths":["source.pod_name"]}`, or protobuf's comma-joined text.
struct GetFlowsBody {
    /// Decoding takes some 20 ns a byte of the connection's event loop. More: 413.
    static let mostBytes = 256 << 10

    let request: FlowRequest
    let mask: FlowFieldMask

    /// An error names the member at fault as its path: `whitelist[1].source_pod[0]`.
    init(_ bytes: some Sequence<UInt8>, _ context: FlowJSONContext) throws(FilterError) {
        var members = try Self.members(Data(bytes))
        let paths = try Self.maskPaths(&members)
        var asked = Observer_GetFlowsRequest()
        do throws(MemberError) {
            asked = try members.decoded()
        } catch {
            throw FilterError(
                parameter: error.path, problem: error.problem,
                accepted: error.path.contains(".")
                    ? "the fields of Hubble's FlowFilter" : "the fields of Hubble's GetFlowsRequest")
        }
        if let paths { asked.fieldMask.paths = paths }
        mask = try asked.flowFieldMask()
        request = try FlowRequest(asked, context)
    }

    private static func members(_ body: Data) throws(FilterError) -> MessageMembers {
        let value: Any
        do {
            value = try JSONSerialization.jsonObject(with: body)
        } catch {
            let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "\(error)"
            throw FilterError(parameter: "body", problem: "not JSON: \(reason)", accepted: "a GetFlowsRequest in JSON")
        }
        guard let members = value as? [String: Any] else {
            throw FilterError(parameter: "body", problem: "not an object", accepted: "a GetFlowsRequest in JSON")
        }
        return MessageMembers(members: members, path: "")
    }

    /// Protobuf's text cannot name `IP` or `Type`, so a list may.
    private static func maskPaths(_ body: inout MessageMembers) throws(FilterError) -> [String]? {
        for name in ["field_mask", "fieldMask"] {
            guard let mask = body.members[name] as? [String: Any] else { continue }
            guard mask.keys.allSatisfy({ $0 == "paths" }), let paths = mask["paths"] as? [String] else {
                throw FilterError(parameter: name, problem: "not a field mask", accepted: #"{"paths":["…"]}"#)
            }
            body.members[name] = nil
            return paths
        }
        return nil
    }
}

/// What cannot be understood of a message in JSON.
struct MemberError: Error {
    let path: String
    let problem: String
}

/// An object that stands for a message.
private struct MessageMembers {
    var members: [String: Any]
    let path: String

    /// As a whole; if that fails, member by member and element by element, to find out which is at fault.
    func decoded() throws(MemberError) -> Observer_GetFlowsRequest {
        guard let failure = Self.failure(members, Observer_GetFlowsRequest.self) else {
            return (try? Self.message(members)) ?? Observer_GetFlowsRequest()
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard Self.failure([name: value], Observer_GetFlowsRequest.self) != nil else { continue }
            for (index, filter) in ((value as? [Any]) ?? []).enumerated() {
                try Self.check(filter, "\(name)[\(index)]")
            }
            throw MemberError(path: name, problem: Self.problem([name: value], Observer_GetFlowsRequest.self))
        }
        throw MemberError(path: "body", problem: failure)
    }

    private static func check(_ filter: Any, _ path: String) throws(MemberError) {
        guard let members = filter as? [String: Any] else {
            throw MemberError(path: path, problem: "not an object")
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let problem = failure([name: value], Flow_FlowFilter.self) else { continue }
            let isKnown = failure([name: [Any]()], Flow_FlowFilter.self) == nil
            for (index, element) in (isKnown ? value as? [Any] ?? [] : []).enumerated() {
                guard let problem = failure([name: [element]], Flow_FlowFilter.self) else { continue }
                throw MemberError(path: "\(path).\(name)[\(index)]", problem: problem)
            }
            throw MemberError(path: "\(path).\(name)", problem: problem)
        }
    }

    private static func message<Message: SwiftProtobuf.Message>(_ members: [String: Any]) throws -> Message {
        try Message(jsonUTF8Data: try JSONSerialization.data(withJSONObject: members))
    }

    private static func problem<Message: SwiftProtobuf.Message>(_ members: [String: Any], _: Message.Type) -> String {
        failure(members, Message.self) ?? "not understood"
    }

    private static func failure<Message: SwiftProtobuf.Message>(_ members: [String: Any], _: Message.Type) -> String? {
        do {
            let _: Message = try message(members)
            return nil
        } catch JSONDecodingError.unknownField(let name) {
            return "\"\(name)\" is no field"
        } catch {
            return "not understood: \(error)"
        }
    }
}
