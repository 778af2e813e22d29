internal import CBPF
internal import Glibc

/// What the kernel or the process lacks for the programs to run.
package enum MissingKernelSupport: Error, Hashable, Sendable, CustomStringConvertible {
    /// Names of capabilities: `CAP_BPF`…
    case capabilities([String])
    case bpfSystemCall
    case typeInformation
    case programType(String)
    case mapType(String)

    package var description: String {
        switch self {
        case .capabilities(let names):
            "the process lacks \(names.joined(separator: ", ")): run it as root, or give it these capabilities"
        case .bpfSystemCall: "the kernel has no bpf() system call: it needs CONFIG_BPF_SYSCALL"
        case .typeInformation:
            "/sys/kernel/btf/vmlinux is missing: the kernel needs CONFIG_DEBUG_INFO_BTF, /sys be mounted"
        case .programType(let name): "the kernel cannot run BPF programs of type \(name)"
        case .mapType(let name): "the kernel has no BPF maps of type \(name): Linux 5.17 or later is needed"
        }
    }
}

package enum KernelSupport {
    /// Bits of capability sets, from linux/capability.h. CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON.
    private static let required: [(name: String, bits: [Int])] = [
        ("CAP_BPF", [39, 21]), ("CAP_PERFMON", [38, 21]), ("CAP_NET_ADMIN", [12]),
    ]

    /// The kernel's own name: `6.1.0-18-amd64`.
    package static var release: String {
        var names = utsname()
        guard unsafe uname(&names) == 0 else { return "unknown" }
        return unsafe withUnsafeBytes(of: &names.release) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// Checks what can be known before anything is loaded. That the interface can carry tc programs (CONFIG_NET_CLS_ACT,
    /// CONFIG_NET_CLS_BPF) shows when the first one is attached.
    package static func check() throws(MissingKernelSupport) {
        LibbpfLog.start()
        let effective = effectiveCapabilities()
        let lacking = required.filter { !$0.bits.contains { effective >> UInt64($0) & 1 == 1 } }
        guard lacking.isEmpty else { throw .capabilities(lacking.map(\.name)) }
        guard unsafe access("/sys/kernel/btf/vmlinux", R_OK) == 0 else { throw .typeInformation }
        let ring = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil)
        guard ring != -ENOSYS else { throw .bpfSystemCall }
        guard ring == 1 else { throw .mapType("ringbuf") }
        guard libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SCHED_CLS, nil) == 1 else {
            throw .programType("sched_cls (CONFIG_NET_CLS_BPF)")
        }
    }

    /// The process's effective capability set; none when /proc does not tell.
    private static func effectiveCapabilities() -> UInt64 {
        guard let file = unsafe fopen("/proc/self/status", "re") else { return 0 }
        defer { unsafe fclose(file) }
        var text = [UInt8](repeating: 0, count: 8192)
        let count = unsafe text.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
        let lines = String(decoding: text.prefix(count), as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("CapEff:") }) else { return 0 }
        return UInt64(line.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) ?? 0
    }
}
