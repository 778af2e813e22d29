import BPFRuntime
import FlowCapture

/// The reading end of Cilium's own events, on its way to the capture thread.
struct CiliumSource: Sendable {
    let counters = PerfCaptureCounters()
    let capture: Handover<PerfCapture>

    static let defaultPath = "/sys/fs/bpf/tc/globals/cilium_events"

    /// From here on whoever read the array before gets nothing.
    ///
    /// - Parameters:
    ///   - path: where the perf event array is pinned.
    ///   - ringBytes: of a processor's ring: a power of two of whole pages.
    init(path: String, ringBytes: Int) throws(CiliumSourceError) {
        do throws(BPFError) {
            let reader = try PerfEventArrayReader(
                BPFMap(pinned: path), bytesPerCPU: ringBytes, wakeUpBytes: ringBytes / 4)
            capture = Handover(PerfCapture(reader: reader, counters: counters))
        } catch { throw CiliumSourceError(path: path, cause: error) }
    }

    /// Events for which there was a flow, and those that the kernel could not write.
    static func produced(_ counters: PerfCaptureCounters) -> UInt64 { counters.flows + counters.lost }
}

struct CiliumSourceError: Error, CustomStringConvertible {
    let path: String
    let cause: BPFError

    var description: String {
        """
        --cilium-events \(path): \(cause). Accepted is the path of a pinned perf event array; Cilium's agent pins it when it \
        starts, below the BPF file system of its node (\(CiliumSource.defaultPath), or tc/globals in /run/cilium/bpffs)
        """
    }
}
