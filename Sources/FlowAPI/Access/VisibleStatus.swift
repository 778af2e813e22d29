internal import FlowWire

extension StatusReport {
    /// What one who sees only some namespaces is told: that the server works and what it loses. How much it sees, keeps and
    /// knows in all says something of the others, and is 0 here.
    func withoutTotals() -> StatusReport {
        var report = self
        (report.num_flows, report.seen_flows, report.flows_rate) = ("0", "0", 0)
        report.apus.captured = "0"
        report.apus.cilium = nil
        report.apus.late_names = "0"
        (report.apus.endpoints, report.apus.policies, report.apus.refused_manifests) = (0, 0, 0)
        report.apus.history = nil
        return report
    }
}

extension FlowAPI {
    func status(for caller: Caller) -> StatusReport {
        caller.namespaces == nil ? sources.status() : sources.status().withoutTotals()
    }
}
