/// Names of the node's interfaces: `lxc-` and what tells pods apart, at most 15 bytes as the kernel wants it.
struct LabInterfaceNames {
    private var taken: Set<String> = []

    /// A name that was not given before: the pod's own if it is short, else its beginning and its end.
    mutating func next(for pod: String) -> String {
        let short = pod.utf8.count <= 11 ? pod : "\(pod.prefix(5))-\(pod.suffix(5))"
        let isPlain = short.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }
        var name = isPlain ? "lxc-\(short)" : "lxc-pod"
        if taken.contains(name) || !isPlain { name = "lxc-pod\(taken.count)" }
        taken.insert(name)
        return name
    }
}
