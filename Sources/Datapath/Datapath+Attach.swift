internal import BPFRuntime
internal import SystemRuntime

/// Which end of the interface the endpoint is at.
package enum InterfaceSide: Sendable {
    /// The node's end of a pod's veth pair: the pod's packets come in here.
    case pod
    /// An uplink of the host itself: the host's packets go out here.
    case host
}

extension Datapath {
    /// Puts the programs on the interface. Packets pass untouched until `setEndpoint` names the endpoint behind it.
    ///
    /// The interface is one of the calling thread's network namespace. Its index must differ from those of all other
    /// interfaces that are attached, in whatever namespace: the programs know an interface by its index only.
    package mutating func attach(interfaceIndex: UInt32, side: InterfaceSide) throws(DatapathError) {
        try setLink(ofInterface: interfaceIndex, isEthernet: NetworkInterfaces.isEthernet(index: interfaceIndex))
        let ingress = TrafficControlHook(interfaceIndex: interfaceIndex, direction: .ingress)
        let egress = TrafficControlHook(interfaceIndex: interfaceIndex, direction: .egress)
        do {
            switch side {
            case .pod:
                try ingress.attach(fromPod)
                try egress.attach(toPod)
            case .host:
                try ingress.attach(toPod)
                try egress.attach(fromPod)
            }
        } catch {
            _ = try? ingress.detach()
            throw .bpf(error)
        }
    }

    /// Says whether packets of the interface begin with an Ethernet header. As long as nobody does, the kernel is asked
    /// where layer 3 begins, packet by packet.
    mutating func setLink(ofInterface interfaceIndex: UInt32, isEthernet: Bool) throws(DatapathError) {
        if isEthernet { ethernet.insert(interfaceIndex) } else { ethernet.remove(interfaceIndex) }
        guard var endpoint = endpoints.entries[interfaceIndex] else { return }
        endpoint.isEthernet = isEthernet
        try endpoints.insert([interfaceIndex: endpoint])
    }

    /// Takes the programs off the interface, if it still exists, and forgets the endpoint behind it. Same namespace as for
    /// `attach`.
    package mutating func detach(interfaceIndex: UInt32) throws(DatapathError) {
        do {
            for direction in [TrafficControlHook.Direction.ingress, .egress] {
                try TrafficControlHook(interfaceIndex: interfaceIndex, direction: direction)
                    .detach()
            }
        } catch { throw .bpf(error) }
        ethernet.remove(interfaceIndex)
        let slot = endpoints.entries[interfaceIndex]?.slot
        try endpoints.remove([interfaceIndex])
        if let slot { freeUnused(slot) }
    }
}
