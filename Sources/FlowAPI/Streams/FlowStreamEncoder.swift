internal import FlowModel
internal import FlowWire

/// Writes flows and gaps into a stream. A value of one thread; called for whole batches.
protocol FlowStreamEncoder: Sendable {
    mutating func append(_ flows: [Flow], to buffer: inout [UInt8])
    mutating func append(_ loss: LostEvent, to buffer: inout [UInt8])
}

extension FlowJSONEncoder: FlowStreamEncoder {}
