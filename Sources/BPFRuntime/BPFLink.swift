internal import CBPF

/// A program's attachment to a hook; the end of the value detaches it.
@safe
package struct BPFLink: ~Copyable, @unchecked Sendable {  // one owner at a time: it cannot be copied
    private let pointer: OpaquePointer

    init(pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { _ = unsafe bpf_link__destroy(pointer) }
}
