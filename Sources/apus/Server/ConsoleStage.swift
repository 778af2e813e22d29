import Console
import FlowCatalog
import FlowModel
import FlowRing
import Synchronization
import SystemRuntime

/// The thread `apus-console`: the ring's flows, as they come, to standard output.
final class ConsoleStage: Sendable {
    private let thread = StageThread()
    /// Standard output went away.
    let hasNoReader = Atomic(false)

    /// How often it looks for new flows.
    private static let intervalNanoseconds: UInt64 = 20_000_000

    func start(_ flows: BroadcastRing<Flow>, _ losses: LossLedger, _ printer: FlowPrinter) {
        thread.start("apus-console") { thread in
            var reader = BroadcastReader(flows, at: flows.start)
            var printer = printer
            var lossCursor = 0
            while true {
                let wasStopping = thread.isStopping.load(ordering: .acquiring)
                self.print(&reader, losses, &lossCursor, &printer)
                if wasStopping || self.hasNoReader.load(ordering: .relaxed) { break }
                NamedThread.sleep(nanoseconds: Self.intervalNanoseconds)
            }
            var bytes: [UInt8] = []
            printer.flush(to: &bytes)
            self.write(bytes)
        }
    }

    /// Prints what is left and ends.
    func stop() { thread.stop() }

    private func print(
        _ reader: inout BroadcastReader<Flow>, _ losses: LossLedger, _ lossCursor: inout Int,
        _ printer: inout FlowPrinter
    ) {
        var bytes: [UInt8] = []
        while true {
            let step = reader.read { span in for index in span.indices { printer.append(span[index], to: &bytes) } }
            if step.lost > 0 {
                let now = SystemClock.realtimeNanoseconds()
                let loss = LostEvent(place: .flowRing, count: step.lost, firstNanoseconds: now, lastNanoseconds: now)
                printer.append(loss, to: &bytes)
            }
            if step.count == 0 && step.lost == 0 { break }
            if bytes.count >= 65_536 {
                write(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        for loss in losses.entries(from: &lossCursor) { printer.append(loss, to: &bytes) }
        write(bytes)
    }

    private func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, !hasNoReader.load(ordering: .relaxed) else { return }
        do throws(SystemError) { try StandardStream.output.write(bytes) } catch {
            hasNoReader.store(true, ordering: .relaxed)
        }
    }
}
