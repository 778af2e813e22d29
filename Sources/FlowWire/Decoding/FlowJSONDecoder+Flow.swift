import FlowCatalog
import FlowModel

extension FlowJSONDecoder {
    /// Reads the members of a `flow.Flow`, one after the other.
    mutating func read(
        _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        var more = try scanner.open(line, "{")
        while more {
            let key = FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown
            switch key {
            case .time: message.flow.timeNanoseconds = try clock.nanoseconds(line, &scanner)
            case .uuid: try readUUID(&message, line, &scanner)
            case .verdict:
                message.flow.verdict = Verdict(
                    rawValue: UInt8(clamping: try scanner.enumeration(line, enumerations.verdicts)))
            case .dropReason: message.reasonNumber = try scanner.number(line)
            case .dropReasonDesc: message.reason = try scanner.enumeration(line, enumerations.dropReasons)
            case .IP: try readAddresses(&message, line, &scanner)
            case .l4: try readLayer4(&message.flow, line, &scanner)
            case .source: message.source = try endpoints.side(line, &scanner)
            case .destination: message.destination = try endpoints.side(line, &scanner)
            case .nodeName: message.nodeName = try scanner.string(line)
            case .sourceNames: message.sourceNames = try scanner.texts(line)
            case .destinationNames: message.destinationNames = try scanner.texts(line)
            case .eventType: try readEventType(&message, line, &scanner)
            case .sourceService: message.flow.sourceService = try endpoints.service(line, &scanner)
            case .destinationService: message.flow.destinationService = try endpoints.service(line, &scanner)
            case .trafficDirection:
                message.flow.direction = TrafficDirection(
                    rawValue: UInt8(clamping: try scanner.enumeration(line, enumerations.directions)))
            case .policyMatchType:
                message.flow.policyMatchType = PolicyMatchType(rawValue: UInt8(clamping: try scanner.number(line)))
            case .traceObservationPoint: message.point = try scanner.enumeration(line, enumerations.points)
            case .traceReason:
                message.flow.traceReason = TraceReason(
                    rawValue: UInt8(clamping: try scanner.enumeration(line, enumerations.traceReasons)))
            case .isReply: message.isReply = try scanner.truth(line)
            case .interface: try readInterface(&message.flow, line, &scanner)
            case .Summary: message.summary = try scanner.string(line)
            case .egressAllowedBy, .ingressAllowedBy, .egressDeniedBy, .ingressDeniedBy:
                try readPolicyList(key, &message, line, &scanner)
            case .apus: try readApus(&message, line, &scanner)
            case .emitter, .reply, .type: try scanner.skipValue(line)
            default: try readDetail(key, &message, line, &scanner)
            }
            more = try scanner.next(line, "}")
        }
    }

    /// The message as a flow, once all of it was read.
    mutating func finish(_ message: inout FlowMessage, _ line: Span<UInt8>) -> Flow {
        var flow = message.flow
        if let source = message.source {
            let side = message.sourceNames.isEmpty ? source : endpoints.named(source, message.sourceNames)
            (flow.sourceEndpoint, flow.sourceIdentity) = (side.endpoint, side.identity)
        }
        if let destination = message.destination {
            let side =
                message.destinationNames.isEmpty
                ? destination : endpoints.named(destination, message.destinationNames)
            (flow.destinationEndpoint, flow.destinationIdentity) = (side.endpoint, side.identity)
        }
        finishEvent(&flow, message)
        if let isReply = message.isReply {
            flow.attributes.insert(isReply ? .knownReply : .replyKnown)
        }
        if !message.rule.isEmpty { flow.rule = (try? rule(message, flow.direction, line)) ?? 0 }
        finishDetails(&message, flow, line)
        return flow
    }

    private func finishEvent(_ flow: inout Flow, _ message: FlowMessage) {
        flow.kind = FlowKind(rawValue: UInt8(clamping: message.eventType))
        if flow.kind == .drop && message.isKernelDrop { flow.kind = .kernelDrop }
        let isDrop = flow.kind == .drop
        let number = message.reasonNumber != 0 || !isDrop ? message.reasonNumber : message.subType
        flow.dropReason = DropReason(rawValue: UInt16(clamping: message.reason ?? number))
        // The reason of an audited denial is not told; only that it was no default deny.
        if flow.verdict == .audit && message.hasApus && !message.isDefaultDeny { flow.dropReason = .policyDeny }
        switch flow.kind {
        case .trace:
            flow.observationPoint =
                message.point.map { ObservationPoint(rawValue: UInt8(clamping: $0)) }
                ?? ObservationPoint(subType: UInt8(clamping: message.subType))
        case .capture, .socketTrace, .layer7:
            flow.observationPoint = ObservationPoint(rawValue: UInt8(clamping: message.subType))
        default: break
        }
    }

