internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// Stands behind TLS until the client has proved what it must, and then sets up what serves the connection.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let services: ConnectionServices
    private let peer: HTTPPeer
    private var deadline: Scheduled<Void>?
    /// The client has sent something; one that only looks whether the port is open is no failure.
    private var hasBegun = false

    init(_ services: ConnectionServices, _ peer: HTTPPeer) {
        self.services = services
        self.peer = peer
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(services.limits.handshakeTime)) {
            [weak self] in
            self?.begin()
            channel.close(promise: nil)
        }
    }

    /// From here on, an end before the handshake's is a failure.
    func begin() { hasBegun = true }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted: serve(context)
        case is ServerIsStopping: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if hasBegun, deadline != nil { services.statistics.failedHandshakes.add(1, ordering: .relaxed) }
        stopWaiting()
        context.fireChannelInactive()
    }

    private func serve(_ context: ChannelHandlerContext) {
        stopWaiting()
        let pipeline = context.pipeline.syncOperations
        do {
            var peer = peer
            peer.isEncrypted = true
            let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
            if let certificate = tls.peerCertificate { peer.certificateNames = certificate.peerNames }
            let detector = ProtocolDetector(services: services, channel: context.channel, peer: peer)
            try pipeline.addHandler(detector, position: .after(self))
            pipeline.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    /// The handshake is done, or will never be.
    func stopWaiting() {
        deadline?.cancel()
        deadline = nil
    }
}

extension NIOSSLCertificate {
    /// See `HTTPPeer.certificateNames`.
    fileprivate var peerNames: [String] {
        var names: [String] = []
        for name in _subjectAlternativeNames() {
            let text = String(decoding: name.contents, as: UTF8.self)
            switch name.nameType {
            case .dnsName: names.append("dns:" + text)
            case .uri: names.append("uri:" + text)
            default: break
            }
        }
        return names + subjectName.filter { $0.type == .commonName }.map { "cn:" + $0.value }
    }
}
