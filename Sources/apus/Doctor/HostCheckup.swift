import BPFRuntime
import Console
import FlowHistory
import Foundation
import HTTPTransport
import SQLiteRuntime
import SystemRuntime

/// What can be told of this host without a server: whether one could run here.
enum HostCheckup {
    static func findings(certificates: [String], dataDir: String?) -> [Finding] {
        [kernel(), capabilities(), typeInformation(), clock()] + certificates.map(certificate)
            + (dataDir.map { [disk($0), store($0)] } ?? [])
    }

    // MARK: Kernel

    private static let oldestKernel = (5, 17)

    private static func kernel() -> Finding {
        let release = KernelSupport.release
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else {
            return .warn(
                "kernel", "Linux \(release)", remedy: "Linux \(oldestKernel.0).\(oldestKernel.1) or later is needed")
        }
        guard (numbers[0], numbers[1]) >= oldestKernel else {
            return .fail(
                "kernel", "Linux \(release)", remedy: "Linux \(oldestKernel.0).\(oldestKernel.1) or later is needed")
        }
        return .ok("kernel", "Linux \(release)")
    }

    private static func capabilities() -> Finding {
        do throws(MissingKernelSupport) {
            try KernelSupport.check()
            return .ok(
                "capabilities", "CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN are there; ring buffers and tc programs work")
        } catch {
            guard case .capabilities(let names) = error else {
                return .fail("BPF", "\(error)", remedy: "a kernel with BPF: CONFIG_BPF_SYSCALL, CONFIG_NET_CLS_BPF")
            }
            return .fail(
                "capabilities", "\(names.joined(separator: ", ")) \(names.count == 1 ? "is" : "are") missing",
                remedy: "run it as root, or give the unit AmbientCapabilities=\(names.joined(separator: " "))")
        }
    }

    private static let typeInformationPath = "/sys/kernel/btf/vmlinux"

    private static func typeInformation() -> Finding {
        FileManager.default.isReadableFile(atPath: typeInformationPath)
            ? .ok("BTF", "\(typeInformationPath) is there")
            : .fail(
                "BTF", "\(typeInformationPath) cannot be read",
                remedy: "mount /sys; the kernel needs CONFIG_DEBUG_INFO_BTF")
    }

    // MARK: Clock

    private static func clock() -> Finding {
        SystemClock.isSynchronised
            ? .ok("clock", "it is kept in step with others")
            : .warn(
                "clock", "nothing keeps it in step with others",
                remedy:
                    "run chrony or systemd-timesyncd: times of several nodes are compared by people and by dashboards")
    }

    // MARK: Certificates

    static func certificate(_ path: String) -> Finding {
        let now = Int64(SystemClock.realtimeNanoseconds() / 1_000_000_000)
        do throws(TLSError) {
            let file = try TLSCertificateFile(reading: path)
            let days = (file.expirySeconds - now) / 86_400
            let remedy = "renew it: `apus serve` reads the file again when it changes"
            if file.expirySeconds < now { return .fail("certificate", file.warning(now: now) ?? path, remedy: remedy) }
            if let warning = file.warning(now: now) { return .warn("certificate", warning, remedy: remedy) }
            return .ok("certificate", "\(path) is good for \(days) days")
        } catch {
            return .fail("certificate", "\(error)", remedy: "a file of certificates in PEM that can be read")
        }
    }

    // MARK: Store

    private static let scarceBytes: UInt64 = 1 << 30
    private static let lastBytes: UInt64 = 64 << 20

    static func disk(_ directory: String) -> Finding {
        guard let free = DiskSpace.freeBytes(directory), let total = DiskSpace.totalBytes(directory) else {
            return .fail(
                "disk", "\(directory) cannot be looked at", remedy: "make the directory, or name another: --data-dir")
        }
        let text = "\(free.bytesText) of \(total.bytesText) are free at \(directory)"
        let remedy =
            "free some, give history less (--history-size, --history-age), or name another disk: --data-dir"
        if free < min(lastBytes, total / 50) { return .fail("disk", text, remedy: remedy) }
        if free < min(scarceBytes, total / 10) { return .warn("disk", text, remedy: remedy) }
        return .ok("disk", text)
    }

    private static func store(_ directory: String) -> Finding {
        do throws(HistoryError) {
            var reader = try HistoryReader(directory: directory)
            let held = try reader.heldTimes()
            guard let held else { return .ok("store", "\(directory) has no flows yet") }
            return .ok("store", "\(directory) holds \((held.upperBound - held.lowerBound).durationText) of flows")
        } catch {
            if case .noStore = error { return .ok("store", "there is none in \(directory) yet") }
            return .fail(
                "store", "\(error)",
                remedy: "`apus history verify --data-dir \(directory)` says which files are damaged")
        }
    }
}
