import ArgumentParser
import Console
import FlowAPI
import FlowCatalog
import FlowFilter
import FlowModel
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Say in plain words what became of one flow, why, and what to do next.",
        discussion: """
            A flow that `apus observe --output json` has shown, by its uuid:
              apus why 6f0c1d8e-2b47-8a55-9c3e-0d5a7e91b2c4

            The newest drop of a pod:
              apus why --pod shop/frontend

            Without an identifier it is the newest dropped flow that the filters find.
            """)

    @Argument(help: ArgumentHelp("The flow's uuid.", valueName: "flow-id"))
    var flow: String?

    @OptionGroup(title: "The server") var connection: ServerConnection

    @OptionGroup(title: "Which flows") var filters: FilterOptions

    func validate() throws {
        if let flow, !FilterParameter.isUUID(flow) {
            throw ValidationError("\(flow) is no uuid of a flow; accepted: \(FilterParameter.uuid.accepted)")
        }
        if flow != nil && !filters.items.isEmpty {
            throw ValidationError("an identifier says which flow it is; filters are for the newest of several")
        }
    }

    func run() async throws {
        try await CommandFailure.reporting {
            var items = filters.items
            if let flow {
                items = [(name: "uuid", value: flow)]
            } else {
                items += [(name: "verdict", value: "DROPPED")]
            }
            items.append((name: "last", value: "1"))
            _ = try FlowRequest(queryItems: items, now: SystemClock.realtimeNanoseconds())
            let target = HTTPClientStream.target(
                path: "/v1/flows", queryItems: items.map { HTTPQueryItem(name: $0.name, value: $0.value) })
            let lines = try await connection.get(target) { try await $0.text() }
            let catalog = FlowCatalog()
            var decoder = FlowJSONDecoder(catalog)
            for line in lines.utf8.split(separator: UInt8(ascii: "\n")) {
                guard case .flow(let flow) = try decoder.decode(line) else { continue }
                let text = FlowExplanation.text(flow, catalog, nodeName: decoder.nodeName)
                return try StandardStream.output.write(Array(text.utf8))
            }
            throw CommandFailure.failed(
                flow == nil ? "no dropped flow is found" : "\(connection.address) has no such flow, or no longer")
        }
    }
}
