internal import Synchronization
package import SystemRuntime

/// A laboratory: a node, its pods and a host of the world outside, all of them network namespaces without a name.
///
/// Nothing but this process holds them: when it closes the laboratory or dies, by SIGKILL even, the kernel takes
/// namespaces and links away. Nothing touches the namespace that the process itself is in, so that laboratories may
/// stand side by side, with equal addresses.
///
///     let lab = try Lab(.from(manifests.documents))
///     try lab.listen(on: lab.pods[1], port: 80)
///     let result = await lab.connect(from: lab.pods[0], to: lab.pods[1].ipv4, port: 80)
///
/// Its owner is a control-plane task; any thread may use it.
package final class Lab: Sendable {
    struct State {
        var network: LabNetwork
        /// Serves `listen`, `connect`, `ping` and `sendUDP`; made at their first use.
        var loop: TrafficLoop?
    }

    /// Nil when closed.
    let state: Mutex<State?>

    /// Builds it and waits until all links are up: 0.1 s for the demo on two cores.
    package init(_ plan: LabPlan) throws(LabError) {
        state = Mutex(State(network: try LabNetwork.build(plan)))
    }

    deinit { close() }

    /// Stops servers and exchanges that this object started, and lets go of all namespaces: the kernel removes each as
    /// soon as no `LabHost`, `LabTraffic` or socket refers to it any more. Any number of times.
    package func close() {
        let last = state.withLock { state in
            defer { state = nil }
            return state
        }
        last?.loop?.stop()
    }

    private var network: LabNetwork {
        guard let network = state.withLock({ $0?.network }) else {
            preconditionFailure("a closed laboratory has no hosts")
        }
        return network
    }

    /// Where the node's ends of all links are. Not for use after `close`; so too the following.
    package var nodeNamespace: NetworkNamespace { network.node }

    /// In the order of the plan.
    package var pods: [LabHost] { network.pods }

    /// 192.0.2.10 and 2001:db8::10, behind the node's interface `eth0`.
    package var world: LabHost { network.world }

    /// Inode numbers of all its network namespaces, the node's first.
    package var namespaceInodes: [UInt32] {
        let network = network
        return [network.node.inode] + (network.pods + [network.world]).map(\.networkNamespace.inode)
    }
}
