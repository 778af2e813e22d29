/// What the kernel's reasons for dropping a packet mean, and what to look at.
///
/// The reasons are those of `enum skb_drop_reason` (include/net/dropreason-core.h).
enum KernelDropText {
    struct Advice {
        let meaning: String
        let next: String
    }

    static func advice(_ reason: String) -> Advice {
        guard let advice = known[reason] else {
            return Advice(
                meaning: "the kernel dropped it for its own reason \(reason)",
                next: "look at the counters of `nstat -az` and of the interface (`ip -s link`)")
        }
        return Advice(meaning: advice.0, next: advice.1)
    }

    private static let known: [String: (String, String)] = [
        "NO_SOCKET": (
            "nothing listens at the destination's port",
            "`ss -lntu` at the destination: is the program running, at this port and address?"
        ),
        "SOCKET_RCVBUFF": (
            "the receiving program does not read fast enough, its socket's buffer is full",
            "look at the program's load; raise net.core.rmem_max and its SO_RCVBUF"
        ),
        "PROTO_MEM": (
            "all sockets of the protocol together take more memory than they may",
            "raise net.ipv4.tcp_mem or udp_mem; look for programs that do not read"
        ),
        "SOCKET_FILTER": ("a filter of the receiving socket refused it", "look at the program's own BPF filter"),
        "SOCKET_BACKLOG": ("the socket was busy and its backlog full", "look at the load of the receiving program"),
        "TCP_LISTEN_OVERFLOW": (
            "the listening program does not accept connections fast enough",
            "raise net.core.somaxconn and the program's backlog; look at its load"
        ),
        "NETFILTER_DROP": (
            "a rule of the firewall dropped it", "`nft list ruleset` or `iptables-save -c`: the rule's counter rises"
        ),
        "OTHERHOST": (
            "it was meant for another host's hardware address", "a bridge that floods, or a stale neighbour entry"
        ),
        "IP_NOPROTO": ("no protocol of that number is known here", "load the protocol's module, or stop the sender"),
        "IP_RPFILTER": (
            "the way back to its source leads through another interface",
            "net.ipv4.conf.*.rp_filter: 2 (loose) if routes are asymmetric on purpose"
        ),
        "IP_OUTNOROUTES": ("there is no route to the destination", "`ip route get ADDRESS`"),
        "IP_INADDRERRORS": ("there is no route for the destination's address", "`ip route get ADDRESS`"),
        "IP_INHDR": ("its IP header is damaged", "look at the sender, or at offloads of the interface (`ethtool -k`)"),
        "IP_CSUM": ("the checksum of its IP header is wrong", "look at offloads of the interface (`ethtool -k`)"),
        "TCP_CSUM": ("its TCP checksum is wrong", "look at offloads of the interface (`ethtool -k`)"),
        "UDP_CSUM": ("its UDP checksum is wrong", "look at offloads of the interface (`ethtool -k`)"),
        "SKB_CSUM": ("its checksum is wrong", "look at offloads of the interface (`ethtool -k`)"),
        "PKT_TOO_SMALL": ("it is shorter than its headers", "look at the sender"),
        "PKT_TOO_BIG": ("it is larger than the way's MTU", "compare MTUs (`ip link`), and let ICMP through"),
        "NEIGH_FAILED": (
            "the next hop's hardware address could not be found out",
            "`ip neigh`: is the neighbour there, and does it answer ARP or NDP?"
        ),
        "NEIGH_QUEUEFULL": ("too many packets wait for a neighbour's hardware address", "`ip neigh`"),
        "QDISC_DROP": (
            "the interface's queue is full", "`tc -s qdisc`: raise its limit, or send less"
        ),
        "CPU_BACKLOG": (
            "packets come faster than a processor takes them", "raise net.core.netdev_max_backlog; spread them (RPS)"
        ),
        "FULL_RING": ("the receiving interface's ring is full", "`ethtool -G`, or a busy virtual machine"),
        "NOMEM": ("the kernel had no memory for it", "`free`, `dmesg`"),
        "XDP": ("an XDP program dropped it", "`bpftool net` lists the programs"),
        "TC_INGRESS": ("a tc program dropped it as it came in", "`bpftool net`, `tc filter show`"),
        "TC_EGRESS": ("a tc program dropped it as it went out", "`bpftool net`, `tc filter show`"),
        "BPF_CGROUP_EGRESS": ("a cgroup's BPF program dropped it", "`bpftool cgroup tree`"),
        "TCP_OLD_DATA": ("it repeats data that were received", "harmless now and then: a retransmission came twice"),
        "TCP_ZEROWINDOW": ("the receiver said that it has no room", "the receiving program does not read fast enough"),
        "TCP_OVERWINDOW": ("it lies beyond the receiver's window", "look at the sender, or at a middlebox"),
        "TCP_RESET": ("the connection was reset", "look at who sent RST: `apus observe --tcp-flags RST`"),
        "TCP_ABORT_ON_DATA": (
            "data came for a connection that its program has closed", "the program closed before all was read"
        ),
        "TCP_INVALID_SEQUENCE": ("its sequence number is not the connection's", "a middlebox, or an old connection"),
        "TCP_RFC7323_PAWS": (
            "its timestamp is older than the connection's", "a middlebox, or clocks behind one address"
        ),
        "UNHANDLED_PROTO": ("nothing handles its protocol", "mostly noise of the link layer"),
        "FRAG_REASM_TIMEOUT": ("fragments of it never came", "compare MTUs; let fragments through"),
        "DUP_FRAG": ("a fragment came twice", "look at the sender"),
        "NOT_SPECIFIED": (
            "the kernel does not say why", "the function that dropped it is named beside; `apus why` of a flow shows it"
        ),
    ]
}
