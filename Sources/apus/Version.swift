/// The version of this build, as `apus version`, flows and metrics say it.
enum Version {
    static let current = "0.1.0"
}
