/// What Hubble's protocol tells of a flow and a `Flow` has no place for. Apus captures none of it; flows that are read from
/// a file, or from another server, may have it.
///
/// A word, until it is written to: most flows have none.
@dynamicMemberLookup
package struct FlowDetails: Hashable, Sendable {
    /// One element, for what it takes is copied only when it changes.
    private var parts = [Parts()]

    package init() {}

    package subscript<Value>(dynamicMember path: WritableKeyPath<Parts, Value>) -> Value {
        get { parts[0][keyPath: path] }
        set { parts[0][keyPath: path] = newValue }
    }
}

extension FlowDetails {
    package struct Parts: Hashable, Sendable {
        package var uuid = ""
        /// `[cluster/]node`
        package var nodeName = ""
        /// `key=value`
        package var nodeLabels: [String] = []
        /// As told, where the flow's own fields say something else.
        package var summary: String?
        /// Hardware addresses; empty if they are not told.
        package var ethernetSource = ""
        package var ethernetDestination = ""
        /// The source after its translation.
        package var translatedSource: IPAddress?
        package var isEncrypted = false
        /// Of the type of event, as told.
        package var subType: UInt32 = 0
        /// Of W3C's trace context.
        package var traceID = ""
        /// Of an IP option.
        package var ipTraceID: UInt64 = 0
        /// A name of `flow.AuthType`; empty: none was needed.
        package var authType = ""
        /// A name of `flow.DebugCapturePoint`.
        package var capturePoint = ""
        /// A name of `flow.SocketTranslationPoint`.
        package var translationPoint = ""
        package var layer7: Layer7?
        /// The policies that decided, where they are not just the one of the flow's rule.
        package var policies: [PolicyName]?

        fileprivate init() {}
    }

    package struct Layer7: Hashable, Sendable {
        /// A name of `flow.L7FlowType`.
        package var type = ""
        package var record = Record.other

        package init() {}

        package enum Record: Hashable, Sendable {
            case dns(DNS)
            case http(HTTP)
            case kafka
            case other
        }
    }

    package struct DNS: Hashable, Sendable {
        package var query = ""
        /// `proxy`, or what else saw it.
        package var observationSource = ""

        package init() {}
    }

    package struct HTTP: Hashable, Sendable {
        /// 0 of a request.
        package var code: UInt32 = 0
        package var method = ""
        package var url = ""
        package var headers: [Header] = []

        package init() {}

        package struct Header: Hashable, Sendable {
            package var key: String
            package var value: String

            package init(key: String, value: String) { (self.key, self.value) = (key, value) }
        }
    }
}

extension FlowDetails {
    package var http: HTTP? { if case .http(let http) = self.layer7?.record { http } else { nil } }
    package var dns: DNS? { if case .dns(let dns) = self.layer7?.record { dns } else { nil } }
}
