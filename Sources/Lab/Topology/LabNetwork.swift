internal import FlowModel
internal import SystemRuntime

/// The namespaces of a laboratory with their links up. They live as long as this value, or a part of it.
struct LabNetwork: Sendable {
    let node: NetworkNamespace
    let pods: [LabHost]
    let world: LabHost

    private static let uplink = "eth0"

    static func build(_ plan: LabPlan) throws(LabError) -> LabNetwork {
        try LabRequirements.checkCapabilities()
        let program = try LabRequirements.programPath()
        let node = HostSetUp(host: "the node", namespace: try newNamespace())
        let world = HostSetUp(host: "the world", namespace: try newNamespace())
        var pods: [HostSetUp] = []
        for pod in plan.pods { pods.append(HostSetUp(host: "pod \(pod.name)", namespace: try newNamespace())) }

        let topology = topology(plan, pods: pods, world: world)
        try node.writeSettings(isNode: true)
        for host in pods + [world] { try host.writeSettings(isNode: false) }
        try node.configure(topology.nodeBatch, program: program)
        try world.configure(LabTopology.worldBatch(topology.world), program: program)
        for (pod, link) in zip(pods, topology.pods) {
            try pod.configure(LabTopology.podBatch(link), program: program)
        }
        try waitUntilReady(topology, node: node, world: world, pods: pods)
        // The kernel calls an interface running a moment before it lets packets out, and holds its lock on interfaces
        // until both are so. Routes want that lock: when they stand, no packet is lost.
        try node.configure(topology.routesBatch, program: program)
        return try network(plan, topology, node: node, world: world, pods: pods)
    }

    private static func newNamespace() throws(LabError) -> NetworkNamespace {
        do throws(SystemError) {
            return try NetworkNamespace.unnamed()
        } catch {
            throw .system(host: "a host", error)
        }
    }

    private static func topology(_ plan: LabPlan, pods: [HostSetUp], world: HostSetUp) -> LabTopology {
        var names = LabInterfaceNames()
        let links = zip(plan.pods, pods).map { pod, setUp in
            LabTopology.Link(
                interface: names.next(for: pod.name), ipv4: pod.ipv4, ipv6: pod.ipv6,
                peerNamespacePath: setUp.namespace.path)
        }
        let outside = LabTopology.Link(
            interface: uplink, ipv4: LabPlan.worldIPv4, ipv6: LabPlan.worldIPv6,
            peerNamespacePath: world.namespace.path)
        return LabTopology(pods: links, world: outside)
    }

    private static func waitUntilReady(
        _ topology: LabTopology, node: HostSetUp, world: HostSetUp, pods: [HostSetUp]
    ) throws(LabError) {
        for (host, link) in zip(pods + [world], topology.pods + [topology.world]) {
            try host.waitUntilReady("eth0", address: link.ipv6)
        }
        for link in topology.pods { try node.waitUntilReady(link.interface, address: nil) }
        try node.waitUntilReady(uplink, address: LabPlan.uplinkIPv6)
    }

    private static func network(
        _ plan: LabPlan, _ topology: LabTopology, node: HostSetUp, world: HostSetUp, pods: [HostSetUp]
    ) throws(LabError) -> LabNetwork {
        let indices = try node.indices(of: topology.pods.map(\.interface) + [uplink])
        let hosts = plan.pods.indices.map { index in
            let pod = plan.pods[index]
            return LabHost(
                name: pod.name, namespace: pod.namespace, labels: pod.labels, ipv4: pod.ipv4, ipv6: pod.ipv6,
                hostInterfaceName: topology.pods[index].interface, hostInterface: indices[index],
                networkNamespace: pods[index].namespace)
        }
        let outside = LabHost(
            name: "world", namespace: "", labels: [:], ipv4: LabPlan.worldIPv4, ipv6: LabPlan.worldIPv6,
            hostInterfaceName: uplink, hostInterface: indices[hosts.count], networkNamespace: world.namespace)
        return LabNetwork(node: node.namespace, pods: hosts, world: outside)
    }
}
