import FoundationEssentials

extension HTTPAddress {
    /// Removes the file of a unix socket that is listened on no more.
    func removeSocketFile() {
        guard case .unix(let path) = self else { return }
        try? FileManager.default.removeItem(atPath: path)
    }
}
