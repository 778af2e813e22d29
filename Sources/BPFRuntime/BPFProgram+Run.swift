internal import CBPF
internal import Glibc
internal import SystemRuntime

/// What a test run of a tc program gave.
package struct ProgramRun: Sendable {
    /// TC_ACT_*; -1 is TC_ACT_UNSPEC.
    package let result: Int32
    /// The packet afterwards.
    package let packet: [UInt8]
    /// `skb->mark` afterwards.
    package let mark: UInt32
    /// Mean time of one run.
    package let nanoseconds: UInt32
}

extension BPFProgram {
    /// Runs a tc program on a packet that never was on a wire (`BPF_PROG_TEST_RUN`).
    ///
    /// - Parameters:
    ///   - packet: from the Ethernet header on.
    ///   - interfaceIndex: of an interface in the calling thread's network namespace; 1 is loopback.
    package borrowing func run(
        packet: [UInt8], interfaceIndex: UInt32, repetitions: Int32 = 1
    ) throws(BPFError) -> ProgramRun {
        var context = unsafe __sk_buff()
        unsafe context.ifindex = interfaceIndex
        var after = unsafe __sk_buff()
        var output = [UInt8](repeating: 0, count: packet.count + 256)
        var options = unsafe bpf_test_run_opts()
        unsafe options.sz = MemoryLayout<bpf_test_run_opts>.size
        unsafe options.repeat = repetitions
        let status = unsafe packet.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                unsafe withUnsafeMutablePointer(to: &context) { context in
                    unsafe withUnsafeMutablePointer(to: &after) { after in
                        unsafe options.data_in = input.baseAddress.map { unsafe UnsafeRawPointer($0) }
                        unsafe options.data_size_in = UInt32(input.count)
                        unsafe options.data_out = output.baseAddress
                        unsafe options.data_size_out = UInt32(output.count)
                        unsafe options.ctx_in = UnsafeRawPointer(context)
                        unsafe options.ctx_size_in = UInt32(MemoryLayout<__sk_buff>.size)
                        unsafe options.ctx_out = UnsafeMutableRawPointer(after)
                        unsafe options.ctx_size_out = UInt32(MemoryLayout<__sk_buff>.size)
                        return unsafe bpf_prog_test_run_opts(descriptor.rawValue, &options)
                    }
                }
            }
        }
        guard status == 0 else { throw BPFError("run BPF program", name, code: -status) }
        return unsafe ProgramRun(
            result: Int32(bitPattern: options.retval), packet: Array(output.prefix(Int(options.data_size_out))),
            mark: after.mark, nanoseconds: options.duration)
    }

    /// Runs a program of type `syscall`, which may change its argument.
    package borrowing func run<Argument: BitwiseCopyable>(_ argument: inout Argument) throws(BPFError) {
        var options = unsafe bpf_test_run_opts()
        unsafe options.sz = MemoryLayout<bpf_test_run_opts>.size
        let status = unsafe withUnsafeMutablePointer(to: &argument) { pointer in
            unsafe options.ctx_in = UnsafeRawPointer(pointer)
            unsafe options.ctx_size_in = UInt32(MemoryLayout<Argument>.size)
            return unsafe bpf_prog_test_run_opts(descriptor.rawValue, &options)
        }
        guard status == 0 else { throw BPFError("run BPF program", name, code: -status) }
    }
}
