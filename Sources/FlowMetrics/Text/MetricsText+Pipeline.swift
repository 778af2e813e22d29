internal import FlowModel

extension MetricsText {
    /// What a server tells of itself.
    package mutating func append(_ reading: PipelineReading, _ meters: PipelineMeters) {
        appendLosses(reading)
        appendWay(reading, meters)
        if let history = reading.history { append(history) }
        appendKernelSide(reading)
        append(reading.connections)
        append(reading.policy)
        if let serving = reading.serving { append(serving, reading.lost[.flowRing] ?? 0) }
        append(reading.process)
        gauges("apus_build_info", "Constant 1; the label tells the version.", [([("version", reading.version)], 1)])
    }

    private mutating func appendLosses(_ reading: PipelineReading) {
        counters(
            "apus_lost_flows_total", "Flows lost, by the place where they were lost.",
            LossPlace.allCases.map { ([("place", $0.rawValue)], reading.lost[$0] ?? 0) })
        var bySource: [(String, UInt64)] = []
        for place in LossPlace.allCases {
            let source = place.hubbleName.lowercased()
            let index = bySource.firstIndex { $0.0 == source } ?? bySource.count
            if index == bySource.count { bySource.append((source, 0)) }
            bySource[index].1 += reading.lost[place] ?? 0
        }
        counters(
            "hubble_lost_events_total", "Flows lost, by Hubble's name of the source.",
            bySource.map { ([("source", $0.0)], $0.1) })
        counter(
            "apus_metrics_missed_flows_total",
            "Flows that metrics of flows do not count, as they came too late to them.",
            reading.missedByMetrics)
    }

    private mutating func appendWay(_ reading: PipelineReading, _ meters: PipelineMeters) {
        counter(
            "apus_kernel_events_total", "Events that the BPF programs produced, lost ones included.",
            reading.producedEvents)
        if let cilium = reading.cilium {
            counters(
                "apus_cilium_records_total", "Records of Cilium's programs, by what became of them.",
                [("flow", cilium.flows), ("skipped", cilium.skipped), ("malformed", cilium.malformed)].map {
                    ([("outcome", $0.0)], $0.1)
                })
        }
        counter("apus_flows_total", "Flows put into the ring in memory.", reading.flows)
        counter("apus_late_names_total", "Sides of flows whose name came late and was put in.", reading.lateNames)
        gauge(
            "apus_bpf_ring_bytes", "What the kernel's buffer of events held when it was last emptied.",
            reading.kernelBuffer.used)
        gauge(
            "apus_bpf_ring_most_bytes", "The most that the kernel's buffer of events held since the start.",
            reading.mostInKernelBuffer)
        gauge(
            "apus_bpf_ring_capacity_bytes", "What the kernel's buffer of events can hold.",
            reading.kernelBuffer.capacity)
        gauge("apus_event_ring_events", "Events that wait for enrichment.", reading.eventRing.used)
        gauge("apus_event_ring_capacity_events", "Events that can wait for enrichment.", reading.eventRing.capacity)
        gauge("apus_flow_ring_flows", "Flows that the ring in memory holds.", reading.flowRing.used)
        gauge("apus_flow_ring_capacity_flows", "Flows that the ring in memory can hold.", reading.flowRing.capacity)
        histograms(
            "apus_flow_delay_seconds", "From the event in the kernel to the ring, of the first flow of each batch.",
            [([], meters.delay)])
        histograms(
            "apus_batch_flows", "Flows that a stage takes at once.",
            [
                ([("stage", "enrichment")], meters.enrichmentBatch), ([("stage", "history")], meters.historyBatch),
                ([("stage", "metrics")], meters.metricsBatch),
            ])
        gauge("apus_directory_endpoints", "Endpoints that the directory knows.", UInt64(reading.endpoints))
    }

    private mutating func append(_ history: PipelineReading.HistoryReading) {
        counter("apus_history_stored_flows_total", "Flows written to the history store.", history.storedFlows)
        gauge("apus_history_pending_flows", "Flows in the ring that are not durable yet.", history.pendingFlows)
        gauge(
            "apus_history_lag_seconds", "How far the newest durable flow is behind, while flows wait.",
            seconds: history.lagSeconds)
        gauge("apus_history_size_bytes", "Size of the history store on disk.", history.bytes.used)
        gauge("apus_history_size_limit_bytes", "What the history store may grow to.", history.bytes.capacity)
        if let oldest = history.oldestSeconds {
            gauge(
                "apus_history_oldest_timestamp_seconds", "Time of the oldest flow that is held, since 1970.",
                seconds: oldest)
        }
    }

    private mutating func appendKernelSide(_ reading: PipelineReading) {
        gauges(
            "apus_bpf_map_entries", "Entries of a BPF map that are taken.",
            reading.maps.map { ([("map", $0.name)], $0.fill.used) })
        gauges(
            "apus_bpf_map_capacity_entries", "Entries that a BPF map can hold.",
            reading.maps.map { ([("map", $0.name)], $0.fill.capacity) })
        guard !reading.programs.isEmpty else { return }
        counters(
            "apus_bpf_program_runs_total", "Runs of a BPF program.",
            reading.programs.map { ([("program", $0.name)], $0.runs) })
        let name = "apus_bpf_program_run_seconds_total"
        begin(MetricFamily(name, .counter, "Time that runs of a BPF program took."))
        for program in reading.programs {
            sample(name, [("program", program.name)], Double(program.nanoseconds) / 1e9)
        }
    }

    private mutating func append(_ connections: PipelineReading.ConnectionsReading) {
        gauge("apus_connections", "Connections that the kernel tracks, as of the last sweep.", connections.tracked)
        gauge("apus_connections_capacity", "Connections that the kernel can track.", connections.capacity)
        counter(
            "apus_connections_expired_total", "Connections that sweeps took out after their timeout.",
            connections.expired)
        counter(
            "apus_connection_sweeps_total", "Sweeps of the connections that the kernel tracks.", connections.sweeps)
        counter(
            "apus_connection_sweep_seconds_total", "Time that these sweeps took.",
            seconds: Double(connections.sweepNanoseconds) / 1e9)
    }

    private mutating func append(_ policy: PipelineReading.PolicyReading) {
        gauge("apus_policies", "Policies in force.", policy.policies)
        gauge(
            "apus_policy_revision", "Rises with each other set of policies that is put in force.", policy.revision)
        gauge("apus_policy_map_entries", "Entries of the kernel's policy map that are taken.", policy.entries)
        gauge(
            "apus_policy_map_capacity_entries", "Entries that the kernel's policy map can hold.", policy.capacity)
        counter(
            "apus_policy_failures_total",
            "Changes that could not be put in force, as when a map is full: what was in force stayed.", policy.failures)
    }

    private mutating func append(_ process: PipelineReading.ProcessReading) {
        counter("process_cpu_seconds_total", "Processor time used.", seconds: process.processorSeconds)
        gauge("process_resident_memory_bytes", "Resident memory.", process.residentBytes)
        gauge("process_virtual_memory_bytes", "Address space.", process.virtualBytes)
        gauge(
            "process_start_time_seconds", "Start of the process, since 1970.", seconds: process.startTimeSeconds)
        gauge("process_open_fds", "Open files.", process.openFiles)
        gauge("process_max_fds", "Files that may be open.", process.mostFiles)
    }
}
