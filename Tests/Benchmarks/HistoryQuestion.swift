import FlowCatalog
import FlowModel
import Foundation

/// What a store of `HistoryTraffic` is asked, of this process' reader as of a server.
struct HistoryQuestion {
    let name: String
    let items: [(name: String, value: String)]
    /// How many flows answer it.
    let expected: ClosedRange<Int>

    /// - Parameter source: what the traffic repeats.
    static func all(_ catalog: FlowCatalog, _ source: [Flow]) throws -> [HistoryQuestion] {
        let endpoints = catalog.endpoints.elements()
        let drop = source.first { $0.verdict == .dropped && $0.sourceEndpoint != 0 }
        let (rare, often) = (endpoint(source, rank: 200), endpoint(source, rank: 0))
        guard let drop else { throw Obstacle("nothing is dropped") }
        let day = [("since", time(hours: 0))]
        let namespace = [("namespace", endpoints[Int(drop.sourceEndpoint)].namespace), ("verdict", "DROPPED")]
        func pod(_ index: UInt32) -> String { endpoints[Int(index)].namespace + "/" + endpoints[Int(index)].podName }
        return [
            Self(name: "last100dropped", items: [("verdict", "DROPPED"), ("last", "100")], expected: 100...100),
            Self(name: "namespace_hour", items: namespace + hour, expected: 1...(.max)),
            Self(name: "pod_day", items: day + [("pod", pod(rare))], expected: 1...(.max)),
            // The address of a service that nobody has, and a pod that is in each block.
            Self(name: "miss", items: day + [("pod", pod(often)), ("ip", "192.0.2.1")], expected: 0...0),
            Self(name: "miss.excluded", items: day + [("verdict", "ERROR")], expected: 0...0),
        ]
    }

    func expect(_ count: Int) throws {
        guard expected.contains(count) else { throw Obstacle("\(count) flows answer \(items)") }
    }

    /// The endpoint that is so many places behind the most frequent one.
    private static func endpoint(_ source: [Flow], rank: Int) -> UInt32 {
        let counts = source.reduce(into: [UInt32: Int]()) { $0[$1.sourceEndpoint, default: 0] += 1 }
        return counts.filter { $0.key != 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }[rank].key
    }

    /// From a quarter of an hour on, to a quarter after the next full one.
    static var hour: [(name: String, value: String)] {
        [("since", time(hours: 0.25)), ("until", time(hours: 1.25))]
    }

    private static func time(hours: Double) -> String {
        let seconds = Double(HistoryTraffic.startNanoseconds) / 1e9 + hours * 3_600
        return ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: seconds))
    }
}
