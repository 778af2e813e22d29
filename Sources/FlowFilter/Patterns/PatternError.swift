/// A pattern that cannot be understood, or is too large.
package struct PatternError: Error, Hashable, Sendable {
    /// Position of the offending character, from 1.
    package let position: Int
    /// What is wrong there: `missing )`.
    package let problem: String
}

extension PatternError: CustomStringConvertible {
    package var description: String { "\(problem) at character \(position)" }
}