    // MARK: Members

    private mutating func readEventType(
        _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .type: message.eventType = try scanner.number(line)
            case .subType: message.subType = try scanner.number(line)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }

    private mutating func readInterface(
        _ flow: inout Flow, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .index: flow.interfaceIndex = UInt32(clamping: try scanner.number(line))
            case .name: flow.interfaceName = try endpoints.name(line, &scanner)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }

    private mutating func readApus(
        _ message: inout FlowMessage, _ line: Span<UInt8>, _ scanner: inout JSONScanner
    ) throws(JSONFailure) {
        message.hasApus = true
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, keys)) ?? .unknown {
            case .packets: message.flow.packets = UInt32(clamping: try scanner.number(line))
            case .bytes: message.flow.bytes = try scanner.number(line)
            case .sequence: message.flow.sequence = try scanner.number(line)
            case .networkNamespace: message.flow.networkNamespace = UInt32(clamping: try scanner.number(line))
            case .kernelDropReason:
                message.isKernelDrop = true
                message.flow.kernelReason = try endpoints.name(line, &scanner)
            case .kernelFunction: message.flow.kernelFunction = try endpoints.name(line, &scanner)
            case .defaultDeny: message.isDefaultDeny = try scanner.truth(line)
            case .rule: message.rule.rule = try range(line, &scanner)
            case .selectedBy: message.rule.selectedBy = try range(line, &scanner)
            case .nearestRule: message.rule.nearest = try range(line, &scanner)
            case .sourceUnknown: message.flow.unknownNames.source = Self.unknownName(try scanner.text(line))
            case .destinationUnknown: message.flow.unknownNames.destination = Self.unknownName(try scanner.text(line))
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }

    private static func unknownName(_ text: String) -> UnknownNames.Reason {
        UnknownNames.Reason.allCases.first { $0.jsonName?.description == text } ?? .none
    }

    /// Where a value lies.
    func range(_ line: Span<UInt8>, _ scanner: inout JSONScanner) throws(JSONFailure) -> Range<Int> {
        scanner.skipBlanks(line)
        let start = scanner.position
        try scanner.skipValue(line)
        return start..<scanner.position
    }
}

/// A gap.
struct LostEventMessage {
    private var told: LossPlace?
    private var nearest: LossPlace?
    private var count: UInt64 = 0
    private var first: UInt64 = 0
    private var last: UInt64?
    /// On which the loss was noticed.
    private(set) var processor: UInt32 = 0

    init(_ line: Span<UInt8>, _ scanner: inout JSONScanner, _ decoder: FlowJSONDecoder) throws(JSONFailure) {
        var clock = TimestampReader()
        var more = try scanner.open(line, "{")
        while more {
            switch FlowKey(rawValue: try scanner.key(line, decoder.keys)) ?? .unknown {
            case .source where try scanner.isText(line):
                let name = try scanner.text(line)
                nearest = LossPlace.allCases.first { $0.hubbleName == name }
            case .numEventsLost: count = try scanner.number(line)
            case .cpu: processor = UInt32(clamping: try scanner.number(line))
            case .first: first = try clock.nanoseconds(line, &scanner)
            case .last: last = try clock.nanoseconds(line, &scanner)
            case .apus: told = try Self.place(line, &scanner, decoder)
            default: try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
    }

    private static func place(
        _ line: Span<UInt8>, _ scanner: inout JSONScanner, _ decoder: FlowJSONDecoder
    ) throws(JSONFailure) -> LossPlace? {
        var place: LossPlace?
        var more = try scanner.open(line, "{")
        while more {
            if FlowKey(rawValue: try scanner.key(line, decoder.keys)) == .place {
                place = LossPlace(rawValue: try scanner.text(line))
            } else {
                try scanner.skipValue(line)
            }
            more = try scanner.next(line, "}")
        }
        return place
    }

    /// - Parameter time: of the response, for a gap that does not tell its interval.
    func lostEvent(time: UInt64?) -> LostEvent {
        LostEvent(
            place: told ?? nearest ?? .flowRing, count: count, firstNanoseconds: first,
            lastNanoseconds: last ?? time ?? 0)
    }
}
