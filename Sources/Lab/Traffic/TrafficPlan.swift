package import FlowModel

/// Who serves what, and who asks whom in which order.
package struct TrafficPlan: Sendable {
    package struct Server: Sendable {
        package var host: LabHost
        /// `.tcp` or `.udp`.
        package var ipProtocol: IPProtocol
        package var port: UInt16

        package init(host: LabHost, ipProtocol: IPProtocol, port: UInt16) {
            self.host = host
            self.ipProtocol = ipProtocol
            self.port = port
        }
    }

    /// What becomes of a conversation when the demo's policies are in force; without them, what is denied is answered
    /// or refused.
    package enum Expectation: Hashable, Sendable {
        case allowed
        case denied
        /// Nobody listens: the kernel refuses.
        case closed
    }

    /// A client's part.
    package struct Client: Sendable {
        package var host: LabHost
        package var conversation: Conversation
        package var expectation: Expectation

        package init(host: LabHost, conversation: Conversation, expectation: Expectation) {
            self.host = host
            self.conversation = conversation
            self.expectation = expectation
        }
    }

    package var servers: [Server] = []
    package var clients: [Client] = []

    package init() {}

    mutating func serve(_ hosts: [LabHost], _ ipProtocol: IPProtocol, _ port: UInt16) {
        servers += hosts.map { Server(host: $0, ipProtocol: ipProtocol, port: port) }
    }

    /// Every one of the clients asks every one of the servers, over IPv4 and over IPv6.
    mutating func ask(
        _ expectation: Expectation, _ hosts: [LabHost], _ targets: [LabHost], _ ipProtocol: IPProtocol, _ port: UInt16
    ) {
        for host in hosts {
            for target in targets where target.qualifiedName != host.qualifiedName {
                for address in target.addresses {
                    let conversation = Conversation(
                        from: host.qualifiedName, to: target.qualifiedName, address: address,
                        ipProtocol: ipProtocol == .icmp && !address.isV4 ? .icmpv6 : ipProtocol, port: port)
                    clients.append(Client(host: host, conversation: conversation, expectation: expectation))
                }
            }
        }
    }

    /// The same elements in an order, always the same, in which neighbours differ.
    static func mixed<Element>(_ elements: [Element]) -> [Element] {
        let count = elements.count
        guard count > 2 else { return elements }
        // A step near the golden ratio spreads evenly; having no divisor in common with the count it visits all.
        var step = max(1, count * 618 / 1000)
        while greatestCommonDivisor(step, count) != 1 { step += 1 }
        return (0..<count).map { elements[$0 * step % count] }
    }

    private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : greatestCommonDivisor(right, left % right)
    }
}
