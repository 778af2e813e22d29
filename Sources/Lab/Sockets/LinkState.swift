internal import Glibc
internal import SystemRuntime

/// Interfaces of the calling thread's network namespace.
enum LinkState {
    /// The interface's number; nil if there is none of this name.
    static func index(of name: String) -> UInt32? {
        let index = unsafe if_nametoindex(name)
        return index == 0 ? nil : index
    }

    /// Whether the interface is up and its other end, too.
    static func isRunning(_ name: String) throws(SystemError) -> Bool {
        let socket = try Socket(.udp)
        var request = unsafe ifreq()
        unsafe withUnsafeMutableBytes(of: &request.ifr_ifrn) { bytes in
            for (index, byte) in name.utf8.prefix(bytes.count - 1).enumerated() { unsafe bytes[index] = byte }
        }
        guard unsafe ioctl(socket.pollDescriptor, UInt(SIOCGIFFLAGS), &request) == 0 else {
            throw .last("read the state of interface \(name)")
        }
        return unsafe Int(request.ifr_ifru.ifru_flags) & IFF_RUNNING != 0
    }
}
