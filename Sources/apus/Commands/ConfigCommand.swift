import ArgumentParser
import Console
import SystemRuntime

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Look at and change the settings of the commands that ask a server.",
        discussion: """
            Ask another server from now on:
              apus config set server https://node-1:4245
              apus config set tls-ca ~/ca.pem

            What is set, and where:
              apus config view

            A flag comes before the environment (APUS_SERVER, APUS_TLS_CA, …), that before the file, that before the default. \
            The file is \(ClientSettings.path).
            """,
        subcommands: [Get.self, Set.self, Reset.self, View.self], defaultSubcommand: View.self)

    private static let keys = CompletionKind.list(ClientSettings.Key.allCases.map(\.rawValue))

    struct Get: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the value of a setting.")

        @Argument(help: "Its name.", completion: ConfigCommand.keys)
        var name: String

        func run() throws {
            guard let value = try ClientSettings.value(try ClientSettings.key(name)) else { return }
            try StandardStream.output.write(Array("\(value.text)\n".utf8))
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Set a setting in the file.")

        @Argument(help: "Its name.", completion: ConfigCommand.keys)
        var name: String

        @Argument(help: "Its value.")
        var value: String

        func run() throws {
            let key = try ClientSettings.key(name)
            if key == .server, ServerAddress(argument: value) == nil {
                throw CommandFailure.usage("server \"\(value)\": accepted is \(ServerAddress.accepted)")
            }
            let isDuration = key == .dialTimeout || key == .requestTimeout
            if isDuration, DurationArgument(argument: value) == nil {
                throw CommandFailure.usage("\(name) \"\(value)\": accepted is a time such as 500ms, 5s, 1m")
            }
            if key == .color, ColourMode(rawValue: value) == nil {
                throw CommandFailure.usage("color \"\(value)\": accepted are auto, always, never")
            }
            var settings = try ClientSettings.read()
            settings[key.rawValue] = value
            try ClientSettings.write(settings)
        }
    }

    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a setting out of the file, or all of them.")

        @Argument(help: "Its name; all if left out.", completion: ConfigCommand.keys)
        var name: String?

        func run() throws {
            guard let name else { return try ClientSettings.write([:]) }
            var settings = try ClientSettings.read()
            settings[try ClientSettings.key(name).rawValue] = nil
            try ClientSettings.write(settings)
        }
    }

    struct View: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print all settings, and where each comes from.")

        func run() throws {
            var table = TextTable(header: ["SETTING", "VALUE", "FROM", "MEANING"])
            for key in ClientSettings.Key.allCases {
                let value = try ClientSettings.value(key)
                table.append([key.rawValue, value?.text ?? "-", value?.origin ?? "-", key.meaning])
            }
            try StandardStream.output.write(Array(table.text.utf8))
        }
    }
}
