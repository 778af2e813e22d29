package import FlowModel

/// The first packet of a connection, as bytes.
package struct ScenarioPacket: Sendable {
    package var source: IPAddress
    package var destination: IPAddress
    package var ipProtocol: IPProtocol
    /// Destination port, or ICMP type.
    package var port: UInt16
    package var sourcePort: UInt16

    package init(
        source: IPAddress, destination: IPAddress, ipProtocol: IPProtocol, port: UInt16, sourcePort: UInt16
    ) {
        self.source = source
        self.destination = destination
        self.ipProtocol = ipProtocol
        self.port = port
        self.sourcePort = sourcePort
    }
}
