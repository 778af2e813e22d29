/// A parameter that cannot be understood: which one, where, what was wrong with it, what would be accepted.
package struct FilterError: Error, Hashable, Sendable {
    package let parameter: String
    /// nil when the parameter as such is at fault.
    package let value: String?
    /// Position of the parameter in the request, from 1; nil when several together are at fault.
    package let position: Int?
    /// What is wrong, without the parameter's name and value: `not a port`.
    package let problem: String
    /// What would be accepted instead; nil when that depends on other parameters.
    package let accepted: String?
    /// The known name that is nearest to an unknown one.
    package let suggestion: String?

    package init(
        parameter: String, value: String? = nil, position: Int? = nil, problem: String, accepted: String? = nil,
        suggestion: String? = nil
    ) {
        self.parameter = parameter
        self.value = value
        self.position = position
        self.problem = problem
        self.accepted = accepted
        self.suggestion = suggestion
    }
}

extension FilterError: CustomStringConvertible {
    /// One line for a person: `parameter 2, port "80-": not a port; accepted: 0 to 65535, or a range such as
    /// 8000-8100`.
    package var description: String {
        var text = position.map { "parameter \($0), " } ?? ""
        text += parameter
        if let value { text += " \(value.debugDescription)" }
        text += ": \(problem)"
        if let suggestion { text += "; did you mean \(suggestion)?" }
        if let accepted { text += "; accepted: \(accepted)" }
        return text
    }
}
