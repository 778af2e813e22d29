package import FlowModel

/// Who talks to whom, over what: the key under which traffic is counted.
package struct Conversation: Hashable, Sendable {
    /// `LabHost.qualifiedName` of the client.
    package var from: String
    /// `LabHost.qualifiedName` of the server.
    package var to: String
    /// The server's; its family is the conversation's.
    package var address: IPAddress
    /// `.tcp`, `.udp`, `.icmp` or `.icmpv6`.
    package var ipProtocol: IPProtocol
    /// 0 for ICMP.
    package var port: UInt16

    package init(from: String, to: String, address: IPAddress, ipProtocol: IPProtocol, port: UInt16) {
        self.from = from
        self.to = to
        self.address = address
        self.ipProtocol = ipProtocol
        self.port = port
    }
}

extension Conversation: CustomStringConvertible {
    package var description: String {
        let service = port == 0 ? "" : ":\(port)"
        return "\(from) → \(to) \(address)\(service) \(ipProtocol.layer4Name ?? "\(ipProtocol.rawValue)")"
    }
}
