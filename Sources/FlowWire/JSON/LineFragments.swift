import FlowModel

/// The fragments of one flow's line; what it does not have is empty.
struct LineFragments {
    let dropReason: DropReason
    /// Bytes that the line takes at most.
    var room: Int

    var verdict = Fragment()
    var tcpFlags = Fragment()
    var sourceHead = Fragment()
    var sourceTail = Fragment()
    var destinationHead = Fragment()
    var destinationTail = Fragment()
    var sourceNames = Fragment()
    var destinationNames = Fragment()
    var sourceService = Fragment()
    var destinationService = Fragment()
    var direction = Fragment()
    var trace = Fragment()
    var dropReasonDesc = Fragment()
    var interfaceName = Fragment()
    var summary = Fragment()
    var policyList = Fragment()
    var kernelReason = Fragment()
    var kernelFunction = Fragment()
    var rule = Fragment()
    var nearestRule = Fragment()

    init(dropReason: DropReason, room: Int) {
        self.dropReason = dropReason
        self.room = room
    }

    /// For what can be long: names that come from outside.
    @inline(__always)
    mutating func add(_ fragment: Fragment) -> Fragment {
        room += Int(fragment.count)
        return fragment
    }
}

/// What all lines of an encoder have.
struct LineConstants: BitwiseCopyable, Sendable {
    let emitter: Fragment
    /// `Type` and `node_name` of a flow.
    let typeAndNode: Fragment
    /// `node_name` of a response; always there when the response is a gap.
    let node: Fragment
    let unknownReason: Fragment
    /// What fits into a line beside the fragments that it counts: these, keys, numbers, addresses, enumerations.
    let room: Int

    /// All keys with the longest text of each number, address and enumeration: about 1,500 bytes.
    private static let fixedRoom = 2_048

    init(_ context: FlowJSONContext, _ mask: FlowFieldMask, in text: inout FragmentText) {
        emitter = text.append { json in
            json.append(text: "\"emitter\":{\"name\":\"Apus\",")
            json.append(member: "version", nonEmpty: context.version)
            json.closeObject()
            json.append(text: ",")
        }
        typeAndNode = text.append { json in
            if mask.contains(.type) { json.append(member: "Type", literal: "\"L3_L4\"") }
            if mask.contains(.nodeName) { json.append(member: "node_name", nonEmpty: context.nodeName) }
        }
        node = text.append { $0.append(member: "node_name", nonEmpty: context.nodeName) }
        unknownReason = text.append { $0.append(text: "UNKNOWN") }
        room = Self.fixedRoom + Int(emitter.count + typeAndNode.count + node.count)
    }
}
