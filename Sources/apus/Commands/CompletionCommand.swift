import ArgumentParser
import SystemRuntime

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a script that completes commands, flags and values in a shell.",
        discussion: """
            For bash, in this shell and from the next one on:
              source <(apus completion bash)
              apus completion bash > /etc/bash_completion.d/apus

            For zsh and fish:
              apus completion zsh > "${fpath[1]}/_apus"
              apus completion fish > ~/.config/fish/completions/apus.fish
            """)

    enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try StandardStream.output.write(Array((Apus.completionScript(for: kind) + "\n").utf8))
    }
}
