internal import FlowModel
internal import Glibc

/// Addresses in the form that socket calls take.
enum SocketAddress {
    /// Lends the address to the body. In family `AF_INET6` an IPv4 address keeps its mapped form.
    static func with<Result>(
        _ address: IPAddress, port: UInt16, family: Int32,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        if family == AF_INET {
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            value.sin_addr.s_addr = (address.v4 ?? 0).bigEndian
            return unsafe lend(&value, body)
        }
        var value = sockaddr_in6()
        value.sin6_family = sa_family_t(AF_INET6)
        value.sin6_port = port.bigEndian
        unsafe withUnsafeMutableBytes(of: &value.sin6_addr) { bytes in
            for index in 0..<16 { unsafe bytes[index] = address.byte(index) }
        }
        return unsafe lend(&value, body)
    }

    private static func lend<Address, Result>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe body(pointer, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
