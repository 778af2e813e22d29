import Foundation
import PackagePlugin

/// Turns what is in `schema` into Swift sources, so that the executable carries it: `history/NNNN_*.sql`, its store's
/// migrations, and `openapi.yaml`, which the API shows.
@main
struct EmbedSchema: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        target.name == "FlowAPI" ? [description(context)] : try migrations(context)
    }

    private func description(_ context: PluginContext) -> Command {
        let file = context.package.directoryURL.appending(path: "schema/openapi.yaml")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedOpenAPI.swift")
        return .buildCommand(
            displayName: "Embedding the description of the API", executable: URL(filePath: "/bin/sh"),
            arguments: ["-ec", Self.descriptionScript, "embed", output.path(), file.path()], inputFiles: [file],
            outputFiles: [output])
    }

    private static let descriptionScript = ####"""
        {
            printf 'enum EmbeddedOpenAPI {\n    static let text = ###"""\n'
            cat "$2"
            printf '\n"""###\n}\n'
        } > "$1"
        """####

    private func migrations(_ context: PluginContext) throws -> [Command] {
        let folder = context.package.directoryURL.appending(path: "schema/history")
        let migrations = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        guard !migrations.isEmpty else {
            Diagnostics.error("\(folder.path()) holds no NNNN_name.sql")
            return []
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedSchema.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(migrations.count) migration(s) of the history store",
                executable: URL(filePath: "/bin/sh"),
                arguments: ["-ec", Self.script, "embed", output.path()] + migrations.map { $0.path() },
                inputFiles: migrations, outputFiles: [output])
        ]
    }

    /// `$1` is the file to write, the others are the migrations in order. A Swift integer literal may start with zeros.
    private static let script = ####"""
        output=$1; shift
        {
            echo 'enum EmbeddedSchema {'
            echo '    static let migrations: [Migration] = ['
            for file; do
                name=$(basename "$file" .sql)
                printf 'Migration(number: %s, name: "%s", sql: ###"""\n' "${name%%_*}" "$name"
                cat "$file"
                printf '\n"""###),\n'
            done
            echo '    ]'
            echo '}'
        } > "$output"
        """####
}
