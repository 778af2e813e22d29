package import FlowModel

/// A flow of layer 7 with what metrics ask of its record.
package struct LayerSevenFlow: Sendable {
    package enum Record: Sendable {
        case dns(DNS)
        case http(HTTP)
        case other
    }

    package struct DNS: Sendable {
        package var query = ""
        /// Types that were asked for (`A`, `AAAA`).
        package var queryTypes: [String] = []
        /// DNS' response code (IANA's "DNS RCODEs").
        package var responseCode: UInt16 = 0
        package var addresses: [IPAddress] = []
        /// Of the answer's records.
        package var recordTypes: [String] = []
        package init() {}
    }

    package struct HTTP: Sendable {
        package var method = ""
        /// `HTTP/1.1`
        package var version = ""
        /// 0 of a request.
        package var status: UInt32 = 0
        package init() {}
    }

    package var flow: Flow
    package var record = Record.other
    package var isResponse = false
    /// From the request to this response, nanoseconds.
    package var latencyNanoseconds: UInt64 = 0
    /// Of W3C's trace context; empty: there is none.
    package var traceID = ""

    package init(_ flow: Flow) { self.flow = flow }
}
