/// Which packets a rule is about.
package enum TrafficSelection: Hashable, Codable, Sendable {
    /// All protocols, ICMP too.
    case everything
    case only([PortMatch])

    /// - Parameter namedPorts: those of the side whose ports are meant.
    package func matches(_ ipProtocol: IPProtocol, _ port: UInt16, namedPorts: [NamedPort]) -> Bool {
        guard case .only(let matches) = self else { return true }
        return matches.contains { match in
            match.ipProtocol == ipProtocol && match.ranges(namedPorts: namedPorts).contains { $0.contains(port) }
        }
    }
}

/// Ports of one protocol. ICMP types are ports here, as they are in the kernel's map.
package struct PortMatch: Hashable, Codable, Sendable {
    package enum Ports: Hashable, Codable, Sendable {
        case all
        case range(ClosedRange<UInt16>)
        /// A container port's name: the subject's for ingress, the peer's for egress.
        case named(String)
    }

    package var ipProtocol: IPProtocol
    package var ports: Ports

    package init(ipProtocol: IPProtocol, ports: Ports) {
        self.ipProtocol = ipProtocol
        self.ports = ports
    }

    /// - Parameter namedPorts: those of the side whose ports are meant.
    package func ranges(namedPorts: [NamedPort]) -> [ClosedRange<UInt16>] {
        switch ports {
        case .all: [0...UInt16.max]
        case .range(let range): [range]
        case .named(let name): namedPorts.ranges(name, ipProtocol)
        }
    }
}

package struct NamedPort: Hashable, Sendable {
    package var name: String
    package var ipProtocol: IPProtocol
    package var number: UInt16

    package init(name: String, ipProtocol: IPProtocol, number: UInt16) {
        self.name = name
        self.ipProtocol = ipProtocol
        self.number = number
    }
}

extension [NamedPort] {
    package func ranges(_ name: String, _ ipProtocol: IPProtocol) -> [ClosedRange<UInt16>] {
        filter { $0.name == name && $0.ipProtocol == ipProtocol }.map { $0.number...$0.number }
    }
}

extension IPProtocol: Codable {}

/// As it is written: `10.0.0.0/8`.
extension IPPrefix: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let prefix = IPPrefix(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is no address prefix")
        }
        self = prefix
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
