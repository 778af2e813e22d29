package import BPFRuntime
internal import DatapathABI
internal import Synchronization
internal import SystemRuntime

/// What sweeps of the connections found since the programs were loaded.
package struct ConnectionSweeps: Hashable, Sendable {
    /// That were tracked at the last sweep.
    package var connections: UInt64 = 0
    /// That can be tracked.
    package var capacity: UInt64
    /// That sweeps took out.
    package var expired: UInt64 = 0
    package var sweeps: UInt64 = 0
    /// How long all sweeps took together.
    package var nanoseconds: UInt64 = 0
}

/// Takes connections that have expired out of the kernel's map. Any thread; a sweep is one system call.
package final class ConnectionSweeper: Sendable {
    private let program: BPFProgram
    private let state: Mutex<ConnectionSweeps>

    init(_ program: consuming BPFProgram, capacity: UInt32) {
        self.program = program
        state = Mutex(ConnectionSweeps(capacity: UInt64(capacity)))
    }

    package var sweeps: ConnectionSweeps { state.withLock { $0 } }

    /// Packets go on meanwhile.
    package func sweep() throws(BPFError) {
        var result = apus_sweep()
        let start = SystemClock.monotonicNanoseconds()
        try program.run(&result)
        let end = SystemClock.monotonicNanoseconds()
        state.withLock { state in
            state.connections = result.connections
            state.expired += result.expired
            state.sweeps += 1
            state.nanoseconds += end - start
        }
    }
}
