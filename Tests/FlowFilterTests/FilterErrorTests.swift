import FlowFilter
import Testing

struct FilterErrorTests {
    @Test("An unknown parameter is told with the nearest name and all names")
    func unknownParameter() {
        let error = #expect(throws: FilterError.self) { try request("verdict=dropped&verdct=x") }
        #expect(error?.position == 2)
        #expect(error?.suggestion == "verdict")
        #expect(
            error?.description.hasPrefix(
                "parameter 2, verdct: unknown parameter; did you mean verdict?; accepted: verdict,")
                == true)
        let stranger = #expect(throws: FilterError.self) { try request("zzzzzz=1") }
        #expect(stranger?.suggestion == nil)
    }

    private static let refusedValues: [(String, String)] = [
        (
            "port=80-",
            "parameter 1, port \"80-\": not a port or range of ports; accepted: 0 to 65535, or a range such as 8000-8100"
        ),
        ("port=90-80", "parameter 1, port \"90-80\": not a port or range of ports"),
        ("port=65536", "parameter 1, port \"65536\": not a port"),
        ("port=+80", "parameter 1, port \"+80\": not a port"),
        ("port=-", "parameter 1, port \"-\": not a port"), ("port=", "parameter 1, port \"\": not a port"),
        ("port=1-2-3", "parameter 1, port \"1-2-3\": not a port"),
        ("verdict=DENIED", "parameter 1, verdict \"DENIED\": not a verdict; accepted: FORWARDED, DROPPED,"),
        ("pod=/a&ip=10.0.0.300", "parameter 2, ip \"10.0.0.300\": not an address or prefix; accepted: an IPv4"),
        ("ip=10.0.0.0/33", "parameter 1, ip \"10.0.0.0/33\": not an address or prefix"),
        ("identity=worlds", "parameter 1, identity \"worlds\": not an identity"),
        ("protocol=http", "parameter 1, protocol \"http\": not a protocol that Apus captures; accepted: tcp, udp,"),
        ("type=l7", "parameter 1, type \"l7\": not a type of flow that Apus captures; accepted: drop"),
        ("type=policy-verdict:x", "parameter 1, type \"policy-verdict:x\": not a type of flow"),
        ("drop-reason-desc=NO_SUCH", "parameter 1, drop-reason-desc \"NO_SUCH\": not a drop reason"),
        ("kernel-drop-reason=NO-SOCKET", "parameter 1, kernel-drop-reason \"NO-SOCKET\": not a name"),
        ("traffic-direction=up", "parameter 1, traffic-direction \"up\": not a traffic direction"),
        ("reply=maybe", "parameter 1, reply \"maybe\": neither true nor false"),
        ("ip-version=5", "parameter 1, ip-version \"5\": not a version of IP; accepted: 4, 6"),
        ("namespace=", "parameter 1, namespace \"\": not a namespace"),
        ("namespace=a/b", "parameter 1, namespace \"a/b\": not a namespace"), ("pod=", "parameter 1, pod \"\": empty"),
        (
            "fqdn=a b",
            "parameter 1, fqdn \"a b\": not a name or pattern: no character of a name at character 2; accepted"
        ),
        ("fqdn=a..", "parameter 1, fqdn \"a..\": not a name or pattern: more than one dot at the end at character 2"),
        ("fqdn=", "parameter 1, fqdn \"\": not a name or pattern: no name"),
        ("cluster=", "parameter 1, cluster \"\": empty"),
        ("icmp-type=256", "parameter 1, icmp-type \"256\": not a type"),
        ("policy=a/", "parameter 1, policy \"a/\": not a"),
        ("http-path=x", "parameter 1, http-path: is about layer 7, which Apus does not capture"),
        ("trace-id=x", "parameter 1, trace-id: is about trace contexts, which Apus does not capture"),
        ("last=-1", "parameter 1, last \"-1\": not a number of flows"),
        ("follow=later", "parameter 1, follow \"later\": neither true nor false"),
    ]

    @Test("A value that cannot be understood is told with its place and what is accepted", arguments: refusedValues)
    func values(query: String, beginning: String) {
        let error = #expect(throws: FilterError.self) { try request(query) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
    }
}
