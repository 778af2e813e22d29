import FlowCatalog
import FlowHistory
import FlowMetrics
import FlowModel
import FlowRing
import Foundation
import HistoryFaults
import Testing

@testable import apus

@Suite("The history thread")
struct HistoryStageTests {
    private static let flows: UInt64 = 3_000

    @Test("leaves in the ring what a full backlog has no room for, and stores all of it when the disk works again")
    func backlog() throws {
        let store = FaultStore()
        let disk = FaultyDisk(store.directory)
        let catalog = FlowCatalog()
        catalog.internScripted(through: Self.flows)
        let settings = faultSettings(store.directory)
        let ring = BroadcastRing<Flow>(capacity: 4_096, start: 1)
        let (losses, bell, thread) = (LossLedger(), ReaderBell(), StageThread())
        let status = try start(thread, HistoryWriter(settings, catalog: catalog), ring, losses, bell)
        disk.fail(.changes)
        fill(ring, bell)
        #expect(holds { status.waitingFlows == settings.backlogFlows && status.failedWrites > 3 })
        disk.work()
        #expect(holds { status.storedThrough == Self.flows })
        thread.stop { bell.wake() }
        #expect(status.lostFlows == 0)
        #expect(losses.count == 0)
        let found = StoreInspection(store.directory, isThorough: true)
        #expect(found.problems == [])
        #expect(found.storedFlows == Self.flows && found.lostFlows == 0)
    }

    private func fill(_ ring: BroadcastRing<Flow>, _ bell: ReaderBell) {
        var end = BroadcastWriter(ring)
        for first in stride(from: 1, through: Self.flows, by: 100) {
            let batch = (first..<first + 100).map { Flow.scripted($0) }
            end.append(batch.span)
            bell.ring()
        }
    }

    private func start(
        _ thread: StageThread, _ writer: consuming HistoryWriter, _ ring: BroadcastRing<Flow>, _ losses: LossLedger,
        _ bell: ReaderBell
    ) -> HistoryStatus {
        let status = writer.status
        let stage = Handover(
            HistoryStage(
                flows: ring, writer: writer, nameGrace: 0, losses: losses, bell: bell, meters: PipelineMeters()
            ) { _ in })
        thread.start("history") { stage.take().run(until: $0.isStopping) }
        return status
    }

    /// Looks until it does; false after ten seconds.
    private func holds(_ condition: () -> Bool) -> Bool {
        for _ in 0..<1_000 {
            if condition() { return true }
            usleep(10_000)
        }
        return condition()
    }
}
