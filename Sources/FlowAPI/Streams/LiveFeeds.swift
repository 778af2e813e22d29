internal import FlowObserver
internal import FlowWire
internal import HTTPTransport
internal import NIOCore
internal import Synchronization

/// The feeds of one event loop, one for each kind of follower. On the event loop only.
final class LiveFeeds {
    /// Feeds look for new flows so often, all of an event loop at once.
    private static let lookInterval = TimeAmount.milliseconds(10)

    let eventLoop: any EventLoop
    let observer: FlowObserver
    let context: FlowJSONContext
    let encoders: FlowEncoderPool
    private var feeds: [FlowStreamKind: LiveFeed] = [:]
    /// Wakers of followers that share nothing and wait for the next look.
    private var pausing: [HTTPBodyWaker] = []
    private var looking: RepeatedTask?

    init(
        _ eventLoop: any EventLoop, _ observer: FlowObserver, _ context: FlowJSONContext, _ encoders: FlowEncoderPool
    ) {
        self.encoders = encoders
        self.eventLoop = eventLoop
        self.observer = observer
        self.context = context
    }

    /// The feed for a follower that wants the flows from `position` on; it must `leave` it.
    func join(_ kind: FlowStreamKind, at position: UInt64) -> LiveFeed {
        let feed = feeds[kind] ?? makeFeed(kind, at: position)
        feed.join()
        return feed
    }

    func leave(_ kind: FlowStreamKind) {
        guard let feed = feeds[kind] else { return }
        feed.leave()
        if feed.followers == 0 { feeds[kind] = nil }
    }

    /// Wakes a follower that reads by itself when feeds look next.
    func wakeLater(_ waker: HTTPBodyWaker) {
        pausing.append(waker)
        startLooking()
    }

    private func makeFeed(_ kind: FlowStreamKind, at position: UInt64) -> LiveFeed {
        let feed = LiveFeed(FlowTail(observer, kind.filter, at: position), kind.form, encoders)
        feeds[kind] = feed
        startLooking()
        return feed
    }

    private func startLooking() {
        guard looking == nil else { return }
        let loopBound = NIOLoopBound(self, eventLoop: eventLoop)
        looking = eventLoop.scheduleRepeatedTask(initialDelay: Self.lookInterval, delay: Self.lookInterval) { _ in
            loopBound.value.look()
        }
    }

    private func look() {
        if feeds.isEmpty && pausing.isEmpty {
            looking?.cancel()
            looking = nil
        }
        for feed in feeds.values { feed.look() }
        for waker in pausing { waker.wake() }
        pausing.removeAll(keepingCapacity: true)
    }
}

/// The event loops' feeds. Asked once a request.
final class LiveFeedRegistry: Sendable {
    private let observer: FlowObserver
    private let context: FlowJSONContext
    private let encoders: FlowEncoderPool
    private let feeds = Mutex<[ObjectIdentifier: NIOLoopBound<LiveFeeds>]>([:])

    init(_ observer: FlowObserver, _ context: FlowJSONContext) {
        self.observer = observer
        self.context = context
        encoders = FlowEncoderPool(context)
    }

    /// On `eventLoop`.
    func feeds(on eventLoop: any EventLoop) -> LiveFeeds {
        feeds.withLock { feeds in
            let id = ObjectIdentifier(eventLoop)
            let found =
                feeds[id]
                ?? NIOLoopBound(LiveFeeds(eventLoop, observer, context, encoders), eventLoop: eventLoop)
            feeds[id] = found
            return found
        }.value
    }
}
