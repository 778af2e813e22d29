import FlowModel

/// The text between a line's variable parts that is the same in all lines, as bytes.
final class JSONPieces: Sendable {
    let start = [UInt8](text: "{\"flow\":{\"time\":\"")
    let uuid = [UInt8](text: "\",\"uuid\":\"")
    /// By verdict: from the end of `uuid` to `verdict`.
    let emitterAndVerdict: [[UInt8]]
    let ipDestination = [UInt8](text: "\",\"destination\":\"")
    let destinationPort = [UInt8](text: ",\"destination_port\":")
    let source = [UInt8](text: ",\"source\":")
    let destination = [UInt8](text: ",\"destination\":")
    let typeAndNode: [UInt8]
    let apus = [UInt8](text: ",\"apus\":{")
    let packets = [UInt8](text: "\"packets\":")
    let bytes = [UInt8](text: "\"bytes\":\"")
    let sequence = [UInt8](text: "\"sequence\":\"")
    /// From the end of `flow`, or of `lost_events`, to the response's own time.
    let nodeAndTime: [UInt8]
    let end = [UInt8](text: "\"}\n")

    init(nodeName: String, version: String) {
        emitterAndVerdict = (0...UInt8.max).map { emitterAndVerdictJSON(version, Verdict(rawValue: $0)) }
        var node: [UInt8] = []
        node.append(member: "node_name", nonEmpty: nodeName)
        typeAndNode = [UInt8](text: ",\"Type\":\"L3_L4\"") + node
        nodeAndTime = [UInt8](text: "}") + node + [UInt8](text: ",\"time\":\"")
    }
}

private func emitterAndVerdictJSON(_ version: String, _ verdict: Verdict) -> [UInt8] {
    var json = [UInt8](text: "\",\"emitter\":{\"name\":\"Apus\"")
    json.append(member: "version", nonEmpty: version)
    json.append(UInt8(ascii: "}"))
    if verdict == .unknown { return json }
    let isNamed = Int(verdict.rawValue) < Verdict.names.count
    json.append(member: "verdict", literal: isNamed ? "\"\(verdict.name)\"" : verdict.name)
    return json
}

extension UnknownNames.Reason {
    /// As an enumeration of protobuf would be named; empty when the name is known.
    var jsonName: String {
        switch self {
        case .none: ""
        case .addressNotInDirectory: "ADDRESS_NOT_IN_DIRECTORY"
        case .reserved: "RESERVED"
        case .noAddress: "NO_ADDRESS"
        }
    }
}
