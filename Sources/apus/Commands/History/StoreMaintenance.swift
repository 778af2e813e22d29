import FlowCatalog
import FlowHistory

extension HistoryReport {
    /// Nothing of the store is open afterwards: a writer that closes it can end its logs.
    static func of(_ directory: String) throws(HistoryError) -> HistoryReport {
        var reader = try HistoryReader(directory: directory)
        return try reader.report()
    }
}

extension HistoryWriter {
    /// Opens an existing store that nobody writes, to change it as it is: nothing goes by age or size.
    ///
    /// - Throws: `.noStore` rather than make one, `.anotherWriter` while a server has it.
    static func maintaining(
        _ directory: String, catalog: FlowCatalog = FlowCatalog(),
        _ change: (inout HistorySettings) -> Void = { _ in }
    ) throws(HistoryError) -> HistoryWriter {
        var settings = HistorySettings(directory: directory)
        var reader = try HistoryReader(directory: directory)
        settings.nodeName = try reader.nodeName()
        settings.minimumFreeBytes = nil
        // Readers may hold a file for a moment.
        settings.busyTimeout = .seconds(5)
        change(&settings)
        return try HistoryWriter(settings, catalog: catalog)
    }
}
