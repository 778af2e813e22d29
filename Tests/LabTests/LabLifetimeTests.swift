import FlowModel
import Foundation
import Manifests
import SystemRuntime
import Testing

@testable import Lab

/// `name:number` of all interfaces of the calling thread's network namespace.
func interfaceNumbers() throws -> Set<String> {
    // Address, interface number, prefix length, scope, flags, name; every interface that is up has an IPv6 address.
    let lines = try KernelFile.read("/proc/thread-self/net/if_inet6").split(separator: "\n")
    return Set(
        lines.compactMap { line in
            let fields = line.split(separator: " ")
            return UInt32(fields[1], radix: 16).map { "\(fields[5]):\($0)" }
        })
}

// Needs root, as `LabTests` says.
@Suite(.enabled(if: missing == nil, "\(missing.map(\.description) ?? "")"), .timeLimit(.minutes(1)))
struct LabLifetimeTests {
    /// A link from a namespace of the test's own into the laboratory's node: when the kernel takes the node away, it
    /// takes both ends of the link, and the test sees its own end go.
    private func tether(to lab: Lab) throws -> NetworkNamespace {
        let own = try NetworkNamespace.unnamed()
        let batch = "link add tether type veth peer name tether netns \(lab.nodeNamespace.path)\n"
        let program = try LabRequirements.programPath()
        try HostSetUp(host: "the test", namespace: own).configure(batch, program: program)
        #expect(try own.run { LinkState.index(of: "tether") } != nil)
        return own
    }

    private func isCut(_ own: NetworkNamespace) async throws -> Bool {
        for _ in 0..<500 {
            if try own.run({ LinkState.index(of: "tether") }) == nil { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Descriptors and threads of this process that are in one of the namespaces.
    private func holders(of inodes: [UInt32]) -> [String] {
        let files = FileManager.default
        func entries(_ folder: String) -> [String] {
            ((try? files.contentsOfDirectory(atPath: folder)) ?? []).map { "\(folder)/\($0)" }
        }
        let links = entries("/proc/self/fd") + entries("/proc/self/task").map { "\($0)/ns/net" }
        let names = Set(inodes.map { "net:[\($0)]" })
        return links.filter { link in
            (try? files.destinationOfSymbolicLink(atPath: link)).map(names.contains) ?? false
        }
    }

    @Test("A closed laboratory leaves no namespace, link or thread, even with servers and exchanges under way")
    func closes() async throws {
        let lab = try Lab(plan(pods: 2))
        let own = try tether(to: lab)
        let inodes = lab.namespaceInodes
        #expect(!holders(of: inodes).isEmpty)
        try lab.listen(on: lab.pods[0], port: 80)
        let client = lab.pods[1]
        let nobody = try #require(IPAddress("192.0.2.77"))
        async let pending = lab.connect(from: client, to: nobody, port: 80, timeout: .seconds(30))
        try await Task.sleep(for: .milliseconds(20))
        lab.close()
        #expect(await pending == Exchange.cancelled)
        #expect(holders(of: inodes.filter { $0 != client.networkNamespace.inode }) == [])
        #expect(try await isCut(own))
    }

    @Test("A laboratory that is forgotten is removed, too")
    func deinitialises() async throws {
        func build() throws -> (own: NetworkNamespace, inodes: [UInt32]) {
            let lab = try Lab(plan(pods: 1))
            try lab.listen(on: lab.pods[0], port: 80)
            return (try tether(to: lab), lab.namespaceInodes)
        }
        let (own, inodes) = try build()
        #expect(holders(of: inodes) == [])
        #expect(try await isCut(own))
    }

    @Test("An address that two pods share is refused, and the error names the line and the reason")
    func failsPrecisely() throws {
        var plan = try plan(pods: 2)
        plan.pods[1].ipv4 = plan.pods[0].ipv4
        let error = #expect(throws: LabError.self) { try Lab(plan) }
        #expect(
            error?.description
                == "cannot configure the node of the laboratory: ip route add 10.0.0.10/32 dev lxc-pod-1: "
                + "RTNETLINK answers: File exists")
    }
}
