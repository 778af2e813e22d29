import FoundationEssentials

extension HTTPAddress {
    /// Says who may connect to a unix socket.
    func setSocketFile(mode: UInt16) throws {
        guard case .unix(let path) = self else { return }
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Removes the file of a unix socket that is listened on no more.
    func removeSocketFile() {
        guard case .unix(let path) = self else { return }
        try? FileManager.default.removeItem(atPath: path)
    }
}
