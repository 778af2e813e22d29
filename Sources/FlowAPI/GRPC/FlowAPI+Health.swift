internal import HubbleMessages
internal import SwiftProtobuf

extension FlowAPI {
    /// The server as a whole, and the name under which Hubble's clients ask.
    private static let healthServices = ["", "hubble.server.Observer"]

    private static func health(_ status: Grpc_Health_V1_HealthCheckResponse.ServingStatus)
        -> Grpc_Health_V1_HealthCheckResponse
    {
        var response = Grpc_Health_V1_HealthCheckResponse()
        response.status = status
        return response
    }

    func checkHealth(_ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let request = try Grpc_Health_V1_HealthCheckRequest(message: message)
        guard Self.healthServices.contains(request.service) else {
            throw GRPCStatus(.notFound, "no service \"\(request.service)\"; there are \(Self.healthServices)")
        }
        return .messages([try Self.health(.serving).message()])
    }

    func watchHealth(_ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let request = try Grpc_Health_V1_HealthCheckRequest(message: message)
        let isKnown = Self.healthServices.contains(request.service)
        return .open(
            [try Self.health(isKnown ? .serving : .serviceUnknown).message()],
            atStop: isKnown ? [try Self.health(.notServing).message()] : [])
    }

    func listHealth() throws(GRPCStatus) -> GRPCReply {
        var response = Grpc_Health_V1_HealthListResponse()
        for name in Self.healthServices { response.statuses[name] = Self.health(.serving) }
        return .messages([try response.message()])
    }
}
