/// What commands have printed of the laboratory, for their manual pages.
enum ManualOutputs {
    static let texts: [String: String] = [:]
}
