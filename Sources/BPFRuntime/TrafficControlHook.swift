internal import CBPF
internal import Glibc
internal import SystemRuntime

/// The tc hook of an interface in one direction. All calls act in the calling thread's network namespace.
package struct TrafficControlHook: Sendable, Hashable {
    package enum Direction: Sendable {
        /// Packets that the interface receives.
        case ingress
        /// Packets that it sends.
        case egress
    }

    package let interfaceIndex: UInt32
    package let direction: Direction

    package init(interfaceIndex: UInt32, direction: Direction) {
        self.interfaceIndex = interfaceIndex
        self.direction = direction
    }

    private var object: String { "of interface \(interfaceIndex) (\(direction))" }

    private var hook: bpf_tc_hook {
        var hook = bpf_tc_hook()
        hook.sz = endOfField(\bpf_tc_hook.parent)
        hook.ifindex = Int32(interfaceIndex)
        hook.attach_point = direction == .ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS
        return hook
    }

    private func options(handle: UInt32, priority: UInt32) -> bpf_tc_opts {
        var options = bpf_tc_opts()
        options.sz = endOfField(\bpf_tc_opts.priority)
        options.handle = handle
        options.priority = priority
        return options
    }

    /// Adds the `clsact` queueing discipline that carries the hook, unless it is there. It stays after a detach: it costs
    /// nothing while empty, and others may have put their filters there since.
    package func create() throws(BPFError) {
        LibbpfLog.start()
        var hook = hook
        let status = unsafe bpf_tc_hook_create(&hook)
        guard status == 0 || status == -EEXIST else {
            throw LibbpfLog.error("add clsact to the tc hook", object, code: status)
        }
    }

    /// Puts the program at this place of the hook, in one step instead of the one that is there.
    ///
    /// - Parameters:
    ///   - handle: number of the filter among those of its priority.
    ///   - priority: lower ones run first.
    package func attach(_ program: borrowing BPFProgram, handle: UInt32, priority: UInt32) throws(BPFError) {
        LibbpfLog.start()
        var hook = hook
        var options = options(handle: handle, priority: priority)
        options.prog_fd = program.descriptor.rawValue
        options.flags = UInt32(BPF_TC_F_REPLACE.rawValue)
        let status = unsafe bpf_tc_attach(&hook, &options)
        guard status == 0 else { throw LibbpfLog.error("attach \(program.name) to the tc hook", object, code: status) }
    }

    /// - Returns: whether there was a program, on an interface that exists.
    @discardableResult
    package func detach(handle: UInt32, priority: UInt32) throws(BPFError) -> Bool {
        LibbpfLog.start()
        var hook = hook
        var options = options(handle: handle, priority: priority)
        let status = unsafe bpf_tc_detach(&hook, &options)
        if [0, -ENOENT, -ENODEV, -EINVAL].contains(status) { return status == 0 }
        throw LibbpfLog.error("detach from the tc hook", object, code: status)
    }
}
