import FlowCatalog
import FlowHistory
import FlowModel

/// What a reader finds in a store of scripted flows, and what of it must not be.
package struct StoreInspection: Sendable {
    /// 0 when there is no store.
    package private(set) var lastSequence: UInt64 = 0
    package private(set) var storedFlows: UInt64 = 0
    package private(set) var lostFlows: UInt64 = 0
    /// At most a few of a kind.
    package private(set) var problems: [String] = []

    /// - Parameters:
    ///   - isThorough: lets the store check all that it can check.
    ///   - isCut: retention may have removed what was first.
    package init(_ directory: String, isThorough: Bool = false, isCut: Bool = false) {
        do throws(HistoryError) {
            let catalog = FlowCatalog()
            var reader = try HistoryReader(directory: directory, catalog: catalog)
            try read(&reader, catalog)
            lostFlows = try reader.losses().reduce(0) { $0 + $1.count }
            let first = isCut ? try reader.extent().sequences?.lowerBound ?? 1 : 1
            if storedFlows + lostFlows != lastSequence + 1 - first {
                note("\(storedFlows) stored and \(lostFlows) lost, and \(first) to \(lastSequence) were produced")
            }
            if isThorough { problems += try reader.integrityCheck() }
        } catch .noStore {
        } catch {
            note("\(error)")
        }
    }

    private mutating func read(_ reader: inout HistoryReader, _ catalog: FlowCatalog) throws(HistoryError) {
        var cursor = reader.cursor(order: .ascending)
        while let flows = try reader.next(&cursor) {
            let endpoints = catalog.endpoints.elements()
            for flow in flows { check(flow, endpoints) }
        }
        if let damage = cursor.firstDamage { note("\(damage)") }
        for line in cursor.damage.descriptions + reader.damage.descriptions { note(line) }
    }

    private mutating func check(_ flow: Flow, _ endpoints: [Endpoint]) {
        if flow.sequence <= lastSequence { note("flow \(flow.sequence) comes after \(lastSequence)") }
        var scripted = Flow.scripted(flow.sequence)
        let (index, pod) = (Int(flow.sourceEndpoint), scripted.sourceEndpoint)
        scripted.sourceEndpoint = flow.sourceEndpoint
        if !flow.isSame(as: scripted) { note("flow \(flow.sequence) differs") }
        if !endpoints.indices.contains(index) || endpoints[index].podName != "pod-\(pod)" {
            note("flow \(flow.sequence) names endpoint \(index), which is another or none")
        }
        lastSequence = flow.sequence
        storedFlows += 1
    }

    private mutating func note(_ problem: String) {
        if problems.count < 5 { problems.append(problem) }
    }
}
