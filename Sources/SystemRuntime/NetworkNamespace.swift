internal import CLinux
internal import Glibc
internal import Synchronization

/// A network namespace. An unnamed one lives as long as a descriptor, a socket or a thread refers to it: when the process
/// dies, however it dies, the kernel takes the namespace and its interfaces away.
package final class NetworkNamespace: Sendable {
    private let descriptor: FileDescriptor
    /// The inode number, by which the kernel's events name it.
    package let inode: UInt32

    private init(_ descriptor: consuming FileDescriptor) throws(SystemError) {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw .last("read a network namespace's number") }
        inode = UInt32(truncatingIfNeeded: status.st_ino)
        self.descriptor = descriptor
    }

    /// A new, empty namespace. Needs CAP_SYS_ADMIN.
    package static func unnamed() throws(SystemError) -> NetworkNamespace {
        let result = onThread { () -> Int32 in
            let status = clinux_unshare_network()
            return status < 0 ? status : clinux_open_own_network()
        }
        guard result >= 0 else { throw SystemError("create a network namespace", code: -result) }
        return try NetworkNamespace(FileDescriptor(owning: result))
    }

    /// The namespace that the calling thread is in.
    package static func current() throws(SystemError) -> NetworkNamespace {
        let result = clinux_open_own_network()
        guard result >= 0 else { throw SystemError("open the own network namespace", code: -result) }
        return try NetworkNamespace(FileDescriptor(owning: result))
    }

    /// A path by which another process can enter, as long as this one lives: for `nsenter --net=` and `ip link … netns`.
    package var path: String { "/proc/\(getpid())/fd/\(descriptor.rawValue)" }

    /// Moves the calling thread into this namespace for the rest of its life. For threads of one's own only.
    package func enter() throws(SystemError) {
        let status = clinux_enter_network(descriptor.rawValue)
        guard status == 0 else { throw SystemError("enter a network namespace", code: -status) }
    }

    /// Runs the body on a new thread inside the namespace and waits for it. Sockets that it opens stay in the namespace,
    /// whoever uses them afterwards.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        let outcome = Self.onThread { () -> Swift.Result<Result, any Error> in
            Swift.Result {
                try self.enter()
                return try body()
            }
        }
        return try outcome.get()
    }

    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let box = Mutex<Value?>(nil)
        let shared = Shared(box)
        let thread = NamedThread("apus-netns") {
            let value = body()
            shared.mutex.withLock { $0 = value }
        }
        thread.join()
        return shared.mutex.withLock { $0! }
    }

    private final class Shared<Value: Sendable>: Sendable {
        let mutex: Mutex<Value?>
        init(_ mutex: consuming Mutex<Value?>) { self.mutex = mutex }
    }
}
