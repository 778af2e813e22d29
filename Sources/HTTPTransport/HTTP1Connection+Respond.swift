import NIOCore
import NIOHTTP1
import Synchronization

extension HTTP1Connection {
    /// Does `work` and what it brings, in a loop rather than by recursion: a client may have sent thousands of
    /// requests at once.
    func work(_ work: Work?, context: ChannelHandlerContext) {
        if let work { nextWork = work }
        guard !isWorking else { return }
        isWorking = true
        defer { isWorking = false }
        sendBody(context: context)
        while response == nil, let work = nextWork.take() {
            begin(work, context: context)
            sendBody(context: context)
        }
        context.flush()
    }

    private func begin(_ work: Work, context: ChannelHandlerContext) {
        idleTimer.requestBegan()
        services.statistics.requests.add(1, ordering: .relaxed)
        switch work {
        case .request(let exchange):
            let answer = services.respond(to: exchange.request, on: context.eventLoop)
            send(answer, to: exchange, context: context)
        case .refusal(let problem):
            services.statistics.malformed.add(1, ordering: .relaxed)
            send(problem.response, to: nil, context: context)
        }
    }

    /// `exchange` is nil for an answer to what was no request: it ends the connection.
    private func send(
        _ answer: HTTPResponse, to exchange: HTTP1RequestAssembly.Exchange?, context: ChannelHandlerContext
    ) {
        var isKeepAlive = exchange?.isKeepAlive == true && !isStopping
        let isHead = exchange?.request.isHead == true
        switch answer {
        case .full(let status, let fields, let body):
            var head = responseHead(status: status, fields: fields)
            let hasBody = mayHaveBody(status: status)
            if hasBody { head.headers.add(name: "content-length", value: "\(body.readableBytes)") }
            write(head: head, isKeepAlive: isKeepAlive, exchange: exchange, context: context)
            response = Response(
                source: BodySource(full: hasBody && !isHead ? body : ByteBuffer()), isKeepAlive: isKeepAlive)
        case .streaming(let status, let fields, let body):
            var head = responseHead(status: status, fields: fields)
            guard !isHead && mayHaveBody(status: status) else {
                body.cancel()
                write(head: head, isKeepAlive: isKeepAlive, exchange: exchange, context: context)
                response = Response(source: BodySource(full: ByteBuffer()), isKeepAlive: isKeepAlive)
                return
            }
            if let exchange, !exchange.isHTTP10 {
                head.headers.add(name: "transfer-encoding", value: "chunked")
            } else {
                isKeepAlive = false
            }
            write(head: head, isKeepAlive: isKeepAlive, exchange: exchange, context: context)
            startBody(body, isKeepAlive: isKeepAlive, context: context)
        }
    }

    private func responseHead(status: Int, fields: HTTPFields) -> HTTPResponseHead {
        let headers = NIOHTTP1.HTTPHeaders(fields.fields.map { ($0.name, $0.value) })
        return HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
    }

    private func write(
        head: HTTPResponseHead, isKeepAlive: Bool, exchange: HTTP1RequestAssembly.Exchange?,
        context: ChannelHandlerContext
    ) {
        var head = head
        if !isKeepAlive {
            head.headers.add(name: "connection", value: "close")
        } else if let exchange, exchange.isHTTP10 {
            head.headers.add(name: "connection", value: "keep-alive")
        }
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    }

    private func startBody(_ body: any HTTPResponseBody, isKeepAlive: Bool, context: ChannelHandlerContext) {
        let loopBound = context.loopBound
        let source = BodySource(streaming: body, on: context.eventLoop) { [weak self] in
            self?.work(nil, context: loopBound.value)
        }
        response = Response(source: source, isKeepAlive: isKeepAlive)
        if isStopping { source.finish() }
    }

    /// Sends what the body has, for as long as the socket takes it and it is this connection's turn. A response ends
    /// here and nowhere else, so a client that sends requests and reads no answers gets no further ones.
    private func sendBody(context: ChannelHandlerContext) {
        while response != nil, context.channel.isWritable, !turn.isWaiting {
            if turn.mustYield() {
                let loopBound = context.loopBound
                return services.nextTurn(on: context.eventLoop) { [weak self] in
                    self?.turn.beginTurn()
                    self?.work(nil, context: loopBound.value)
                }
            }
            guard sendChunk(context: context) else { return }
        }
    }

    /// Returns whether there may be more.
    private func sendChunk(context: ChannelHandlerContext) -> Bool {
        chunk.clear()
        guard let progress = response?.source.read(into: &chunk, limit: HTTPLimits.outputBytes) else { return false }
        if chunk.readableBytes > 0 {
            turn.spend(bytes: chunk.readableBytes)
            writes += 1
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(chunk))), promise: nil)
            if case .end = progress {} else { context.flush() }
        }
        // The write may have found the connection closed, and ended the response.
        guard let response else { return false }
        switch progress {
        case .more: return true
        case .pending: return false
        case .failed:
            // Without the last chunk, the client sees that the body is incomplete.
            context.close(promise: nil)
            return false
        case .end:
            end(trailers: response.source.trailers, isKeepAlive: response.isKeepAlive, context: context)
            return false
        }
    }

    private func end(trailers: HTTPFields, isKeepAlive: Bool, context: ChannelHandlerContext) {
        response?.source.close()
        response = nil
        if chunk.capacity > 16 << 10 { chunk = ByteBuffer() }
        idleTimer.allRequestsEnded()
        let isLast = !isKeepAlive || isStopping
        isLingering = isLast
        let fields = NIOHTTP1.HTTPHeaders(trailers.fields.map { ($0.name, $0.value) })
        context.write(Self.wrapOutboundOut(.end(trailers.isEmpty ? nil : fields)), promise: nil)
        if isLast { closeOutput(context: context) }
    }

    /// Closes in a way that lets the client read the answer: a socket closed with unread input is reset.
    private func closeOutput(context: ChannelHandlerContext) {
        context.flush()
        let channel = context.channel
        // Completes when the socket has taken all; a client that does not read is idle.
        context.close(mode: .output).whenComplete { _ in
            channel.eventLoop.scheduleTask(in: HTTPLimits.lingerTime) { channel.close(promise: nil) }
        }
    }
}
