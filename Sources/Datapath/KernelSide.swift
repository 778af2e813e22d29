internal import BPFRuntime

/// What the kernel holds for us once both objects are loaded.
struct KernelSide: ~Copyable {
    let fromPod: BPFProgram
    let toPod: BPFProgram
    let policy: BPFMap
    let policyInForce: BPFMappedWords
    let ruleHits: BPFMap
    let sweep: BPFProgram
    let ipcache: BPFMap
    let endpoints: BPFMap
    let events: BPFMap
    let counterReader: DatapathCounterReader
    /// Nil when kernel drops are not told.
    let watch: BPFLink?
    let reasons: KernelReasons
    let programs: ProgramStatistics

    static func load(_ settings: DatapathSettings) throws(DatapathError) -> KernelSide {
        try settings.validate()
        do { try KernelSupport.check() } catch { throw .unsupported(error) }
        let types: KernelTypes
        do { types = try KernelTypes() } catch { throw .bpf(error) }
        let reasons = KernelReasons(enumerators: types.enumerators(of: "skb_drop_reason"))
        let ignored = try reasons.bits(of: settings.ignoredKernelReasons)
        let tellsReceiver = types.argumentCount(ofTracepoint: "kfree_skb") ?? 0 > 3
        do {
            return try load(settings, reasons, ignored, tellsReceiver: tellsReceiver)
        } catch { throw .bpf(error) }
    }

    private static func load(
        _ settings: DatapathSettings, _ reasons: KernelReasons, _ ignored: KernelReasons.Bits, tellsReceiver: Bool
    ) throws(BPFError) -> KernelSide {
        let pod = try LoadedBPFObject.pod(settings)
        var dropProgram: BPFProgram?
        var watch: BPFLink?
        var countedDrops: BPFProgram?
        if settings.kernelDrops {
            let drops = try LoadedBPFObject.kernelDrops(
                settings, ignored: ignored, tellsReceiver: tellsReceiver, sharing: pod)
            dropProgram = try drops.program("kfree_skb")
            countedDrops = try drops.program("kfree_skb")
            watch = try drops.attach(program: "kfree_skb")
        }
        return KernelSide(
            fromPod: try pod.program("apus_from_pod"), toPod: try pod.program("apus_to_pod"),
            policy: try pod.map("policy"), policyInForce: try BPFMappedWords(pod.map("policy_in_force")),
            ruleHits: try pod.map("rule_hits"), sweep: try pod.program("apus_sweep_connections"),
            ipcache: try pod.map("ipcache"), endpoints: try pod.map("endpoints"), events: try pod.map("events"),
            counterReader: DatapathCounterReader(counters: try pod.map("counters"), kernelDrops: dropProgram),
            watch: watch, reasons: reasons,
            programs: try ProgramStatistics(
                fromPod: pod.program("apus_from_pod"), toPod: pod.program("apus_to_pod"),
                sweep: pod.program("apus_sweep_connections"), kernelDrops: countedDrops,
                isCounting: settings.countsProgramRuns))
    }
}
