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

    /// Our place among the filters of a hook: first, and with a number that no other tool uses by default, so that
    /// replacing it replaces only a former program of ours.
    private static let priority: UInt32 = 1
    private static let handle: UInt32 = 0xa905

    package let interfaceIndex: UInt32
    package let direction: Direction

    package init(interfaceIndex: UInt32, direction: Direction) {
        self.interfaceIndex = interfaceIndex
        self.direction = direction
    }

    /// Puts the program at the hook, before all others, in one step instead of a former one of ours. It stays there until
    /// `detach` or the interface's end, whatever becomes of this process.
    package func attach(_ program: borrowing BPFProgram) throws(BPFError) {
        guard try !attachDirectly(program) else { return }
        try attachFilter(program)
    }

    /// Takes our program off, if there is one, and the interface.
    package func detach() throws(BPFError) {
        try detachDirectly()
        try detachFilter()
    }

    var object: String { "of interface \(interfaceIndex) (\(direction))" }

    private var hook: bpf_tc_hook {
        var hook = bpf_tc_hook()
        hook.sz = endOfField(\bpf_tc_hook.parent)
        hook.ifindex = Int32(interfaceIndex)
        hook.attach_point = direction == .ingress ? BPF_TC_INGRESS : BPF_TC_EGRESS
        return hook
    }

    private func options() -> bpf_tc_opts {
        var options = bpf_tc_opts()
        options.sz = endOfField(\bpf_tc_opts.priority)
        options.handle = Self.handle
        options.priority = Self.priority
        return options
    }

    /// Adds the `clsact` queueing discipline that carries the hook, unless it is there. It stays after a detach: it costs
    /// nothing while empty, and others may have put their filters there since.
    private func create() throws(BPFError) {
        LibbpfLog.start()
        var hook = hook
        let status = unsafe bpf_tc_hook_create(&hook)
        guard status == 0 || status == -EEXIST else {
            throw LibbpfLog.error("add clsact to the tc hook", object, code: status)
        }
    }

    /// Adds the program as a filter, in one step instead of ours that is there.
    func attachFilter(_ program: borrowing BPFProgram) throws(BPFError) {
        try create()
        LibbpfLog.start()
        var hook = hook
        var options = options()
        options.prog_fd = program.descriptor.rawValue
        options.flags = UInt32(BPF_TC_F_REPLACE.rawValue)
        let status = unsafe bpf_tc_attach(&hook, &options)
        guard status == 0 else { throw LibbpfLog.error("attach \(program.name) to the tc hook", object, code: status) }
    }

    /// Nothing happens when there is none, or no interface any more.
    func detachFilter() throws(BPFError) {
        LibbpfLog.start()
        var hook = hook
        var options = options()
        let status = unsafe bpf_tc_detach(&hook, &options)
        if [0, -ENOENT, -ENODEV, -EINVAL].contains(status) { return }
        throw LibbpfLog.error("detach from the tc hook", object, code: status)
    }
}
