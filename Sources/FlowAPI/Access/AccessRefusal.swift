internal import HTTPTransport

/// Why a request is not answered, and what would help.
enum AccessRefusal: Error, Equatable {
    case noCredentials
    /// An `authorization` header that is something else.
    case noBearer
    case unknownToken
    /// The names are the client's own, so telling them tells nothing new.
    case unknownCertificate([String])
    /// The role that the request takes.
    case forbidden(Roles)

    var isForbidden: Bool { if case .forbidden = self { true } else { false } }

    var detail: String {
        switch self {
        case .noCredentials: "this server asks for a token: authorization: Bearer TOKEN"
        case .noBearer: "one authorization header is accepted: Bearer TOKEN"
        case .unknownToken: "this server does not know the token"
        case .unknownCertificate(let names):
            "this server knows none of the certificate's names: \(names.joined(separator: ", "))"
        case .forbidden(let role): "this takes the role \"\(role.name)\", which the credentials do not have"
        }
    }

    /// RFC 6750, 3.
    private var challenge: String {
        switch self {
        case .noCredentials, .unknownCertificate: "Bearer"
        case .noBearer: "Bearer error=\"invalid_request\""
        case .unknownToken: "Bearer error=\"invalid_token\""
        case .forbidden(let role): "Bearer error=\"insufficient_scope\", scope=\"\(role.name)\""
        }
    }

    var response: HTTPResponse {
        let problem = HTTPProblem(status: isForbidden ? 403 : 401, detail: detail)
        guard case .full(let status, var headers, let body) = problem.response else { return problem.response }
        headers.append("www-authenticate", challenge)
        return .full(status: status, headers: headers, body: body)
    }

    var grpcStatus: GRPCStatus { GRPCStatus(isForbidden ? .permissionDenied : .unauthenticated, detail) }
}
