import ArgumentParser
import FlowAPI
import FlowCatalog
import FlowFilter
import FlowHistory
import FlowObserver
import Foundation
import HTTPTransport
import SystemRuntime

/// Who is asked for sums of flows: a server, or a store on disk.
struct SumsSource: ParsableArguments {
    @OptionGroup var connection: ServerConnection

    @Option(
        help: ArgumentHelp("Read the store in this directory instead of asking a server.", valueName: "directory"),
        completion: .directory)
    var dataDir: String?

    /// The answer to a question; a mistake in it is told without a server.
    ///
    /// - Parameter path: of the API.
    func ask<Question: SumsQuestion>(
        _: Question.Type, _ path: String, _ items: [(name: String, value: String)]
    ) async throws -> Question.Report where Question.Report: Decodable {
        let question = try Question(
            queryItems: items, now: SystemClock.realtimeNanoseconds(), mostGroups: SumLimits().groups)
        if let dataDir {
            // As long as it takes: Ctrl-C ends it.
            let catalog = FlowCatalog()
            var reader = try HistoryReader(directory: dataDir)
            let observer = try FlowObserver(storeIn: dataDir, &reader, catalog)
            return try question.answer(from: observer, ReadingBudget())
        }
        let target = HTTPClientStream.target(
            path: path, queryItems: items.map { HTTPQueryItem(name: $0.name, value: $0.value) })
        let text = try await connection.get(target) { try await $0.text() }
        return try JSONDecoder().decode(Question.Report.self, from: Data(text.utf8))
    }
}
