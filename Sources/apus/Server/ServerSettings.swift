import Datapath
import FlowHistory
import FlowModel
import Foundation
import HTTPTransport

/// All settings of a server.
struct ServerSettings: Sendable {
    var datapath = DatapathSettings()
    var history: HistorySettings
    var limits = Limits()
    var listen: [HTTPAddress]
    var nodeName: String
    var nodeAddresses: [IPAddress] = []
    var enforcement = EnforcementMode.none
}
