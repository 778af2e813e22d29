import NIOHTTP1

/// The words that belong to a status code, as in `404 Not Found`.
package func httpReasonPhrase(_ status: Int) -> String {
    HTTPResponseStatus(statusCode: status).reasonPhrase
}

/// Whether a response of this status may have a body (RFC 9110, 6.4.1).
func mayHaveBody(status: Int) -> Bool {
    !(100..<200).contains(status) && status != 204 && status != 304
}
