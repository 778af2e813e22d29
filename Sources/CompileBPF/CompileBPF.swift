import Foundation
import PackagePlugin

/// Compiles each `bpf/*.bpf.c` for the kernel and embeds the object as base64 in a Swift file of the target:
/// `kernel_drops.bpf.c` becomes `KernelDropsObject.base64`. A target below `Tests` gets those of `bpf/tests`.
@main
struct CompileBPF: BuildToolPlugin {
    #if arch(arm64)
        private static let machineHeaders = "/usr/include/aarch64-linux-gnu"
    #else
        private static let machineHeaders = "/usr/include/x86_64-linux-gnu"
    #endif

    /// $1 clang, $2 llvm-objcopy, $3 source, $4 object, $5 Swift file, $6 type's name, $7 `bpf` folder, $8 machine's headers.
    /// Debug sections go, BTF stays. A StaticString, as an array literal of this size takes the compiler minutes.
    private static let script = #"""
        "$1" -target bpf -mcpu=v3 -O2 -g -Wall -Werror -ffile-prefix-map="$7"=bpf -I"$7/abi/include" -I"$8" -c "$3" -o "$4"
        "$2" --strip-debug "$4"
        { printf 'enum %s {\n    static let base64: StaticString = "' "$6"; base64 -w0 "$4"; printf '"\n}\n'; } > "$5"
        """#

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = context.package.directoryURL.appending(path: "bpf").resolvingSymlinksInPath()
        let clang = try context.tool(named: "clang").url
        let objcopy = try context.tool(named: "llvm-objcopy").url
        let headers = try files(in: folder.appending(path: "lib")) + files(in: folder.appending(path: "abi/include"))
        let parent = target.directoryURL.deletingLastPathComponent().lastPathComponent
        let sources = parent == "Tests" ? folder.appending(path: "tests") : folder
        return try files(in: sources).filter { $0.lastPathComponent.hasSuffix(".bpf.c") }.map { source in
            let name = source.lastPathComponent.replacing(".bpf.c", with: "")
            let type = name.split(separator: "_").map(\.localizedCapitalized).joined() + "Object"
            let output = context.pluginWorkDirectoryURL.appending(path: "\(type).swift")
            let object = context.pluginWorkDirectoryURL.appending(path: "\(name).o")
            return .buildCommand(
                displayName: "Compiling \(source.lastPathComponent) for the kernel",
                executable: URL(filePath: "/bin/sh"),
                arguments: [
                    "-ec", Self.script, "compile-bpf", clang.path(), objcopy.path(), source.path(), object.path(),
                    output.path(), type,
                    folder.path().hasSuffix("/") ? String(folder.path().dropLast()) : folder.path(),
                    Self.machineHeaders,
                ],
                inputFiles: [source] + headers,
                outputFiles: [output])
        }
    }

    private func files(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { ["c", "h"].contains($0.pathExtension) }
            .sorted { $0.path() < $1.path() }
    }
}
