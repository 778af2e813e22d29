internal import CBPF
internal import Glibc
internal import SystemRuntime

/// tcx, since Linux 6.6: the hook calls the program itself, without a queueing discipline and filters in between, which
/// takes 50 ns a packet instead of 130.
extension TrafficControlHook {
    /// Names of our programs begin so: by it a former one is known.
    private static let prefix = "apus_"
    /// BPF_F_BEFORE of a newer linux/bpf.h: as the first.
    private static let asFirst: Int32 = 1 << 3
    /// BPF_MPROG_MAX of the kernel.
    private static let programsAtMost = 64

    /// BPF_TCX_INGRESS and BPF_TCX_EGRESS of a newer linux/bpf.h.
    private var attachType: bpf_attach_type { bpf_attach_type(direction == .ingress ? 46 : 47) }

    /// - Returns: false when the kernel has no tcx.
    func attachDirectly(_ program: borrowing BPFProgram) throws(BPFError) -> Bool {
        guard let present = try programs() else { return false }
        if let former = try ours(among: present) {
            try attach(program, flags: Int32(BPF_F_REPLACE), former: former.descriptor.rawValue)
        } else {
            try attach(program, flags: Self.asFirst, former: 0)
        }
        return true
    }

    private func attach(_ program: borrowing BPFProgram, flags: Int32, former: Int32) throws(BPFError) {
        var options: bpf_prog_attach_opts = .init()
        let lastField: KeyPath<bpf_prog_attach_opts, Int32> = \.replace_prog_fd
        options.sz = endOfField(lastField)
        options.flags = UInt32(flags)
        options.replace_prog_fd = former
        let status = unsafe bpf_prog_attach_opts(
            program.descriptor.rawValue, Int32(interfaceIndex), attachType, &options)
        guard status == 0 else { throw BPFError("attach \(program.name) to the tc hook", object, code: -status) }
    }

    /// Nothing happens when there is none, or no interface any more.
    func detachDirectly() throws(BPFError) {
        let present: [UInt32]?
        do { present = try programs() } catch {
            guard error.code == ENODEV else { throw error }
            return
        }
        guard let former = try ours(among: present ?? []) else { return }
        let status = bpf_prog_detach2(former.descriptor.rawValue, Int32(interfaceIndex), attachType)
        guard [0, -ENOENT, -ENODEV].contains(status) else {
            throw BPFError("detach \(former.name) from the tc hook", object, code: -status)
        }
    }

    private func ours(among programs: [UInt32]) throws(BPFError) -> BPFProgram? {
        for id in programs {
            if let program = try BPFProgram(id: id), program.name.hasPrefix(Self.prefix) { return program }
        }
        return nil
    }

    /// Numbers of the programs that are called directly, in their order; nil when the kernel has no tcx.
    package func programs() throws(BPFError) -> [UInt32]? {
        var status: Int32 = 0
        let ids = unsafe [UInt32](unsafeUninitializedCapacity: Self.programsAtMost) { buffer, initialized in
            var count = UInt32(buffer.count)
            status = unsafe bpf_prog_query(
                Int32(interfaceIndex), attachType, 0, nil, buffer.baseAddress, &count)
            initialized = status == 0 ? Int(count) : 0
        }
        guard status != -EINVAL else { return nil }
        guard status == 0 else { throw BPFError("list the programs at the tc hook", object, code: -status) }
        return ids
    }
}
