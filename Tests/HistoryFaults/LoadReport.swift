package import FlowHistory

/// Age and bytes both bite: by age in the hours of little, by bytes in those of much.
package func enduranceSettings(_ directory: String) -> HistorySettings {
    var settings = HistorySettings(directory: directory)
    (settings.blockFlows, settings.backlogFlows, settings.checkpointBytes) = (1_024, 8_192, 1 << 17)
    (settings.maximumAge, settings.maximumBytes) = (.seconds(900), 4 << 20)
    settings.partitionPeriod = .seconds(60)
    settings.minimumFreeBytes = nil
    settings.busyTimeout = .seconds(20)
    return settings
}

/// What came of a simulated hour.
package struct LoadReport: Codable, Sendable {
    package var produced: UInt64 = 0
    package var lost: UInt64 = 0
    package var stored: UInt64 = 0
    package var expired: UInt64 = 0
    package var failures: UInt64 = 0
    /// Names in the catalog, and what they take in `history.sqlite`.
    package var pods = 0
    package var catalogBytes: UInt64 = 0
    /// The most that all files took together, log and shared memory too.
    package var mostBytes: UInt64 = 0
    /// From a flow's time to its commit's return, the longest.
    package var mostLagMilliseconds = 0.0
    /// Resident memory in the middle of the hour, and at its end; pods in its middle.
    package var residentAtHalf: UInt64 = 0
    package var residentAtEnd: UInt64 = 0
    package var podsAtHalf = 0

    package init() {}
}
