import FlowFilter

/// The order of filters on the command line, which the parser of arguments does not keep: each value gets its place, and
/// whether a `--not` stands before it. Flags that are short for a filter become that filter.
enum FilterArguments {
    /// Commands that take filters, by their first words.
    private static let commands = [["observe"], ["drops"], ["top"], ["graph"], ["why"], ["history", "export"]]

    /// - Parameter arguments: of the program, without its own name.
    static func prepared(_ arguments: [String]) -> [String] {
        guard let command = commands.first(where: arguments.starts) else { return arguments }
        var prepared = command
        var rest = arguments.dropFirst(command.count)
        var isNegated = false
        while let argument = rest.popFirst() {
            if argument == "--" { return prepared + [argument] + rest }
            if argument == "--not" {
                isNegated = true
                continue
            }
            guard let filter = filter(argument, &rest) else {
                prepared.append(argument)
                continue
            }
            guard let value = filter.value else {
                // The parser says what is missing.
                prepared.append(argument)
                continue
            }
            prepared += [
                "--\(filter.parameter.rawValue)",
                FilterValue.marked(filter.parameter, value, isNegated: isNegated, position: prepared.count),
            ]
            isNegated = false
        }
        // A flag of its own says that no filter followed.
        return isNegated ? prepared + ["--not"] : prepared
    }

    private static let shortNames: [String: FilterParameter] = ["-n": .namespace, "-t": .type]
    private static let flags: [String: (FilterParameter, String)] = [
        "-A": (.pod, "/"), "--all-namespaces": (.pod, "/"), "-4": (.ipVersion, "4"), "--ipv4": (.ipVersion, "4"),
        "-6": (.ipVersion, "6"), "--ipv6": (.ipVersion, "6"), "--not-reply": (.reply, "false"),
        "--unencrypted": (.encrypted, "false"),
    ]

    /// nil for what is no filter; its value is nil if there is none.
    private static func filter(
        _ argument: String, _ rest: inout ArraySlice<String>
    ) -> (parameter: FilterParameter, value: String?)? {
        if let flag = flags[argument] { return flag }
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let long = parts[0].hasPrefix("--") ? FilterParameter(rawValue: String(parts[0].dropFirst(2))) : nil
        guard let parameter = shortNames[parts[0]] ?? long, parameter.isFilter else { return nil }
        if parts.count == 2 { return (parameter, parts[1]) }
        if parameter == .reply || parameter == .encrypted {
            let isValue = rest.first.map { ["true", "false", "1", "0"].contains($0.lowercased()) } ?? false
            return (parameter, isValue ? rest.popFirst() : "true")
        }
        return (parameter, rest.popFirst())
    }
}

extension FilterError {
    /// The error of a flag.
    var commandLineText: String {
        var text = "--\(parameter)"
        if let value { text += " \"\(value)\"" }
        text += ": \(problem)"
        if let suggestion { text += "; did you mean \(suggestion)?" }
        if let accepted { text += "; accepted: \(accepted)" }
        return text
    }
}
