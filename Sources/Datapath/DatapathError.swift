package import BPFRuntime

/// Why the kernel side could not do what was asked. What was in force before still is.
package enum DatapathError: Error, Hashable, Sendable, CustomStringConvertible {
    case unsupported(MissingKernelSupport)
    /// A setting's value cannot be used.
    case setting(name: String, value: String, accepted: String)
    /// A map has no room for what should be in force.
    case mapFull(map: String, capacity: Int, setting: String)
    case bpf(BPFError)

    package var description: String {
        switch self {
        case .unsupported(let missing): missing.description
        case .setting(let name, let value, let accepted): "\(name) is \(value); accepted is \(accepted)"
        case .mapFull(let map, let capacity, let setting):
            "the kernel's map \(map) is full with \(capacity) entries: raise \(setting)"
        case .bpf(let error): error.description
        }
    }
}
