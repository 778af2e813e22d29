import FlowModel
import Manifests
import Testing

@testable import Policy

@Suite struct CiliumPolicyParserTests {
    @Test("A policy without endpointSelector and nodeSelector is refused with its name and place, the others stay")
    func noSelector() throws {
        let text = """
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata:
              name: broken
            spec:
              ingress:
              - fromEndpoints: [{}]
            """ + "\n" + policy("endpointSelector: {}, ingress: [{}]", name: "good")
        let set = policies(text)
        #expect(set.policies.map(\.name) == ["good"])
        #expect(
            set.problems.map(\.description) == [
                "test.yaml:6:3: CiliumNetworkPolicy broken: spec: "
                    + "spec has neither endpointSelector nor nodeSelector; one of the two is required"
            ])
    }

    @Test(
        "What is wrong or not supported refuses the policy and says where and why",
        arguments: [
            ("endpointSelector: {}", "has no rule"),
            ("endpointSelector: {}, ingress: []", "has no rule"),
            ("endpointSelector: {}, nodeSelector: {}, ingress: [{}]", "spec.nodeSelector: cannot be given beside"),
            ("nodeSelector: {}, ingress: [{}]", "accepted in CiliumClusterwideNetworkPolicy only"),
            ("endpointSelector: {}, ingres: [{}]", "spec: unknown field \"ingres\"; accepted are endpointSelector"),
            (
                "endpointSelector: {}, ingress: [{}, {fromEndpoint: []}]",
                "spec.ingress[1]: unknown field \"fromEndpoint\""
            ),
            ("endpointSelector: {}, ingress: [{toEndpoints: [{}]}]", "unknown field \"toEndpoints\""),
            ("endpointSelector: {}, ingress: {}", "spec.ingress: must be a list, not a map"),
            (
                "endpointSelector: {}, egress: [{toFQDNs: [{matchName: a.b, matchPattern: a.b}]}]",
                "spec.egress[0].toFQDNs[0]: one of matchName and matchPattern is required"
            ),
            ("endpointSelector: {}, egress: [{toFQDNs: [{matchName: \"*.b\"}]}]", "must be a name of up to 255"),
            ("endpointSelector: {}, egress: [{toFQDNs: [{matchPattern: \"a b\"}]}]", "with * for any part of a label"),
            ("endpointSelector: {}, egressDeny: [{toFQDNs: [{matchName: a.b}]}]", "unknown field \"toFQDNs\""),
            ("endpointSelector: {}, ingress: [{toServices: []}]", "unknown field \"toServices\""),
            ("endpointSelector: {}, egress: [{toServices: [{}]}]", "one of k8sService and k8sServiceSelector"),
            ("endpointSelector: {}, egress: [{toServices: [{k8sService: {namespace: a}}]}]", "serviceName is required"),
            ("endpointSelector: {}, ingress: [{fromNodes: []}]", "fromNodes is not supported"),
            (
                "endpointSelector: {}, ingressDeny: [{toPorts: [{ports: [{port: \"80\"}], rules: {http: [{}]}}]}]",
                "spec.ingressDeny[0].toPorts[0].rules: rules cannot be given in ingressDeny"
            ),
            (
                "endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{}]}}]}]",
                "rules for DNS are accepted in egress only"
            ),
            (
                "endpointSelector: {}, egress: [{toPorts: [{rules: {dns: [{}], http: [{}]}}]}]",
                "has dns and http: one kind of rules is accepted"
            ),
            (
                "endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80\", protocol: UDP}], "
                    + "rules: {http: [{}]}}]}]",
                "rules for HTTP are accepted with ports of TCP"
            ),
            (
                "endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80\"}], rules: {htp: [{}]}}]}]",
                "unknown field \"htp\"; accepted are http, kafka, dns"
            ),
            ("endpointSelector: {}, ingress: [{authentication: {mode: required}}]", "authentication is not supported"),
            (
                "endpointSelector: {}, ingressDeny: [{authentication: {mode: disabled}}]",
                "unknown field \"authentication\""
            ),
            (
                "endpointSelector: {}, ingress: [{fromEndpoints: [{}], fromEntities: [all]}]",
                "cannot be given beside fromEndpoints"
            ),
            (
                "endpointSelector: {}, ingress: [{fromEntities: [everyone]}]",
                "unknown entity \"everyone\"; accepted are all, world"
            ),
            ("endpointSelector: {}, ingress: [{fromCIDR: [10.0.0.1]}]", "must be an address prefix such as 10.0.0.0/8"),
            (
                "endpointSelector: {}, ingress: [{fromCIDRSet: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]}]",
                "spec.ingress[0].fromCIDRSet[0].except[0]: must lie within 10.0.0.0/8, which 11.0.0.0/16 does not"
            ),
            ("endpointSelector: {}, ingress: [{fromCIDRSet: [{cidrGroupRef: x}]}]", "cidrGroupRef is not supported"),
            (
                "endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80\"}]}], "
                    + "icmps: [{fields: [{type: 8}]}]}]",
                "icmps cannot be given beside toPorts"
            ),
            ("endpointSelector: {}, ingress: [{toPorts: [{ports: [{protocol: TCP}]}]}]", "port is required"),
            (
                "endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80000\"}]}]}]",
                "must be a whole number from 0 to 65535"
            ),
            (
                "endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"a b\"}]}]}]",
                "must be a port from 0 to 65535 or a port's name"
            ),
            (
                "endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80\", protocol: tcp}]}]}]",
                "must be TCP, UDP, SCTP or ANY"
            ),
            ("endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80\", protocol: ICMP}]}]}]", "use icmps"),
            (
                "endpointSelector: {}, ingress: [{icmps: [{fields: [{family: IPv6, type: Timestamp}]}]}]",
                "or one of DestinationUnreachable"
            ),
            ("endpointSelector: {}, ingress: [{icmps: [{fields: [{type: 256}]}]}]", "must be a number from 0 to 255"),
            (
                "endpointSelector: {matchExpressions: [{key: a, operator: Is}]}, ingress: [{}]",
                "must be In, NotIn, Exists or DoesNotExist"
            ),
            (
                "endpointSelector: {matchExpressions: [{key: a, operator: In}]}, ingress: [{}]",
                "values must not be empty with operator In"
            ),
            (
                "endpointSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}, ingress: [{}]",
                "values must be empty"
            ),
            (
                "endpointSelector: {matchLabel: {a: b}}, ingress: [{}]",
                "unknown field \"matchLabel\"; accepted are matchLabels"
            ),
            (
                "endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {\"cidr:10.0.0.0/8\": \"\"}}]}]",
                "source \"cidr\" are not supported"
            ),
            ("endpointSelector: {}, ingress: [{}], enableDefaultDeny: {ingress: maybe}", "must be true or false"),
        ])
    func refused(spec: String, message: String) throws {
        let set = policies(policy(spec) + policy("endpointSelector: {}, ingress: [{}]", name: "good"))
        #expect(set.policies.map(\.name) == ["good"])
        let problem = try #require(set.problems.first)
        #expect(problem.description.contains(message), "\(problem)")
        #expect(problem.description.hasPrefix("test.yaml:2:"))
    }

    @Test("Other versions and kinds of policies are refused, other objects passed over")
    func otherKinds() {
        let set = policies(
            policy("endpointSelector: {}, ingress: [{}]").replacing("cilium.io/v2", with: "cilium.io/v3")
                + policy("subject: {}", kind: "AdminNetworkPolicy") + policy("x: 1", kind: "Pod")
                + "---\n{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: none}}\n")
        #expect(set.policies.isEmpty)
        #expect(
            set.problems.map(\.message) == [
                "apiVersion cilium.io/v3 of CiliumNetworkPolicy is not supported; accepted is cilium.io/v2",
                "this kind of policy is not supported; accepted are CiliumNetworkPolicy, "
                    + "CiliumClusterwideNetworkPolicy and NetworkPolicy",
                "has neither spec nor specs; one of the two is required",
            ])
    }

    @Test("A refused policy leaves the one in force in force, and one that is gone is gone")
    func last() {
        let good = policy("endpointSelector: {}, ingress: [{fromEntities: [world]}]", name: "a")
        let first = policies(good + policy("endpointSelector: {}, ingress: [{}]", name: "b"))
        let second = policies(policy("endpointSelector: {}", name: "a"), last: first)
        #expect(second.policies == first.policies.filter { $0.name == "a" })
        #expect(second.problems.count == 1)
    }

    @Test("The same policy twice counts once")
    func twice() {
        let set = policies(
            policy("endpointSelector: {}, ingress: [{}]") + policy("endpointSelector: {}, egress: [{}]"))
        #expect(set.policies.map(\.line) == [2])
        #expect(set.problems.map(\.message) == ["is given a second time; the one at test.yaml:2 counts"])
    }

    @Test("Entries of several specs are numbered on, and user labels come with the rules")
    func specs() throws {
        let text = """
            {apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: p, namespace: shop, uid: u-1},
             specs: [{endpointSelector: {}, ingress: [{}, {}], labels: ["k8s:z=1", {key: y, value: "2", source: k8s}]},
                     {endpointSelector: {}, ingress: [{}], ingressDeny: [{}]}]}
            """
        let set = policies(text)
        #expect(set.problems.isEmpty)
        let references = set.policies.flatMap(\.specs).flatMap(\.ingress.rules).map(\.reference)
        #expect(references.map(\.index) == [0, 1, 2, 0])
        #expect(references.map(\.isDeny) == [false, false, false, true])
        #expect(
            references.first?.labels == [
                "k8s:io.cilium.k8s.policy.derived-from=CiliumNetworkPolicy", "k8s:io.cilium.k8s.policy.name=p",
                "k8s:io.cilium.k8s.policy.namespace=shop", "k8s:io.cilium.k8s.policy.uid=u-1", "k8s:y=2", "k8s:z=1",
            ])
    }

    @Test("The prefixes of a set are all bounds that its CIDR rules draw")
    func prefixes() {
        let set = policies(
            policy(
                "endpointSelector: {}, egress: [{toCIDR: [10.0.0.0/8]}, "
                    + "{toCIDRSet: [{cidr: 172.16.0.0/12, except: [172.16.1.0/24]}]}, {toCIDR: [\"::/0\"]}]"))
        #expect(
            Set(set.prefixes.map(\.description)) == [
                "10.0.0.0/8", "172.16.0.0/12", "172.16.1.0/24", "::/0", "0.0.0.0/0",
            ])
    }
}
