import HTTP2Session
import NIOCore
import Synchronization

/// What the session reports and asks for.
extension HTTP2Connection: HTTP2SessionDelegate {
    func http2(request head: HTTP2RequestHead, on id: HTTP2StreamID, endOfStream: Bool) {
        services.statistics.requests.add(1, ordering: .relaxed)
        idleTimer.headCame()
        let stream = HTTP2Stream()
        streams[id] = stream
        do throws(HTTPProblem) {
            let request = try HTTP2Stream.request(head, limits: services.limits, peer: peer)
            if let response = respond(toHeadOf: request) {
                if case .streaming(_, _, let body) = response {
                    stream.conversation = body as? any HTTPConversationBody
                }
                send(response, on: id, stream, isHead: request.isHead)
                if endOfStream { stream.conversation.take()?.receiveEnd() }
            } else if endOfStream {
                answer(request, on: id, stream)
            } else {
                stream.request = request
            }
        } catch {
            refuse(error, on: id, stream, isHead: head.method == "HEAD")
        }
    }

    func http2(data: RawSpan, on id: HTTP2StreamID) {
        attempt { () throws(HTTP2Error) in try session?.consume(data.byteCount, on: id) }
        guard let stream = streams[id] else { return }
        if let conversation = stream.conversation {
            var bytes = ByteBuffer()
            bytes.writeBytes(data)
            return conversation.receive(bytes)
        }
        guard let count = stream.request?.body.readableBytes else { return }
        guard count + data.byteCount <= services.limits.bodyBytes else {
            return refuse(services.limits.bodyTooLarge, on: id, stream, isHead: false)
        }
        stream.request?.body.writeBytes(data)
    }

    func http2(endOfRequestOn id: HTTP2StreamID, trailers: [HTTP2Header]) {
        guard let stream = streams[id] else { return }
        if let conversation = stream.conversation.take() { return conversation.receiveEnd() }
        if let request = stream.request.take() { answer(request, on: id, stream) }
    }

    func http2(closed id: HTTP2StreamID, error: HTTP2ErrorCode) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        stream.conversation = nil
        stream.source?.close()
        if stream.isAnswered { answersUnderWay -= 1 }
        if answersUnderWay == 0 { idleTimer.allRequestsEnded() }
    }

    func http2(invalidFrameOn id: HTTP2StreamID, reason: String) {
        services.statistics.malformed.add(1, ordering: .relaxed)
    }

    func http2(write bytes: RawSpan) {
        output.append(bytes)
    }

    func http2(bodyOf id: HTTP2StreamID, limit: Int) -> HTTP2BodyPull {
        guard let stream = streams[id], stream.source != nil else { return .failed }
        switch output.readBody(of: &stream.source!, limit: limit) {
        case (.end, let count):
            let trailers = stream.source?.trailers.fields.map { HTTP2Header(name: $0.name, value: $0.value) }
            return .end(count: count, trailers: trailers ?? [])
        case (.failed, 0): return .failed
        case (.pending, 0), (.more, 0): return .pending
        case (.failed, let count), (.pending, let count), (.more, let count): return .bytes(count: count)
        }
    }

    func http2(frameHeader: RawSpan) {
        output.closeFrame(header: frameHeader)
    }

    private func answer(_ request: HTTPRequest, on id: HTTP2StreamID, _ stream: HTTP2Stream) {
        guard let response = respond(to: request) else { return }
        send(response, on: id, stream, isHead: request.isHead)
    }

    private func refuse(_ problem: HTTPProblem, on id: HTTP2StreamID, _ stream: HTTP2Stream, isHead: Bool) {
        services.statistics.malformed.add(1, ordering: .relaxed)
        stream.request = nil
        send(problem.response, on: id, stream, isHead: isHead)
    }

    private func send(_ response: HTTPResponse, on id: HTTP2StreamID, _ stream: HTTP2Stream, isHead: Bool) {
        stream.isAnswered = true
        answersUnderWay += 1
        idleTimer.requestBegan()
        let status: Int
        var headers: [HTTP2Header]
        switch response {
        case .full(let code, let fields, let body):
            status = code
            headers = fields.fields.map { HTTP2Header(name: $0.name, value: $0.value) }
            if mayHaveBody(status: status) {
                headers.append(HTTP2Header(name: "content-length", value: "\(body.readableBytes)"))
                if !isHead, body.readableBytes > 0 { stream.source = BodySource(full: body) }
            }
        case .streaming(let code, let fields, let body):
            status = code
            headers = fields.fields.map { HTTP2Header(name: $0.name, value: $0.value) }
            if isHead || !mayHaveBody(status: status) {
                body.cancel()
            } else {
                stream.source = source(for: body, on: id)
            }
        }
        attempt { () throws(HTTP2Error) in
            try session?.respond(on: id, status: status, headers: headers, hasBody: stream.source != nil)
        }
    }
}
