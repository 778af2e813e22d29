package import FlowCatalog
package import FlowHistory
package import FlowModel

/// splitmix64: the same numbers for the same seed.
package struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

extension Flow {
    /// The flow of this sequence, the same in every process, so that whoever reads it back knows what it must be.
    package static func scripted(_ sequence: UInt64) -> Flow {
        var random = Seeded(sequence)
        var flow = Flow()
        flow.sequence = sequence
        flow.timeNanoseconds = 1_800_000_000_000_000_000 + sequence * 1_000_000 + random.next() % 4_000_000
        flow.source = IPAddress(v4: 0x0a00_0000 + UInt32(random.next() % 200))
        flow.destination = IPAddress(high: 0xfd00 << 48, low: random.next() % 50)
        flow.sourceEndpoint = scriptedEndpoint(sequence)
        flow.sourceIdentity = UInt32(random.next() % 1_000)
        (flow.bytes, flow.packets) = (random.next() % 1_500, UInt32(random.next() % 4))
        flow.sourcePort = UInt16(truncatingIfNeeded: random.next())
        flow.destinationPort = 443
        flow.kind = random.next() % 8 == 0 ? .drop : .trace
        flow.verdict = flow.kind == .drop ? .dropped : .forwarded
        flow.ipProtocol = .tcp
        flow.attributes = [.ip, .layer4]
        return flow
    }

    /// A new endpoint for each 40 flows: `pod-n`, at index n of a catalog from which none was deleted.
    package static func scriptedEndpoint(_ sequence: UInt64) -> UInt32 { UInt32(sequence / 40) + 1 }

    /// Equal in every bit: a flow has no padding.
    package func isSame(as other: Flow) -> Bool {
        unsafe withUnsafeBytes(of: self) { left in
            unsafe withUnsafeBytes(of: other) { right in unsafe left.elementsEqual(right) }
        }
    }
}

extension FlowCatalog {
    /// Interns the endpoints of the flows up to a sequence into a catalog that has no others: `pod-n` at index n.
    package func internScripted(through sequence: UInt64) {
        while endpoints.count <= Int(Flow.scriptedEndpoint(sequence)) { _ = internPod(UInt32(endpoints.count)) }
    }

    fileprivate func internPod(_ number: UInt32) -> UInt32 {
        endpoints.intern(Endpoint(identity: .unknown, namespace: "shop", podName: "pod-\(number)"))
    }

    /// As the server makes it: with the index that the endpoint has now. A store that was opened again may have deleted its
    /// name meanwhile, as no flow used it.
    fileprivate func scripted(_ sequence: UInt64) -> Flow {
        var flow = Flow.scripted(sequence)
        flow.sourceEndpoint = internPod(flow.sourceEndpoint)
        return flow
    }
}

/// Appends what a seed says: a few flows, and now and then a gap before them that is told as a loss. So what is stored
/// and what is lost add up to the last sequence after every commit.
package struct ScriptedProducer {
    private var random: Seeded
    private let most: UInt64
    /// The sequence after the last one that was handed over, also where the writer had to refuse it.
    private var next: UInt64 = 0

    /// - Parameter most: flows of one batch.
    package init(seed: UInt64, most: UInt64 = 24) {
        random = Seeded(seed)
        self.most = most
    }

    package mutating func append(to writer: inout HistoryWriter, _ catalog: FlowCatalog) {
        var first = max(next, writer.nextSequence)
        if random.next() % 4 == 0 {
            let count = random.next() % 5 + 1
            writer.append(
                loss: LostEvent(
                    place: .flowRing, count: count, firstNanoseconds: 1_800_000_000_000_000_000,
                    lastNanoseconds: .init(Int64.max)))
            first += count
        }
        let last = first + random.next() % most
        let flows = (first...last).map(catalog.scripted)
        writer.append(flows.span)
        next = last + 1
    }
}

/// As `faultSettings`, with retention that removes partitions all the time.
package func retentionSettings(_ directory: String) -> HistorySettings {
    var settings = faultSettings(directory)
    settings.checkpointBytes = 1 << 16
    settings.partitionPeriod = .milliseconds(150)
    settings.maximumBytes = 1 << 20
    settings.minimumFreeBytes = nil
    return settings
}

/// Small blocks, so that a few flows go through all that a store does.
package func faultSettings(_ directory: String) -> HistorySettings {
    var settings = HistorySettings(directory: directory)
    (settings.blockFlows, settings.backlogFlows, settings.checkpointBytes) = (64, 256, 1 << 18)
    settings.busyTimeout = .seconds(20)
    return settings
}
