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
        var headers: HTTPFields = [
            "content-type": "application/grpc", "grpc-accept-encoding": "identity,gzip",
            "hubble-server-version": context.version,
        ]
        if call.request.wantsCompression { headers.append("grpc-encoding", "gzip") }
        return .streaming(status: 200, headers: headers, body: call)
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

extension APIRequest {
    /// Messages of this call of gRPC may be gzip.
    var isCompressed: Bool { http.headers["grpc-encoding"] == "gzip" }

    /// The client compresses and says that it takes the same: long answers are compressed, too.
    var wantsCompression: Bool {
        let accepted = (http.headers["grpc-accept-encoding"] ?? "").split(separator: ",")
        return isCompressed && accepted.contains { $0.filter { $0 != " " } == "gzip" }
    }
}
