internal import BPFRuntime
internal import DatapathABI
internal import SystemRuntime

extension LoadedBPFObject {
    /// `pod.bpf.c`: the programs at endpoints' interfaces, and all maps.
    static func pod(_ settings: DatapathSettings) throws(BPFError) -> LoadedBPFObject {
        var object = try BPFObject(name: "apus_pod", elf: decodeBase64(PodObject.base64))
        try object.setReadOnly("settings", to: settings.kernelValue(ignored: (0, 0, 0, 0)))
        try object.setCapacity(ofMap: "events", to: settings.ringBufferBytes)
        try object.setCapacity(ofMap: "conntrack", to: settings.conntrackEntries)
        try object.setCapacity(ofMap: "policy", to: settings.policyEntries)
        try object.setCapacity(ofMap: "ipcache", to: settings.ipcacheEntries)
        try object.setCapacity(ofMap: "endpoints", to: settings.endpointEntries)
        // One more: an interface gets another endpoint's slot before its old one is free.
        try object.setCapacity(ofMap: "policy_in_force", to: settings.endpointEntries + 1)
        return try object.load()
    }

    /// `kernel_drops.bpf.c`.
    ///
    /// - Parameters:
    ///   - ignored: a bit for each drop reason that is not told.
    ///   - tellsReceiver: whether this kernel's tracepoint has the receiving socket as its fourth argument.
    ///   - pod: whose ring buffer and counters it uses.
    static func kernelDrops(
        _ settings: DatapathSettings, ignored: KernelReasons.Bits, tellsReceiver: Bool,
        sharing pod: borrowing LoadedBPFObject
    ) throws(BPFError) -> LoadedBPFObject {
        var object = try BPFObject(name: "apus_drops", elf: decodeBase64(KernelDropsObject.base64))
        try object.setReadOnly("settings", to: settings.kernelValue(ignored: ignored))
        try object.setReadOnly("tells_receiver", to: tellsReceiver)
        try object.setCapacity(ofMap: "namespaces", to: UInt32(max(1, settings.restrictToNamespaces?.count ?? 0)))
        try object.share(try pod.map("events"), asMap: "events")
        try object.share(try pod.map("counters"), asMap: "counters")
        let loaded = try object.load()
        let namespaces = try loaded.map("namespaces")
        for inode in settings.restrictToNamespaces ?? [] { try namespaces.update(inode, to: UInt8(1)) }
        return loaded
    }
}

extension DatapathSettings {
    func kernelValue(ignored: KernelReasons.Bits) -> apus_settings {
        let (seconds, attoseconds) = traceInterval.components
        return apus_settings(
            trace_interval_ns: UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000),
            tick_ns: SystemClock.tickNanoseconds(), ignored_reasons: ignored,
            trace_every_packet: traceAggregation == .none ? 1 : 0,
            restrict_namespaces: restrictToNamespaces == nil ? 0 : 1)
    }

    /// What the kernel would refuse with less to say.
    func validate() throws(DatapathError) {
        guard ringBufferBytes.nonzeroBitCount == 1, ringBufferBytes >= 65_536 else {
            throw .setting(
                name: "ringBufferBytes", value: "\(ringBufferBytes)", accepted: "a power of two, at least 65536")
        }
        guard traceInterval >= .zero, traceInterval <= .seconds(86_400) else {
            throw .setting(name: "traceInterval", value: "\(traceInterval)", accepted: "0 seconds to a day")
        }
        let capacities = [
            ("conntrackEntries", conntrackEntries), ("policyEntries", policyEntries),
            ("ipcacheEntries", ipcacheEntries),
            ("endpointEntries", endpointEntries),
        ]
        for (name, value) in capacities where !(1...(1 << 26)).contains(value) {
            throw .setting(name: name, value: "\(value)", accepted: "1 to \(1 << 26)")
        }
    }
}
