import Testing

@testable import Lab

@Suite struct LabTopologyTests {
    @Test("Interface names are distinct, tell the pod and fit into 15 bytes")
    func interfaceNames() {
        var names = LabInterfaceNames()
        let given = ["outsider", "web-xmdbr2v4m7-wm6ms", "web-xmdbr2v4m8-wm6ms", "é", "outsider"].map {
            names.next(for: $0)
        }
        #expect(given == ["lxc-outsider", "lxc-web-x-wm6ms", "lxc-pod2", "lxc-pod3", "lxc-pod4"])
        #expect(given.allSatisfy { $0.utf8.count <= 15 })
    }

    @Test("When ip refuses a line, the error says which one and why")
    func namesTheLine() {
        let batch = "link set lo up\nroute add nonsense\n"
        let messages = "Error: inet prefix is expected rather than \"nonsense\".\nCommand failed -:2\n"
        let error = HostSetUp.error(host: "pod a", batch: batch, messages: messages)
        #expect(
            error.description
                == "cannot configure pod a of the laboratory: ip route add nonsense: "
                + "Error: inet prefix is expected rather than \"nonsense\".")
    }

    @Test("Messages of ip that are not understood are passed on")
    func passesOn() {
        let error = HostSetUp.error(host: "pod a", batch: "link set lo up\n", messages: "odd\n")
        #expect(error == .configuration(host: "pod a", line: "-batch", message: "odd"))
    }

    @Test("Missing rights are named")
    func namesRights() {
        let error = LabError.missingCapabilities(["CAP_NET_ADMIN", "CAP_SYS_ADMIN"])
        #expect(error.description.hasPrefix("a laboratory needs CAP_NET_ADMIN and CAP_SYS_ADMIN: "))
    }

    @Test("Traffic is mixed without losing a client")
    func mixes() throws {
        for count in 0..<40 { #expect(TrafficPlan.mixed(Array(0..<count)).sorted() == Array(0..<count)) }
    }
}
