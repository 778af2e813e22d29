/// Which fields of a flow an answer holds, as Hubble's `field_mask` has it.
///
/// Made once for a request and asked for each flow. Top-level fields, the members of both endpoints and the protocols of
/// `l4` can be asked for one by one; a path that goes deeper (`IP.source`) gives the field that it lies in whole. The
/// response's own `time` and `node_name` are those of the flow: without them in the mask, the response has none either.
package struct FlowFieldMask: OptionSet, BitwiseCopyable, Hashable, Sendable {
    package let rawValue: UInt64
    @inlinable package init(rawValue: UInt64) { self.rawValue = rawValue }
    @inlinable package func contains(_ field: FlowFieldMask) -> Bool { rawValue & field.rawValue == field.rawValue }
    /// Whether any of the fields is wanted: of an endpoint that has none of its members, nothing is written.
    @inlinable package func containsAny(_ fields: FlowFieldMask) -> Bool { rawValue & fields.rawValue != 0 }

    @inlinable package static var all: FlowFieldMask { FlowFieldMask(rawValue: .max) }

    @inlinable package static var time: FlowFieldMask { FlowFieldMask(bit: 0) }
    @inlinable package static var uuid: FlowFieldMask { FlowFieldMask(bit: 1) }
    @inlinable package static var emitter: FlowFieldMask { FlowFieldMask(bit: 2) }
    @inlinable package static var verdict: FlowFieldMask { FlowFieldMask(bit: 3) }
    @inlinable package static var dropReason: FlowFieldMask { FlowFieldMask(bit: 4) }
    @inlinable package static var ip: FlowFieldMask { FlowFieldMask(bit: 5) }
    @inlinable package static var type: FlowFieldMask { FlowFieldMask(bit: 6) }
    @inlinable package static var nodeName: FlowFieldMask { FlowFieldMask(bit: 7) }
    @inlinable package static var sourceNames: FlowFieldMask { FlowFieldMask(bit: 8) }
    @inlinable package static var destinationNames: FlowFieldMask { FlowFieldMask(bit: 9) }
    @inlinable package static var reply: FlowFieldMask { FlowFieldMask(bit: 10) }
    @inlinable package static var eventType: FlowFieldMask { FlowFieldMask(bit: 11) }
    @inlinable package static var sourceService: FlowFieldMask { FlowFieldMask(bit: 12) }
    @inlinable package static var destinationService: FlowFieldMask { FlowFieldMask(bit: 13) }
    @inlinable package static var trafficDirection: FlowFieldMask { FlowFieldMask(bit: 14) }
    @inlinable package static var policyMatchType: FlowFieldMask { FlowFieldMask(bit: 15) }
    @inlinable package static var traceObservationPoint: FlowFieldMask { FlowFieldMask(bit: 16) }
    @inlinable package static var traceReason: FlowFieldMask { FlowFieldMask(bit: 17) }
    @inlinable package static var dropReasonDesc: FlowFieldMask { FlowFieldMask(bit: 18) }
    @inlinable package static var isReply: FlowFieldMask { FlowFieldMask(bit: 19) }
    @inlinable package static var interface: FlowFieldMask { FlowFieldMask(bit: 20) }
    @inlinable package static var summary: FlowFieldMask { FlowFieldMask(bit: 21) }
    @inlinable package static var egressAllowedBy: FlowFieldMask { FlowFieldMask(bit: 22) }
    @inlinable package static var ingressAllowedBy: FlowFieldMask { FlowFieldMask(bit: 23) }
    @inlinable package static var egressDeniedBy: FlowFieldMask { FlowFieldMask(bit: 24) }
    @inlinable package static var ingressDeniedBy: FlowFieldMask { FlowFieldMask(bit: 25) }
    /// What Apus tells beyond Hubble's fields.
    @inlinable package static var apus: FlowFieldMask { FlowFieldMask(bit: 26) }

    @inlinable package static var tcp: FlowFieldMask { FlowFieldMask(bit: 32) }
    @inlinable package static var udp: FlowFieldMask { FlowFieldMask(bit: 33) }
    @inlinable package static var icmpv4: FlowFieldMask { FlowFieldMask(bit: 34) }
    @inlinable package static var icmpv6: FlowFieldMask { FlowFieldMask(bit: 35) }
    @inlinable package static var sctp: FlowFieldMask { FlowFieldMask(bit: 36) }
    @inlinable package static var vrrp: FlowFieldMask { FlowFieldMask(bit: 37) }
    @inlinable package static var igmp: FlowFieldMask { FlowFieldMask(bit: 38) }
    /// Whatever the protocol.
    @inlinable package static var layer4: FlowFieldMask { FlowFieldMask(rawValue: 0x7f << 32) }

    /// All members of `source`, or of `destination`.
    @inlinable package static var source: FlowFieldMask { EndpointFieldMask.all.asSource }
    @inlinable package static var destination: FlowFieldMask { EndpointFieldMask.all.asDestination }

    @inlinable package var sourceFields: EndpointFieldMask {
        EndpointFieldMask(rawValue: UInt8(truncatingIfNeeded: rawValue >> 40))
    }
    @inlinable package var destinationFields: EndpointFieldMask {
        EndpointFieldMask(rawValue: UInt8(truncatingIfNeeded: rawValue >> 48))
    }

    @inlinable package init(bit: UInt64) { rawValue = 1 << bit }
}

/// Which members of an endpoint an answer holds.
package struct EndpointFieldMask: OptionSet, BitwiseCopyable, Hashable, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package func contains(_ field: EndpointFieldMask) -> Bool {
        rawValue & field.rawValue == field.rawValue
    }

    @inlinable package static var id: EndpointFieldMask { EndpointFieldMask(rawValue: 1 << 0) }
    @inlinable package static var identity: EndpointFieldMask { EndpointFieldMask(rawValue: 1 << 1) }
    @inlinable package static var clusterName: EndpointFieldMask { EndpointFieldMask(rawValue: 1 << 2) }
    @inlinable package static var namespace: EndpointFieldMask { EndpointFieldMask(rawValue: 1 << 3) }
    @inlinable package static var labels: EndpointFieldMask { EndpointFieldMask(rawValue: 1 << 4) }
    @inlinable package static var podName: EndpointFieldMask { EndpointFieldMask(rawValue: 1 << 5) }
    @inlinable package static var workloads: EndpointFieldMask { EndpointFieldMask(rawValue: 1 << 6) }

    @inlinable package static var all: EndpointFieldMask { EndpointFieldMask(rawValue: 0xff) }

    @inlinable package var asSource: FlowFieldMask { FlowFieldMask(rawValue: UInt64(rawValue) << 40) }
    @inlinable package var asDestination: FlowFieldMask { FlowFieldMask(rawValue: UInt64(rawValue) << 48) }
}
