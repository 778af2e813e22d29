internal import FlowModel

/// What `ip` is told for a laboratory. Everything is routed, nothing bridged:
///
/// ```
///  pod                            node                                    world
///  eth0 10.0.0.10/32 ──────────── lxc-… fe80::1         eth0 192.0.2.1 ── eth0 192.0.2.10/24
///       default via 10.0.0.1      lo    10.0.0.1                          default via 192.0.2.1
/// ```
///
/// Batches of `ip` have no option for the family: `::/0` says it where `default` would not.
struct LabTopology {
    struct Link: Hashable {
        /// The node's end.
        let interface: String
        let ipv4: IPAddress
        let ipv6: IPAddress
        /// Where `ip` finds the namespace of the host's end, `eth0`.
        let peerNamespacePath: String
    }

    let pods: [Link]
    let world: Link

    /// Run in the node's namespace, first: makes both ends of every link.
    var nodeBatch: String {
        let own = """
            link set lo up
            address add \(LabPlan.nodeIPv4)/32 dev lo
            address add \(LabPlan.nodeIPv6)/128 dev lo

            """
        return own + pods.map(Self.podLink).joined() + Self.creation(of: world) + """
            address add \(LabPlan.uplinkIPv4)/24 dev \(world.interface)
            address add \(LabPlan.uplinkIPv6)/64 dev \(world.interface) nodad

            """
    }

    private static func podLink(_ link: Link) -> String {
        creation(of: link) + "address add fe80::1/64 dev \(link.interface) nodad\n"
    }

    /// Run in the node's namespace, last: when interfaces are up.
    var routesBatch: String {
        pods.map { link in
            """
            route add \(link.ipv4)/32 dev \(link.interface)
            route add \(link.ipv6)/128 dev \(link.interface)

            """
        }.joined()
    }

    private static func creation(of link: Link) -> String {
        """
        link add \(link.interface) type veth peer name eth0 netns \(link.peerNamespacePath)
        link set \(link.interface) up

        """
    }

    /// Run in the pod's namespace, after the node's.
    static func podBatch(_ link: Link) -> String {
        """
        link set lo up
        link set eth0 up
        address add \(link.ipv4)/32 dev eth0
        address add \(link.ipv6)/128 dev eth0 nodad
        route add \(LabPlan.nodeIPv4)/32 dev eth0
        route add default via \(LabPlan.nodeIPv4)
        route add ::/0 via fe80::1 dev eth0

        """
    }

    /// Run in the world's namespace, after the node's.
    static func worldBatch(_ link: Link) -> String {
        """
        link set lo up
        link set eth0 up
        address add \(link.ipv4)/24 dev eth0
        address add \(link.ipv6)/64 dev eth0 nodad
        route add default via \(LabPlan.uplinkIPv4)
        route add ::/0 via \(LabPlan.uplinkIPv6)

        """
    }
}
