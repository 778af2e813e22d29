package import SystemRuntime

/// Why a laboratory could not be built or used.
package enum LabError: Error, Hashable {
    /// Capabilities that this process lacks.
    case missingCapabilities([String])
    /// A program that was not found, and the folders that were searched.
    case missingProgram(String, searched: [String])
    /// `ip` refused a line of its batch.
    case configuration(host: String, line: String, message: String)
    /// What did not come up in time.
    case notReady(host: String, interface: String, seconds: Int)
    case system(host: String, SystemError)
    /// The laboratory was closed before or meanwhile.
    case closed
}

extension LabError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingCapabilities(let names):
            "a laboratory needs \(names.joined(separator: " and ")): run it as root, or in a container that has them"
        case .missingProgram(let name, let folders):
            "a laboratory needs the program \(name) (package iproute2); not in \(folders.joined(separator: ", "))"
        case .configuration(let host, let line, let message):
            "cannot configure \(host) of the laboratory: ip \(line): \(message)"
        case .notReady(let host, let interface, let seconds):
            "interface \(interface) of \(host) in the laboratory was not usable after \(seconds) s"
        case .system(let host, let error): "\(host) of the laboratory: \(error)"
        case .closed: "the laboratory is closed"
        }
    }
}
