import FlowMetrics
import Synchronization
import SystemRuntime

/// How often metrics were configured while running, and since when the configuration in force is.
final class MetricsConfigurationState: Sendable {
    private let state: Mutex<ConfigurationReading>

    init() {
        var reading = ConfigurationReading()
        reading.appliedSeconds = Self.now
        state = Mutex(reading)
    }

    private static var now: Double { Double(SystemClock.realtimeNanoseconds()) / 1e9 }

    var reading: ConfigurationReading { state.withLock { $0 } }

    func applied() {
        state.withLock { state in
            state.applied += 1
            state.appliedSeconds = Self.now
        }
    }

    func refused() { state.withLock { $0.refused += 1 } }
}
