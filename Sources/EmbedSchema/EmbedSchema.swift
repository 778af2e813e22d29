import Foundation
import PackagePlugin

/// Turns `schema/history/NNNN_*.sql` into a Swift source, so that the executable carries its store's migrations.
@main
struct EmbedSchema: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
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
