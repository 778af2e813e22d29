internal import SystemRuntime

/// What must be there before a laboratory can be built.
package enum LabRequirements {
    /// Finds what is missing, in words that say what to do.
    ///
    /// - Returns: nil if a laboratory can be built.
    package static func missing() -> LabError? {
        do throws(LabError) {
            try checkCapabilities()
            _ = try programPath()
            return nil
        } catch {
            return error
        }
    }

    /// Numbers from `linux/capability.h`.
    private static let capabilities = [(name: "CAP_NET_ADMIN", bit: 12), (name: "CAP_SYS_ADMIN", bit: 21)]
    private static let folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"]

    static func checkCapabilities() throws(LabError) {
        let status: String
        do throws(SystemError) {
            status = try KernelFile.read("/proc/self/status")
        } catch {
            throw .system(host: "the process", error)
        }
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let effective = line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) } ?? 0
        let missing = capabilities.filter { effective >> $0.bit & 1 == 0 }.map(\.name)
        guard missing.isEmpty else { throw .missingCapabilities(missing) }
    }

    /// Where `ip` is.
    static func programPath() throws(LabError) -> String {
        for folder in folders {
            let path = "\(folder)/ip"
            if KernelFile.isExecutable(path) { return path }
        }
        throw .missingProgram("ip", searched: folders)
    }
}
