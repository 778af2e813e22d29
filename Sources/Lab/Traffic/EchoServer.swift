internal import FlowModel
internal import SystemRuntime

/// Makes servers inside their hosts.
enum EchoServer {
    static func make(_ server: TrafficPlan.Server) throws(LabError) -> any LoopMember & Sendable {
        let (ipProtocol, port) = (server.ipProtocol, server.port)
        do {
            return try server.host.networkNamespace.run { () throws -> any LoopMember & Sendable in
                ipProtocol == .udp ? try UDPEchoServer(port: port) : try TCPEchoServer(port: port)
            }
        } catch let error as SystemError {
            throw .system(host: server.host.qualifiedName, error)
        } catch {
            fatalError("sockets throw nothing else")
        }
    }
}
