/// Collects one header block: a request's or its trailers'.
struct HTTP2PartialHead {
    private(set) var head = HTTP2RequestHead()
    private var listBytes = 0

    mutating func begin() {
        head = HTTP2RequestHead()
        listBytes = 0
    }

    /// Keeps the field while the sum stays within `limit`; otherwise marks the head and keeps nothing more.
    mutating func append(name: String, value: String, limit: Int) {
        listBytes += name.utf8.count + value.utf8.count + 32
        guard listBytes <= limit else {
            head.isTooLarge = true
            return
        }
        switch name {
        case ":method": head.method = value
        case ":path": head.path = value
        case ":scheme": head.scheme = value
        case ":authority": head.authority = value
        default: head.headers.append(HTTP2Header(name: name, value: value))
        }
    }
}
