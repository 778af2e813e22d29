internal import HTTPTransport

/// What a path of gRPC answers, and to whom.
struct GRPCMethod: Sendable {
    /// That the caller must have; nil: anyone may ask.
    let role: Roles?
    /// Answers go on while requests come; otherwise there is one request.
    var isConversation = false
    /// An answer is a stream of messages.
    var isStream = false
    /// Called for each message, on the connection's event loop.
    let answer: @Sendable (FlowAPI, APIRequest, _ message: [UInt8]) throws(GRPCStatus) -> GRPCReply
}

extension GRPCMethod {
    static func refusing(_ status: GRPCStatus) -> GRPCMethod {
        GRPCMethod(role: nil) { _, _, _ throws(GRPCStatus) in throw status }
    }
}

/// What a message is answered by.
enum GRPCReply {
    /// Messages, and, unless it is a conversation, the end.
    case messages([[UInt8]])
    /// Messages, then nothing until the client goes or the server stops.
    case open([[UInt8]])
    /// A body that writes framed messages, and has the trailers.
    case stream(any HTTPResponseBody)
}

extension FlowAPI {
    static let methods: [String: GRPCMethod] = [
        "/observer.Observer/GetFlows": GRPCMethod(role: .flows, isStream: true) {
            api, request, message throws(GRPCStatus) in
            try api.getFlows(request, message)
        },
        "/observer.Observer/GetAgentEvents": GRPCMethod(role: .metadata, isStream: true) {
            api, _, message throws(GRPCStatus) in
            try api.getAgentEvents(message)
        },
        "/observer.Observer/GetDebugEvents": GRPCMethod(role: .metadata, isStream: true) {
            api, _, message throws(GRPCStatus) in
            try api.getDebugEvents(message)
        },
        "/observer.Observer/GetNodes": GRPCMethod(role: .metadata) { api, request, _ throws(GRPCStatus) in
            try api.getNodes(request)
        },
        "/observer.Observer/GetNamespaces": GRPCMethod(role: .metadata) { api, request, _ throws(GRPCStatus) in
            try api.getNamespaces(request)
        },
        "/observer.Observer/ServerStatus": GRPCMethod(role: .metadata) { api, request, _ throws(GRPCStatus) in
            try api.serverStatus(request)
        },
        "/peer.Peer/Notify": GRPCMethod(role: .metadata, isStream: true) { api, request, _ throws(GRPCStatus) in
            try api.notifyPeers(request)
        },
        "/grpc.health.v1.Health/Check": GRPCMethod(role: nil) { api, _, message throws(GRPCStatus) in
            try api.checkHealth(message)
        },
        "/grpc.health.v1.Health/Watch": GRPCMethod(role: nil, isStream: true) {
            api, request, message throws(GRPCStatus) in
            try api.watchHealth(request, message)
        },
        "/grpc.health.v1.Health/List": GRPCMethod(role: nil) { api, _, _ throws(GRPCStatus) in
            try api.listHealth()
        },
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo":
            GRPCMethod(role: .metadata, isConversation: true) { _, _, message throws(GRPCStatus) in
                try ServerReflection.answer(message)
            },
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo":
            GRPCMethod(role: .metadata, isConversation: true) { _, _, message throws(GRPCStatus) in
                try ServerReflection.answer(message)
            },
    ]
}
