/// The path and query of a request's target (RFC 9112, 3.2), decoded.
struct HTTPRequestTarget: Equatable {
    var path: String
    var queryItems: [HTTPQueryItem]

    /// Reads origin form (`/v1/flows?last=20`) and, as proxies send it, absolute form (`http://host/v1/flows`).
    init(parsing target: String) throws(HTTPProblem) {
        let origin = try HTTPRequestTarget.originForm(of: target)
        let parts = origin.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.path = try percentDecode(parts[0], plusIsSpace: false, of: "path")
        self.queryItems = []
        guard parts.count == 2 else { return }
        for item in parts[1].split(separator: "&") {
            let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try percentDecode(sides[0], plusIsSpace: true, of: "query")
            let value = sides.count == 2 ? try percentDecode(sides[1], plusIsSpace: true, of: "query") : ""
            queryItems.append(HTTPQueryItem(name: name, value: value))
        }
    }

    private static func originForm(of target: String) throws(HTTPProblem) -> Substring {
        let withoutFragment = target.prefix { $0 != "#" }
        if withoutFragment.hasPrefix("/") { return withoutFragment }
        guard let scheme = ["http://", "https://"].first(where: withoutFragment.hasPrefix) else {
            throw HTTPProblem(
                status: 400, detail: "The request target \"\(target)\" must begin with \"/\".")
        }
        let afterAuthority = withoutFragment.dropFirst(scheme.count).drop { $0 != "/" }
        return afterAuthority.isEmpty ? "/" : afterAuthority
    }
}

/// Decodes `%XX`; the result must be UTF-8 without control characters. `place` says in the error what was decoded.
private func percentDecode(_ text: Substring, plusIsSpace: Bool, of place: String) throws(HTTPProblem) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit) else {
                throw HTTPProblem(
                    status: 400, detail: "\"%\" in the \(place) \"\(text)\" must be followed by two hexadecimal digits."
                )
            }
            bytes.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace:
            bytes.append(UInt8(ascii: " "))
        default:
            bytes.append(byte)
        }
    }
    guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(where: { $0 < 0x20 }) else {
        throw HTTPProblem(
            status: 400, detail: "The \(place) \"\(text)\" must be UTF-8 without control characters when decoded.")
    }
    return decoded
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
