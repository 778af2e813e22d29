package import FlowCatalog
package import FlowModel

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
/// or number; unknown members are skipped, unknown names of enumerations count as unset. A value of one thread. A flow takes
/// less than three microseconds: what says who its sides are is compared with what was read before, and not read again.
package struct FlowJSONDecoder {
    let catalog: FlowCatalog
    let keys = FlowKey.table
    let enumerations = EnumerationTables()
    var endpoints: EndpointCache
    var clock = TimestampReader()
    let summaries = SummaryTexts()
    var policyLists = ReadBefore<[PolicyName]>()
    /// `node_name` of the line decoded last; empty if it had none.
    package internal(set) var nodeName = ""
    /// What the flow decoded last has no place for; nil: nothing that matters to who reads.
    package internal(set) var details: FlowDetails?
    /// Of the gap decoded last: when it was told, in nanoseconds since 1970, and on which processor it was noticed.
    package internal(set) var lostTime: UInt64 = 0
    package internal(set) var lostProcessor: UInt32 = 0
    /// Whether `details` are complete, as filters on them need it; otherwise they hold what changes a printed line.
    package var keepsDetails = false
    /// Names of the flow's members that were passed over, in lowerCamel form; only where `content` is asked for.
    var dropped: [String] = []
    var notesDropped = false
    /// The bytes of `nodeName`.
    private var nodeBytes: [UInt8] = []

    package init(_ catalog: FlowCatalog) {
        self.catalog = catalog
        endpoints = EndpointCache(catalog)
    }

    /// - Parameter line: without or with its line end.
    package mutating func decode(_ line: Span<UInt8>) throws(FlowJSONError) -> FlowJSONLine {
        do throws(JSONFailure) {
            return try response(line).line
        } catch {
            throw FlowJSONError(error, in: line)
        }
    }

    package mutating func decode(_ line: some Collection<UInt8>) throws(FlowJSONError) -> FlowJSONLine {
        try decode(Array(line).span)
    }

    /// The flow of a line that is a `flow.Flow` by itself.
    package mutating func decodeFlow(_ line: Span<UInt8>) throws(FlowJSONError) -> Flow {
        do throws(JSONFailure) {
            begin()
            var scanner = JSONScanner()
            var message = FlowMessage()
            try read(&message, line, &scanner)
            return finish(&message, line)
        } catch {
            throw FlowJSONError(error, in: line)
        }
    }

    private mutating func begin() {
        details = nil
        if notesDropped { dropped.removeAll(keepingCapacity: true) }
        if !nodeName.isEmpty && nodeBytes.isEmpty { nodeName = "" }
    }

    // MARK: Responses

    /// What a line's outermost members tell of it.
    struct Response {
        var line = FlowJSONLine.other
        /// It has a flow, a gap, or another message of Hubble's.
        var isResponse = false
        /// It has members of a flow itself.
        var isFlow = false
    }

    mutating func response(_ line: Span<UInt8>) throws(JSONFailure) -> Response {
        begin()
        var response = Response()
        var message = FlowMessage()
        var hasFlow = false
        var lost: LostEventMessage?
        var time: UInt64?
        var hasNode = false
        var scanner = JSONScanner()
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .flow:
                hasFlow = true
                try read(&message, line, &scanner)
            case .lostEvents: lost = try LostEventMessage(line, &scanner, self)
            case .nodeName:
                setNode(line, try scanner.string(line))
                hasNode = true
            case .time: time = try clock.nanoseconds(line, &scanner)
            case .nodeStatus, .agentEvent, .debugEvent:
                response.isResponse = true
                try scanner.skipValue(line)
            case .verdict, .eventType, .IP, .trafficDirection, .source:
                response.isFlow = true
                try scanner.skipValue(line)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        scanner.skipBlanks(line)
        guard scanner.position == line.count else { throw scanner.failure("text behind the message") }
        if !hasNode { takeNode(hasFlow ? message.nodeName : nil, line) }
        if hasFlow {
            response.isResponse = true
            response.line = .flow(finish(&message, line))
        } else if let lost {
            response.isResponse = true
            let event = lost.lostEvent(time: time)
            lostTime = time ?? event.lastNanoseconds
            lostProcessor = lost.processor
            response.line = .lost(event)
        }
        return response
    }

    /// The flow's own, where the response has none.
    private mutating func takeNode(_ range: Range<Int>?, _ line: Span<UInt8>) {
        if let range {
            setNode(line, range)
        } else if !nodeName.isEmpty {
            (nodeName, nodeBytes) = ("", [])
        }
    }

    /// Mostly the same as before.
    private mutating func setNode(_ line: Span<UInt8>, _ range: Range<Int>) {
        if range.count == nodeBytes.count, line.holds(nodeBytes.span, at: range.lowerBound) { return }
        nodeName = text(line, range)
        nodeBytes = line.array(range)
    }

    /// The text in a range that `JSONScanner.string` gave.
    func text(_ line: Span<UInt8>, _ range: Range<Int>) -> String {
        var scanner = JSONScanner(at: range.lowerBound - 1)
        return (try? scanner.text(line)) ?? ""
    }
}

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
        notesDropped = true
        defer { notesDropped = false }
        let read = try lineOfFile(Array(line).span)
        return Content(line: read, dropped: dropped.sorted())
    }

    /// The same without what is dropped.
    package mutating func lineOfFile(_ line: Span<UInt8>) throws(FlowJSONError) -> FlowJSONLine {
        let response: Response
        do throws(JSONFailure) {
            response = try self.response(line)
        } catch {
            throw FlowJSONError(error, in: line)
        }
        if response.isResponse { return response.line }
        guard response.isFlow else {
            throw FlowJSONError(description: "it is neither a flow nor a message of Hubble's")
        }
        return .flow(try decodeFlow(line))
    }
}

extension FlowJSONError {
    init(_ failure: JSONFailure, in line: Span<UInt8>) {
        guard !failure.isSyntax else {
            self.init(description: "line: not JSON, at byte \(failure.position + 1): \(failure.problem)")
            return
        }
        let path = JSONPath.keys(to: failure.position, in: line).joined(separator: ".")
        self.init(description: "\(path.isEmpty ? "line" : path): \(failure.problem)")
    }
}

/// Where a value stands, worked out only when something is wrong with it.
private enum JSONPath {
    /// The keys of the objects that hold what begins at a place.
    static func keys(to position: Int, in line: Span<UInt8>) -> [String] {
        var scanner = JSONScanner()
        return (try? keys(to: position, in: line, &scanner)) ?? []
    }

    private static func keys(
        to position: Int, in line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) -> [String] {
        scanner.skipBlanks(line)
        guard scanner.position < line.count, scanner.position < position else { return [] }
        let isList = line[scanner.position] == UInt8(ascii: "[")
        guard isList || line[scanner.position] == UInt8(ascii: "{") else { return [] }
        var more = try scanner.open(line, isList ? "[" : "{")
        while more {
            var path: [String] = []
            if !isList {
                _ = try scanner.key(line, FlowKey.table)
                path = [scanner.keyText(line)]
            }
            var inside = scanner
            try scanner.skipValue(line)
            if scanner.position > position { return path + (try keys(to: position, in: line, &inside)) }
            more = try scanner.next(line, isList ? "]" : "}")
        }
        return []
    }
}

extension Span<UInt8> {
    func array(_ range: Range<Int>) -> [UInt8] { range.map { self[$0] } }
}
