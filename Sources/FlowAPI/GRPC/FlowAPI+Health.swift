internal import HubbleMessages
internal import SwiftProtobuf

extension FlowAPI {
    /// The server as a whole, and the name under which Hubble's clients ask.
    private static let healthServices = ["", "hubble.server.Observer"]

    /// As `/readyz` has it.
    private var health: HealthWatch.Status { sources.obstacles().isEmpty ? .serving : .notServing }

    private static func response(_ status: HealthWatch.Status) -> Grpc_Health_V1_HealthCheckResponse {
        var response = Grpc_Health_V1_HealthCheckResponse()
        response.status = status
        return response
    }

    func checkHealth(_ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let request = try Grpc_Health_V1_HealthCheckRequest(message: message)
        guard Self.healthServices.contains(request.service) else {
            throw GRPCStatus(.notFound, "no service \"\(request.service)\"; there are \(Self.healthServices)")
        }
        return .messages([try Self.response(health).message()])
    }

    func watchHealth(_ request: APIRequest, _ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let asked = try Grpc_Health_V1_HealthCheckRequest(message: message)
        guard Self.healthServices.contains(asked.service) else {
            return .open([try Self.response(.serviceUnknown).message()])
        }
        return .stream(HealthWatch(request.eventLoop) { health })
    }

    func listHealth() throws(GRPCStatus) -> GRPCReply {
        var response = Grpc_Health_V1_HealthListResponse()
        for name in Self.healthServices { response.statuses[name] = Self.response(health) }
        return .messages([try response.message()])
    }
}
