internal import BPFRuntime

/// Which end of the interface the endpoint is at.
package enum InterfaceSide: Sendable {
    /// The node's end of a pod's veth pair: the pod's packets come in here.
    case pod
    /// An uplink of the host itself: the host's packets go out here.
    case host
}

extension Datapath {
    /// Our place among the filters of a hook: first, and with a number that no other tool uses by default, so that
    /// replacing it replaces only a former program of ours.
    private static let priority: UInt32 = 1
    private static let handle: UInt32 = 0xa905

    /// Puts the programs on the interface. Packets pass untouched until `setEndpoint` names the endpoint behind it.
    ///
    /// The interface is one of the calling thread's network namespace. Its index must differ from those of all other
    /// interfaces that are attached, in whatever namespace: the programs know an interface by its index only.
    package mutating func attach(interfaceIndex: UInt32, side: InterfaceSide) throws(DatapathError) {
        let ingress = TrafficControlHook(interfaceIndex: interfaceIndex, direction: .ingress)
        let egress = TrafficControlHook(interfaceIndex: interfaceIndex, direction: .egress)
        do {
            try ingress.create()
            switch side {
            case .pod:
                try ingress.attach(fromPod, handle: Self.handle, priority: Self.priority)
                try egress.attach(toPod, handle: Self.handle, priority: Self.priority)
            case .host:
                try ingress.attach(toPod, handle: Self.handle, priority: Self.priority)
                try egress.attach(fromPod, handle: Self.handle, priority: Self.priority)
            }
        } catch {
            _ = try? ingress.detach(handle: Self.handle, priority: Self.priority)
            throw .bpf(error)
        }
    }

    /// Takes the programs off the interface, if it still exists, and forgets the endpoint behind it. Same namespace as for
    /// `attach`.
    package mutating func detach(interfaceIndex: UInt32) throws(DatapathError) {
        do {
            for direction in [TrafficControlHook.Direction.ingress, .egress] {
                try TrafficControlHook(interfaceIndex: interfaceIndex, direction: direction)
                    .detach(handle: Self.handle, priority: Self.priority)
            }
        } catch { throw .bpf(error) }
        try endpoints.remove([interfaceIndex])
    }
}
