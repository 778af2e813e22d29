internal import FlowWire
internal import HTTPTransport
internal import NIOCore

extension FlowAPI {
    /// The call that a request begins; nil if it is no request of gRPC.
    func call(_ request: HTTPRequest, on eventLoop: any EventLoop) -> GRPCCall? {
        guard request.isHTTP2, request.method == "POST", Self.isGRPC(request.headers["content-type"]) else {
            return nil
        }
        let method =
            Self.methods[request.path]
            ?? GRPCMethod(role: []) { _, request, _ throws(GRPCStatus) in
                throw GRPCStatus(.unimplemented, "\(request.http.path) is no method of this server")
            }
        do throws(AccessRefusal) {
            let caller = try caller(of: request, method.role)
            return GRPCCall(method, APIRequest(http: request, caller: caller, eventLoop: eventLoop), self)
        } catch {
            let nobody = APIRequest(http: request, caller: Caller(roles: []), eventLoop: eventLoop)
            return GRPCCall(.refusing(error.grpcStatus), nobody, self)
        }
    }

    func response(_ call: GRPCCall) -> HTTPResponse {
        .streaming(
            status: 200,
            headers: ["content-type": "application/grpc", "hubble-server-version": context.version], body: call)
    }

    /// What is wrong with a request for one of gRPC's methods that is no call of gRPC.
    static func noCall(_ request: HTTPRequest) -> HTTPProblem? {
        guard methods[request.path] != nil || isGRPC(request.headers["content-type"]) else { return nil }
        return HTTPProblem(
            status: 415, detail: "gRPC is spoken over HTTP/2, by POST, with messages of protobuf",
            parameter: "content-type", accepted: ["application/grpc", "application/grpc+proto"])
    }

    /// `application/grpc` and `application/grpc+proto`.
    private static func isGRPC(_ contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";").first else { return false }
        return ["application/grpc", "application/grpc+proto"].contains(type.lowercased())
    }
}
