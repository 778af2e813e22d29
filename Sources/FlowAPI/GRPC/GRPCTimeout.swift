internal import NIOCore

/// The header `grpc-timeout`: up to eight digits and a unit.
enum GRPCTimeout {
    /// nil for anything else.
    static func parse(_ text: String) -> TimeAmount? {
        let digits = text.dropLast()
        guard (1...8).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let count = Int64(digits)
        else { return nil }
        return switch text.last {
        case "H": .hours(count)
        case "M": .minutes(count)
        case "S": .seconds(count)
        case "m": .milliseconds(count)
        case "u": .microseconds(count)
        case "n": .nanoseconds(count)
        default: nil
        }
    }
}
