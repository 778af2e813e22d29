import ArgumentParser
import FlowFilter
import SystemRuntime

/// A table that is drawn again and again.
struct WatchOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Draw it again and again, until Ctrl-C.")
    var watch = false

    @Option(help: ArgumentHelp("How often: 500ms, 2s.", valueName: "time"))
    var interval = DurationArgument(.seconds(2))

    /// Times that are looked at while a table is watched, unless they are given.
    static let window = "5m"

    /// - Parameter draw: makes the text that is shown.
    func run(_ draw: @escaping @Sendable () async throws -> String) async throws {
        guard watch else { return try StandardStream.output.write(Array(try await draw().utf8)) }
        do {
            try await StopSignal.cancelling { [interval] in
                let screen = LiveScreen()
                defer { screen.leave() }
                while !Task.isCancelled {
                    try await screen.show(try await Self.page(draw), for: interval.duration)
                }
            }
        } catch is CancellationError {}
    }

    /// What is drawn, or what keeps it from being drawn this time.
    private static func page(_ draw: @Sendable () async throws -> String) async throws -> String {
        do {
            return try await draw()
        } catch let failure as CommandFailure where failure.exitCode == 2 {
            throw failure
        } catch let error as FilterError {
            throw error
        } catch  where !Task.isCancelled {
            return "\(error)\n"
        }
    }
}

/// A terminal that shows one page, as large as it is; what was there before comes back at the end. Where standard output is no
/// terminal, pages are printed one below the other.
private final class LiveScreen {
    private let isTerminal = StandardStream.output.isTerminal
    /// Shown last, and is left behind at the end.
    private var page = ""

    private static let glance = Duration.milliseconds(100)

    init() { if isTerminal { write("\u{1b}[?1049h\u{1b}[?25l") } }

    func leave() {
        if isTerminal { write("\u{1b}[?25h\u{1b}[?1049l" + page) }
    }

    /// Until the time is over; drawn again at once if the terminal's size changes.
    func show(_ text: String, for duration: Duration) async throws {
        page = text
        guard isTerminal else {
            try StandardStream.output.write(Array((text + "\n").utf8))
            return try await Task.sleep(for: duration)
        }
        let end = ContinuousClock.now + duration
        var size = (columns: 0, rows: 0)
        repeat {
            let now = StandardStream.output.size ?? (columns: 80, rows: 24)
            if now != size {
                size = now
                try StandardStream.output.write(Array(Self.frame(text, size).utf8))
            }
            try await Task.sleep(for: min(Self.glance, max(.zero, end - .now)))
        } while ContinuousClock.now < end
    }

    /// As many lines as there is room for, each cut at the edge.
    private static func frame(_ text: String, _ size: (columns: Int, rows: Int)) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let shown = lines.prefix(max(1, size.rows - 1)).map { $0.prefix(size.columns) + "\u{1b}[K" }
        return "\u{1b}[H" + shown.joined(separator: "\r\n") + "\u{1b}[J"
    }

    private func write(_ text: String) { try? StandardStream.output.write(Array(text.utf8)) }
}
