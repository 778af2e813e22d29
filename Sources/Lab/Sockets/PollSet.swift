internal import Glibc

/// What a member of a loop waits for.
enum PollInterest {
    case nothing
    case reading
    case writing
}

/// The descriptors of one `poll` call. Used by one thread.
struct PollSet {
    private var entries: [pollfd] = []

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    mutating func append(_ descriptor: Int32, _ interest: PollInterest) {
        let events: Int32 =
            switch interest {
            case .nothing: 0
            case .reading: POLLIN
            case .writing: POLLOUT
            }
        entries.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
    }

    /// Blocks until a descriptor is ready or the time is up.
    ///
    /// - Parameter timeoutMilliseconds: -1 waits for ever.
    mutating func wait(timeoutMilliseconds: Int32) {
        let count = nfds_t(entries.count)
        if unsafe poll(&entries, count, timeoutMilliseconds) <= 0 {
            for index in entries.indices { entries[index].revents = 0 }
        }
    }

    /// Whether the descriptor at this place can go on, be it only to learn of its error.
    func isReady(_ index: Int) -> Bool { entries[index].revents != 0 }
}
