internal import Glibc

/// How many files, sockets included, this process may have open at a time.
package enum OpenFiles {
    /// Lets there be `count` of them, where there may be fewer. Programs started later may open as many.
    ///
    /// Returns how many there may be; that is less than `count` where the hard limit says so and this process is not
    /// allowed to raise it.
    package static func allow(_ count: Int) -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(count) else {
            return Int(clamping: limit.rlim_cur)
        }
        var wanted = rlimit(rlim_cur: rlim_t(count), rlim_max: max(limit.rlim_max, rlim_t(count)))
        if unsafe setrlimit(resource, &wanted) == 0 { return count }
        wanted = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
        return Int(clamping: unsafe setrlimit(resource, &wanted) == 0 ? limit.rlim_max : limit.rlim_cur)
    }

    /// How many there may be.
    package static var limit: Int { allow(0) }

    /// How many are open; nil where /proc is not mounted.
    package static var count: Int? {
        guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(directory) }
        // Not among them: ".", ".." and the directory itself.
        var count = -3
        while unsafe readdir(directory) != nil { count += 1 }
        return count
    }
}
