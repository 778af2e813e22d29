internal import FlowModel
internal import SystemRuntime

/// Configures one host of a laboratory. Each step runs on a thread of its own within the host's network namespace.
struct HostSetUp {
    let host: String
    let namespace: NetworkNamespace

    /// How long links may take until they are usable. They take milliseconds.
    private static let readySeconds = 5

    /// Settings that interfaces made later inherit: addresses usable at once, no router discovery, every answer sent.
    private static let settings = [
        "ipv6/conf/all/accept_dad": "0", "ipv6/conf/default/accept_dad": "0",
        "ipv6/conf/default/accept_ra": "0", "ipv6/conf/default/router_solicitations": "0",
        "ipv4/conf/all/rp_filter": "0", "ipv4/conf/default/rp_filter": "0",
        "ipv4/ping_group_range": "0 2147483647",
        "ipv4/icmp_ratelimit": "0", "ipv6/icmp/ratelimit": "0",
    ]
    private static let forwarding = ["ipv4/ip_forward": "1", "ipv6/conf/all/forwarding": "1"]

    func writeSettings(isNode: Bool) throws(LabError) {
        try inside {
            // Forwarding first: switching it resets other settings.
            let settings = (isNode ? Self.forwarding.sorted(by: <) : []) + Self.settings.sorted(by: <)
            for (name, value) in settings { try KernelFile.write(value, to: "/proc/sys/net/\(name)") }
        }
    }

    /// Runs the batch with iproute2.
    func configure(_ batch: String, program: String) throws(LabError) {
        let host = host
        try inside {
            let ending = try ChildProcess.run(program, ["-batch", "-"], input: batch)
            guard ending.status != 0 else { return }
            throw Self.error(host: host, batch: batch, messages: ending.messages)
        }
    }

    /// Waits until the interface carries, and until the address on it, if one is given, may be used.
    func waitUntilReady(_ interface: String, address: IPAddress?) throws(LabError) {
        let host = host
        try inside {
            let deadline = SystemClock.monotonicNanoseconds() + UInt64(Self.readySeconds) * 1_000_000_000
            while try !Self.isReady(interface, address) {
                guard SystemClock.monotonicNanoseconds() < deadline else {
                    throw LabError.notReady(host: host, interface: interface, seconds: Self.readySeconds)
                }
                NamedThread.sleep(nanoseconds: 2_000_000)
            }
        }
    }

    /// Numbers of the interfaces, in their order.
    func indices(of interfaces: [String]) throws(LabError) -> [UInt32] {
        let host = host
        return try inside {
            try interfaces.map { name in
                guard let index = LinkState.index(of: name) else {
                    throw LabError.notReady(host: host, interface: name, seconds: 0)
                }
                return index
            }
        }
    }

    private static func isReady(_ interface: String, _ address: IPAddress?) throws -> Bool {
        guard try LinkState.isRunning(interface) else { return false }
        guard let address else { return true }
        let digits = (0..<16).map { index in
            let byte = String(address.byte(index), radix: 16)
            return byte.count == 1 ? "0" + byte : byte
        }.joined()
        // Address, interface number, prefix length, scope, flags, interface name.
        let lines = try KernelFile.read("/proc/thread-self/net/if_inet6").split(separator: "\n")
        return lines.contains { line in
            let fields = line.split(separator: " ")
            guard fields.count == 6, fields[0] == digits, let flags = UInt8(fields[4], radix: 16) else { return false }
            let isTentativeOrFailed = flags & 0x48 != 0
            return !isTentativeOrFailed
        }
    }

    /// `ip` ends its messages with `Command failed -:<line>`.
    static func error(host: String, batch: String, messages: String) -> LabError {
        let lines = messages.split(separator: "\n")
        let number = lines.last?.split(separator: ":").last.flatMap { Int($0) }
        let commands = batch.split(separator: "\n", omittingEmptySubsequences: false)
        let line = number.flatMap { commands.indices.contains($0 - 1) ? String(commands[$0 - 1]) : nil } ?? "-batch"
        return .configuration(host: host, line: line, message: lines.first.map(String.init) ?? "failed without a word")
    }

    private func inside<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) throws(LabError) -> Result {
        do {
            return try namespace.run(body)
        } catch let error as LabError {
            throw error
        } catch let error as SystemError {
            throw .system(host: host, error)
        } catch {
            fatalError("the steps of a set-up throw nothing else")
        }
    }
}
