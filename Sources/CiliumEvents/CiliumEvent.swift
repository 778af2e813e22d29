package import DatapathABI

/// Records of Cilium's perf event array `cilium_events`, as events like those of our own programs, so that one enrichment
/// serves both.
///
/// What differs from our own events: `bytes` and `packets` are those of one packet, as Cilium does not count between
/// reports; `rule` is always 0; a trace's `reason` is Cilium's observation point (0, as in our own, is to-endpoint); a
/// trace of unknown reason has `trace_reason` 0, and then neither direction nor reply is known; nor is the direction of an
/// event with `endpoint` 0.
package enum CiliumEvent {
    /// Types of records, their first byte.
    private enum RecordType {
        static let drop: UInt8 = 1
        static let debugMessage: UInt8 = 2
        static let debugCapture: UInt8 = 3
        static let trace: UInt8 = 4
        static let policyVerdict: UInt8 = 5
        static let socketTrace: UInt8 = 7
    }

    /// Reads one record. Any bytes whatsoever are an answer, never a trap.
    ///
    /// - Parameters:
    ///   - record: the sample; padding may follow.
    ///   - timeNanoseconds: CLOCK_MONOTONIC, as records have no time.
    ///   - event: set for a flow, whole or partial; else left in an unspecified state.
    package static func decode(
        _ record: RawSpan, timeNanoseconds: UInt64, cpu: Int, into event: inout apus_event
    ) -> CiliumDecoding {
        switch record.number(0, as: UInt8.self) {
        case nil: return .malformed(.tooShort)
        case RecordType.debugMessage: return .skipped(.debugMessage)
        case RecordType.debugCapture: return .skipped(.debugCapture)
        case RecordType.socketTrace: return .skipped(.socketTrace)
        case RecordType.drop, RecordType.trace, RecordType.policyVerdict: break
        default: return .skipped(.unknownType)
        }
        guard let header = CaptureHeader(record) else { return .malformed(.tooShort) }
        event = apus_event(timeNanoseconds: timeNanoseconds, cpu: cpu, endpoint: header.endpoint)
        switch record.number(0, as: UInt8.self) {
        case RecordType.drop: return decodeDrop(record, header, into: &event)
        case RecordType.trace: return decodeTrace(record, header, into: &event)
        default: return decodeVerdict(record, header, into: &event)
        }
    }

    /// Reads the packet behind the structure; the end of every flow's decoding.
    static func decodePacket(
        of record: RawSpan, _ header: CaptureHeader, at offset: Int, _ packetClass: PacketClass,
        into event: inout apus_event
    ) -> CiliumDecoding {
        guard header.capturedBytes <= record.byteCount - offset else { return .malformed(.captureTooLong) }
        let packet = record.extracting(offset..<offset + header.capturedBytes)
        event.packets = 1
        let defect = PacketReader.read(packet, packetBytes: header.packetBytes, packetClass, into: &event)
        guard let defect else { return .flow }
        return .partialFlow(defect)
    }
}

extension apus_event {
    init(timeNanoseconds: UInt64, cpu: Int, endpoint: UInt16) {
        self.init()
        version = UInt8(APUS_ABI_VERSION)
        length = UInt16(MemoryLayout<apus_event>.size)
        time_ns = timeNanoseconds
        self.cpu = UInt16(truncatingIfNeeded: cpu)
        self.endpoint = UInt32(endpoint)
    }

    mutating func set(_ flag: apus_event_flags) { flags |= UInt16(flag.rawValue) }
}
