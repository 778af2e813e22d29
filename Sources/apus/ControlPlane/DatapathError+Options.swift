import Datapath

extension DatapathError {
    /// With the command-line option for the setting that it names.
    var operatorText: String {
        guard case .mapFull(_, _, let setting) = self else { return description }
        let option = setting.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
        return "\(description) (--\(option))"
    }
}
