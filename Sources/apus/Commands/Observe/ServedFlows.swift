import Console
import FlowCatalog
import FlowFilter
import FlowModel
import FlowWire
import Foundation
import HTTPTransport
import SystemRuntime

/// Flows of a server.
struct ServedFlows {
    private let connection: ServerConnection
    /// Whether to go on after the server went away; nil: if flows are followed.
    private let reconnects: Bool?

    init(_ connection: ServerConnection, reconnects: Bool?) {
        self.connection = connection
        self.reconnects = reconnects
    }

    /// Until the answer ends, or Ctrl-C.
    func print(_ question: FlowQuestion, _ output: FlowOutputOptions) async throws {
        let follows = question.items.contains { $0.name == "follow" }
        try await StopSignal.cancelling { [connection, reconnects] in
            let reading = ServedReading(connection, question, output, reconnects: reconnects, follows: follows)
            do {
                try await reading.run()
            } catch  where Task.isCancelled {
                try reading.end()
                if !follows { throw CommandFailure.interrupted }
            }
        }
    }
}

/// A stream of flows on its way to the output, over as many connections as it takes.
private final class ServedReading {
    private let connection: ServerConnection
    private let question: FlowQuestion
    private let reconnects: Bool
    private let follows: Bool
    /// Nanoseconds since 1970.
    private let until: UInt64?
    /// Also for a server that was never there.
    private let waitsAtFirst: Bool
    private let isJSON: Bool
    private let fields: [String]
    private var decoder: FlowJSONDecoder
    private var sink: FlowSink
    /// What cursors of the server's store begin with.
    private var store: String?
    /// Of the last flow that was printed.
    private var sequence: UInt64 = 0
    private var isComplete = false
    /// The server was there at least once.
    private var wasThere = false

    private static let shortestPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(5)

    /// - Parameter reconnects: nil: to a server that was there once, if flows are followed.
    init(
        _ connection: ServerConnection, _ question: FlowQuestion, _ output: FlowOutputOptions, reconnects: Bool?,
        follows: Bool
    ) {
        let catalog = FlowCatalog()
        self.connection = connection
        self.question = question
        self.reconnects = reconnects ?? follows
        self.follows = follows
        until = question.items.last { $0.name == "until" }.flatMap {
            TimeExpression.nanoseconds($0.value, now: SystemClock.realtimeNanoseconds())
        }
        waitsAtFirst = reconnects == true
        isJSON = output.isJSON
        fields = isJSON ? question.fields : output.textFields
        decoder = FlowJSONDecoder(catalog)
        sink = FlowSink(output, catalog)
    }

    func run() async throws {
        var pause = Self.shortestPause
        while true {
            let before = sequence
            do {
                try await read()
                if isOver || !reconnects { break }
                StandardStream.error.say("apus: the server ended the stream; waiting for it")
            } catch let error as HTTPClientError where reconnects && error.isOfConnection && !Task.isCancelled {
                if !wasThere && !waitsAtFirst { throw error }
                if pause == Self.shortestPause { StandardStream.error.say("apus: \(error); waiting for it") }
            }
            if sequence > before { pause = Self.shortestPause }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
        try end()
    }

    /// A server that goes away in order ends its streams as if they were complete.
    private var isOver: Bool {
        guard follows else { return isComplete }
        return until.map { SystemClock.realtimeNanoseconds() >= $0 } ?? false
    }

    private func read() async throws {
        isComplete = false
        let cursor = store.flatMap { sequence > 0 ? "\($0)-\(sequence)" : nil }
        do {
            try await connection.get(question.target(fields, cursor: cursor), isStream: true) { response in
                try self.greet(response.headers, isAgain: self.wasThere)
                var lines = response.lines
                while let chunk = try await lines.nextLines() { try self.take(chunk) }
            }
        } catch let failure as CommandFailure where cursor != nil && failure.description.contains("cursor") {
            // Another store answers there now.
            StandardStream.error.say("apus: \(connection.address) has another store now; going on with its new flows")
            (store, sequence) = (nil, 0)
        }
    }

    private func greet(_ headers: HTTPFields, isAgain: Bool) throws {
        store = headers["apus-store"]
        sink.closing.heldSince = headers["apus-held-since"]
        if isAgain {
            StandardStream.error.say("apus: connected again; going on behind the last flow")
        }
        wasThere = true
    }

    private func take(_ chunk: [UInt8]) throws {
        var start = 0
        while let range = chunk.span.line(from: start) {
            start = range.upperBound + 1
            let line = chunk.span.extracting(range)
            switch try decoder.decode(line) {
            case .flow(let flow):
                sequence = max(sequence, flow.sequence)
                if isJSON {
                    sink.take(flow, line)
                } else {
                    sink.take(flow, node: decoder.nodeName, details: decoder.details)
                }
            case .lost(let loss):
                if isJSON {
                    sink.take(loss, line)
                } else {
                    sink.take(loss, time: decoder.lostTime, processor: decoder.lostProcessor)
                }
            case .other: takeCoverage(chunk[range])
            }
        }
        try sink.flush(isIdle: true)
    }

    /// The last line of an answer.
    private func takeCoverage(_ line: ArraySlice<UInt8>) {
        struct Line: Decodable { let coverage: CoverageReport }
        guard let last = try? JSONDecoder().decode(Line.self, from: Data(line)) else { return }
        sink.closing.coverage = last.coverage
        isComplete = true
    }

    func end() throws { try sink.end() }
}

extension HTTPClientError {
    /// The server was not there, or went away.
    fileprivate var isOfConnection: Bool {
        switch self {
        case .nothingListens, .noResponse, .incomplete: true
        case .cannotConnect, .lineTooLong, .bodyTooLong: false
        }
    }
}
