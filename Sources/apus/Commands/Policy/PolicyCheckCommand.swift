import ArgumentParser
import Manifests
import Policy
import SystemRuntime

struct PolicyCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what is wrong with policies, and where; exit code 1 if anything is.",
        discussion: """
            Reads CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy and NetworkPolicy from files and folders of YAML as
            `apus serve --manifests` does, and refuses what it would: unknown fields, wrong types, missing selectors, bad ports.
            What is accepted and has no effect, or not all of it, is a remark. Other objects may stand among them: those of
            kind Service are what toServices means.

              apus policy check policies/
              apus policy check --output json new.yaml
            """)

    @OptionGroup var format: ReportOptions

    @Argument(help: ArgumentHelp("Files, and folders of *.yaml and *.yml.", valueName: "file"))
    var files: [String]

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("policy check: give a file or folder at least") }
    }

    func run() throws {
        var manifests = ManifestSet()
        for file in files {
            let loaded = ManifestSet.load(file)
            manifests = manifests + loaded
        }
        let set = PolicySet(manifests)
        let check = PolicyCheck(set, unreadable: manifests.problems)
        if format.output == .json {
            try StandardStream.output.write(json: check)
        } else {
            try StandardStream.output.write(Array(check.text.utf8))
        }
        guard check.problems.isEmpty else { throw CommandFailure.failed("\(check.problems.count) problems") }
    }
}

/// What `apus policy check` found.
private struct PolicyCheck: Encodable {
    struct Finding: Encodable {
        let file: String
        let line: Int?
        let column: Int?
        /// `CiliumNetworkPolicy shop/web`
        let object: String
        /// `spec.ingress[0].toPorts`
        let field: String
        let message: String

        init(_ problem: ManifestProblem) {
            (file, object, field, message) = (problem.file, problem.object, problem.field, problem.message)
            (line, column) = (problem.place?.line, problem.place?.column)
        }
    }

    let policies: Int
    let problems: [Finding]
    let remarks: [Finding]
    private let lines: [String]

    private enum CodingKeys: CodingKey { case policies, problems, remarks }

    init(_ set: PolicySet, unreadable: [ManifestProblem]) {
        let found = unreadable + set.problems
        policies = set.policies.count
        problems = found.map(Finding.init)
        remarks = set.remarks.map(Finding.init)
        lines = found.map(\.description) + set.remarks.map { "\($0) (remark)" }
    }

    var text: String {
        let sum = "\(policies) policies, \(problems.count) problems, \(remarks.count) remarks"
        return (lines + [sum, ""]).joined(separator: "\n")
    }
}
