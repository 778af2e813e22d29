internal import CLinux
internal import Glibc

/// The interfaces of the network namespace that the calling thread is in.
package enum NetworkInterfaces {
    /// nil: there is none of this name.
    package static func index(of name: String) -> UInt32? {
        let index = unsafe if_nametoindex(name)
        return index == 0 ? nil : index
    }

    /// Whether packets on the interface begin with an Ethernet header, as those of veth and loopback do; false when that
    /// cannot be told.
    package static func isEthernet(index: UInt32) -> Bool {
        clinux_has_ethernet_header(index) == 1
    }

    package static func names() -> [String] {
        guard let list = unsafe if_nameindex() else { return [] }
        defer { unsafe if_freenameindex(list) }
        var names: [String] = []
        var entry = unsafe list
        while let name = unsafe entry.pointee.if_name {
            names.append(unsafe String(cString: name))
            unsafe entry += 1
        }
        return names
    }

    /// IPv4 and IPv6 addresses as text, without zones.
    package static func addresses() throws(SystemError) -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&first) == 0 else { throw .last("list the interfaces' addresses") }
        defer { unsafe freeifaddrs(first) }
        var found: [String] = []
        var entry = unsafe first
        while let current = unsafe entry {
            if let text = unsafe text(current.pointee.ifa_addr) { found.append(text) }
            unsafe entry = current.pointee.ifa_next
        }
        return found
    }

    private static func text(_ address: UnsafeMutablePointer<sockaddr>?) -> String? {
        guard let address = unsafe address else { return nil }
        let length: Int
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = unsafe getnameinfo(
            address, socklen_t(length), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
        guard status == 0 else { return nil }
        return String(decoding: host.prefix { $0 != 0 && $0 != 37 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
