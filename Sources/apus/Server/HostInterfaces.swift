import FlowModel
import Foundation
import SystemRuntime

/// The network interfaces of the namespace that the process is in.
enum HostInterfaces {
    static func names() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/net")) ?? []).sorted()
    }

    static func index(of name: String) -> UInt32? {
        guard names().contains(name) else { return nil }
        let text = try? String(contentsOfFile: "/sys/class/net/\(name)/ifindex", encoding: .utf8)
        return text.flatMap { UInt32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// The host's own addresses: its side of a flow is named `host`.
    static func addresses() throws(SystemError) -> [IPAddress] {
        try InterfaceAddresses.all().compactMap { IPAddress($0) }
    }
}
