import Datapath
import FlowHistory
import FlowMetrics
import FlowModel
import Foundation
import HTTPTransport

/// All settings of a server.
struct ServerSettings: Sendable {
    var datapath = DatapathSettings()
    var history: HistorySettings
    var limits = Limits()
    /// Where Cilium's perf event array is pinned; nil: it is left alone.
    var ciliumEvents: String?
    var listen: [HTTPAddress]
    /// Whose web pages may read answers in a browser.
    var corsOrigins: [String] = []
    var http = HTTPLimits()
    /// Of the files of unix sockets.
    var socketMode = HTTPServer.defaultSocketMode
    /// nil: neither TLS nor tokens.
    var credentials: Credentials?
    var nodeName: String
    var nodeAddresses: [IPAddress] = []
    var enforcement = EnforcementRules()
    var metrics = MetricsSettings.recommended
    /// Read again when it changes; nil: metrics stay as they are.
    var metricsFile: MetricsFile?
    /// Where metrics, and nothing else, are served beside `listen`.
    var metricsListen: [HTTPAddress] = []
}
