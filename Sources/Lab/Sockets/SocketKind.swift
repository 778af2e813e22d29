internal import Glibc

/// What a socket speaks. TCP and UDP sockets are IPv6 ones that speak IPv4 to mapped addresses, too.
enum SocketKind {
    case tcp
    case udp
    /// ICMP echo without raw-socket rights; the kernel owns identifier and checksum.
    case ping
    case pingIPv6

    var domain: Int32 { self == .ping ? AF_INET : AF_INET6 }

    var type: Int32 {
        Int32((self == .tcp ? SOCK_STREAM : SOCK_DGRAM).rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    }

    var ipProtocol: Int32 {
        switch self {
        case .tcp: Int32(IPPROTO_TCP)
        case .udp: Int32(IPPROTO_UDP)
        case .ping: Int32(IPPROTO_ICMP)
        case .pingIPv6: Int32(IPPROTO_ICMPV6)
        }
    }
}
