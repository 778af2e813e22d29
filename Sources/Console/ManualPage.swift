/// A command and its arguments, as the parser of arguments tells them.
package struct HelpDump: Decodable, Sendable {
    package let command: Command

    package struct Command: Decodable, Sendable {
        let commandName: String
        let abstract: String?
        let discussion: String?
        let shouldDisplay: Bool?
        let subcommands: [Command]?
        let arguments: [Argument]?
    }

    struct Argument: Decodable, Sendable {
        struct Name: Decodable, Sendable {
            let kind: String
            let name: String

            /// `--since`, `-f`
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        let kind: String
        let shouldDisplay: Bool
        let sectionTitle: String?
        let isOptional: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let abstract: String?
        let discussion: String?
    }
}

/// A page of the manual, in the language of man(7), made of a command's own help.
package struct ManualPage: Sendable {
    /// `apus-observe`
    package let name: String
    package let text: String

    /// One of each command.
    ///
    /// - Parameter outputs: what a command has printed once, by its page's name, shown as examples.
    package static func pages(
        of command: HelpDump.Command, version: String, outputs: [String: String]
    ) -> [ManualPage] {
        pages(of: command, [], version, outputs)
    }

    private static func pages(
        of command: HelpDump.Command, _ parents: [String], _ version: String, _ outputs: [String: String]
    ) -> [ManualPage] {
        let words = parents + [command.commandName]
        let children = (command.subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
        let page = ManualPage(command, words, children, version, outputs)
        return [page] + children.flatMap { pages(of: $0, words, version, outputs) }
    }

    private init(
        _ command: HelpDump.Command, _ words: [String], _ children: [HelpDump.Command], _ version: String,
        _ outputs: [String: String]
    ) {
        name = words.joined(separator: "-")
        let arguments = (command.arguments ?? []).filter {
            $0.shouldDisplay && $0.names?.contains { $0.name == "help" } != true
        }
        var lines = [
            ".TH \(name.uppercased()) 1 \"\" \"apus \(version)\" \"Apus\"", ".SH NAME",
            "\(name) \\- \(Self.escaped((command.abstract ?? "").dropLastDot))", ".SH SYNOPSIS",
            Self.synopsis(words, arguments, children),
        ]
        if let discussion = command.discussion { lines += [".SH DESCRIPTION"] + Self.paragraphs(discussion) }
        if !children.isEmpty {
            lines.append(".SH COMMANDS")
            for child in children {
                lines += [".TP", ".BR \(name)-\(child.commandName) (1)", Self.escaped(child.abstract ?? "")]
            }
        }
        var section: String?
        for argument in arguments {
            let title = (argument.sectionTitle ?? "Options").uppercased()
            if title != section { lines.append(".SH \(title)") }
            section = title
            lines += Self.argument(argument)
        }
        if let output = outputs[name] {
            lines += [".SH EXAMPLES", ".nf"] + Self.verbatim(output) + [".fi"]
        }
        if words.count > 1 { lines += [".SH SEE ALSO", ".BR \(words.dropLast().joined(separator: "-")) (1)"] }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func synopsis(
        _ words: [String], _ arguments: [HelpDump.Argument], _ children: [HelpDump.Command]
    ) -> String {
        let positional = arguments.filter { $0.kind == "positional" }.map { argument in
            let name = "\\fI\(escaped(argument.valueName ?? "value"))\\fR"
            return argument.isOptional ? "[\(name)]" : name
        }
        let options = arguments.contains { $0.kind != "positional" } ? ["[\\fIoptions\\fR]"] : []
        let rest = children.isEmpty ? options + positional : ["\\fIcommand\\fR"]
        return (["\\fB\(words.joined(separator: " "))\\fR"] + rest).joined(separator: " ")
    }

    private static func argument(_ argument: HelpDump.Argument) -> [String] {
        let names = (argument.names ?? []).map { "\\fB\(escaped($0.text))\\fR" }.joined(separator: ", ")
        let value = argument.kind == "flag" ? "" : " \\fI\(escaped(argument.valueName ?? "value"))\\fR"
        var text = [argument.abstract, argument.discussion].compactMap(\.self).joined(separator: " ")
        if let value = argument.defaultValue, argument.kind != "flag" { text += " Default: \(value)." }
        return [".TP", names.isEmpty ? value.dropFirst().description : names + value, escaped(text)]
    }

    /// Lines that are indented stand as they are.
    private static func paragraphs(_ text: String) -> [String] {
        var lines: [String] = []
        var isVerbatim = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let isExample = line.hasPrefix("  ")
            if isExample != isVerbatim, !line.isEmpty {
                lines.append(isExample ? ".nf" : ".fi")
                isVerbatim = isExample
            }
            lines.append(line.isEmpty ? ".PP" : escaped(line))
        }
        return isVerbatim ? lines + [".fi"] : lines
    }

    private static func verbatim(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }
    }

    private static func escaped(_ text: String) -> String {
        let text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
    }
}

extension String {
    fileprivate var dropLastDot: String { hasSuffix(".") ? String(dropLast()) : self }
}
