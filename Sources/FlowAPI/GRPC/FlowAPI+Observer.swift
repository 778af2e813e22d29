internal import FlowFilter
internal import FlowWire
internal import HTTPTransport
internal import HubbleMessages
internal import SwiftProtobuf

extension FlowAPI {
    func getFlows(_ request: APIRequest, _ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let asked = try Observer_GetFlowsRequest(message: message)
        if asked.first && asked.follow { throw GRPCStatus(.invalidArgument, Self.firstWithFollow) }
        do throws(FilterError) {
            let question = try FlowRequest(asked, context)
            let kind = FlowStreamKind(
                filter: question.filter, format: .messages(isCompressed: request.wantsCompression),
                compatibility: .apus, mask: try asked.flowFieldMask())
            return .stream(stream(question, kind, request))
        } catch {
            throw GRPCStatus(.invalidArgument, error.description)
        }
    }

    /// Apus' agent has no events of its own: a range of them is empty, and one that follows waits.
    func getAgentEvents(_ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let asked = try Observer_GetAgentEventsRequest(message: message)
        return try noEvents(isFollowing: asked.follow, isFromFirst: asked.first)
    }

    func getDebugEvents(_ message: [UInt8]) throws(GRPCStatus) -> GRPCReply {
        let asked = try Observer_GetDebugEventsRequest(message: message)
        return try noEvents(isFollowing: asked.follow, isFromFirst: asked.first)
    }

    private func noEvents(isFollowing: Bool, isFromFirst: Bool) throws(GRPCStatus) -> GRPCReply {
        if isFollowing && isFromFirst { throw GRPCStatus(.invalidArgument, Self.firstWithFollow) }
        return isFollowing ? .open([]) : .messages([])
    }

    /// In Hubble's words, which its command line's users know.
    static let firstWithFollow = "first cannot be specified with follow"

    func serverStatus(_ request: APIRequest) throws(GRPCStatus) -> GRPCReply {
        let status = status(for: request.caller)
        var response = Observer_ServerStatusResponse()
        response.numFlows = UInt64(status.num_flows) ?? 0
        response.maxFlows = UInt64(status.max_flows) ?? 0
        response.seenFlows = UInt64(status.seen_flows) ?? 0
        response.uptimeNs = UInt64(status.uptime_ns) ?? 0
        response.version = status.version
        response.flowsRate = status.flows_rate
        return .messages([try response.message()])
    }

    /// This node alone: there is no relay between it and the client.
    func getNodes(_ request: APIRequest) throws(GRPCStatus) -> GRPCReply {
        let status = status(for: request.caller)
        var node = Observer_Node()
        node.name = context.nodeName
        node.version = status.version
        node.address = request.http.headers["host"] ?? ""
        node.state = .nodeConnected
        node.tls = Observer_TLS()
        node.uptimeNs = UInt64(status.uptime_ns) ?? 0
        node.numFlows = UInt64(status.num_flows) ?? 0
        node.maxFlows = UInt64(status.max_flows) ?? 0
        node.seenFlows = UInt64(status.seen_flows) ?? 0
        var response = Observer_GetNodesResponse()
        response.nodes = [node]
        return .messages([try response.message()])
    }

    func getNamespaces(_ request: APIRequest) throws(GRPCStatus) -> GRPCReply {
        let visible = request.caller.namespaces
        var response = Observer_GetNamespacesResponse()
        response.namespaces = sources.namespaces().filter { visible?.contains($0) ?? true }.map { name in
            var namespace = Observer_Namespace()
            namespace.namespace = name
            return namespace
        }
        return .messages([try response.message()])
    }

    /// This node, and no others: each Apus is asked by itself.
    func notifyPeers(_ request: APIRequest) throws(GRPCStatus) -> GRPCReply {
        var peer = Peer_ChangeNotification()
        peer.name = context.nodeName
        peer.address = request.http.headers["host"] ?? ""
        peer.type = .peerAdded
        return .open([try peer.message()])
    }
}
