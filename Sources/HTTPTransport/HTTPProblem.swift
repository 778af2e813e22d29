import NIOCore

/// An error for the client: `application/problem+json` (RFC 9457).
package struct HTTPProblem: Error, Equatable, Sendable {
    package var status: Int
    /// What is wrong and where, in a sentence.
    package var detail: String
    /// The query parameter or header at fault.
    package var parameter: String?
    /// What would have been accepted.
    package var accepted: [String]
    /// For 405: the methods that the resource has.
    package var allowedMethods: [String]

    package init(
        status: Int, detail: String, parameter: String? = nil, accepted: [String] = [], allowedMethods: [String] = []
    ) {
        self.status = status
        self.detail = detail
        self.parameter = parameter
        self.accepted = accepted
        self.allowedMethods = allowedMethods
    }

    package var response: HTTPResponse {
        var headers: HTTPFields = ["content-type": "application/problem+json"]
        if !allowedMethods.isEmpty { headers.append("allow", allowedMethods.joined(separator: ", ")) }
        return .full(status: status, headers: headers, body: ByteBuffer(string: json))
    }

    /// One line of JSON, with a line feed.
    package var json: String {
        var members = [
            "\"title\":\(quoted(httpReasonPhrase(status)))", "\"status\":\(status)", "\"detail\":\(quoted(detail))",
        ]
        if let parameter { members.append("\"parameter\":\(quoted(parameter))") }
        if !accepted.isEmpty { members.append("\"accepted\":[\(accepted.map(quoted).joined(separator: ","))]") }
        return "{\(members.joined(separator: ","))}\n"
    }
}

private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
