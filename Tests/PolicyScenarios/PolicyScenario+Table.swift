// What the semantics of Cilium's and Kubernetes' policies say of connections in `ScenarioCluster`: of each fact some that it
// lets through and some that it does not.

/// Of namespace `default`.
private func cnp(_ name: String, _ spec: String) -> String {
    "---\n{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: \(name)}, spec: {\(spec)}}\n"
}

private func ccnp(_ name: String, _ spec: String) -> String {
    "---\n{apiVersion: cilium.io/v2, kind: CiliumClusterwideNetworkPolicy, metadata: {name: \(name)}, spec: {\(spec)}}\n"
}

private func knp(_ name: String, _ spec: String) -> String {
    "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: \(name)}, spec: {\(spec)}}\n"
}

/// A policy `p` for `app=web` of namespace `default`.
private func web(_ rules: String) -> [String] { [cnp("p", "endpointSelector: {matchLabels: {app: web}}, \(rules)")] }

private func webK(_ rules: String) -> [String] { [knp("p", "podSelector: {matchLabels: {app: web}}, \(rules)")] }

private func port(_ port: String, _ ipProtocol: String = "TCP", end: Int? = nil) -> String {
    "toPorts: [{ports: [{port: \"\(port)\"\(end.map { ", endPort: \($0)" } ?? ""), protocol: \(ipProtocol)}]}]"
}

private let db = "{matchLabels: {app: db}}"

extension PolicyScenario {
    package static let all: [PolicyScenario] =
        basic + emptyAndMissing + denying + defaultDeny + labels + namespaces + entities + prefixes + ports + icmp
        + kubernetes + several

    private static let basic = [
        PolicyScenario(
            "without a policy", [],
            """
            web < db tcp/80 open
            web > db tcp/80 open
            db < 192.0.2.1 tcp/443 open
            cron > 2001:db8::1 udp/53 open
            """),
        PolicyScenario(
            "one peer at one port", web("ingress: [{fromEndpoints: [\(db)], \(port("9090"))}]"),
            """
            web < db tcp/9090 allow p ingress[0]
            web < db/6 tcp/9090 allow p ingress[0]
            web < db tcp/9091 default
            web < db udp/9090 default
            web < db sctp/9090 default
            web < db icmp/8 default
            web < db 47 default
            web < job tcp/9090 default
            web < other tcp/9090 default
            web < 192.0.2.1 tcp/9090 default
            web < 2001:db8::1 tcp/9090 default
            web < host tcp/22 pass
            web < remote-node tcp/9090 default
            web > db tcp/9090 open
            db < web tcp/9090 open
            other < db tcp/9090 open
            """),
        PolicyScenario(
            "a group that is closed to all others",
            [
                cnp(
                    "z",
                    "endpointSelector: {matchLabels: {tier: data}}, egress: [{toEndpoints: [{matchLabels: {tier: data}}]}], "
                        + "ingress: [{fromEndpoints: [{matchLabels: {tier: data}}]}]")
            ],
            """
            db > web tcp/80 default
            db < web tcp/5432 default
            db > 192.0.2.1 tcp/443 default
            db > host tcp/10250 default
            db < host tcp/5432 pass
            db > job icmp/8 default
            web > db tcp/5432 open
            job < db icmp/8 open
            """),
    ]

    private static let emptyAndMissing = [
        PolicyScenario(
            "an entry without anything", web("ingress: [{}]"),
            """
            web < db tcp/80 default
            web < 192.0.2.1 tcp/80 default
            web < host tcp/80 pass
            web > db tcp/80 open
            """),
        PolicyScenario(
            "ports without peers", web("ingress: [{\(port("80"))}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 allow p ingress[0]
            web < remote-node tcp/80 allow p ingress[0]
            web < host tcp/80 allow p ingress[0]
            web < db tcp/81 default
            web < host tcp/81 pass
            """),
        PolicyScenario(
            "an empty selector", web("ingress: [{fromEndpoints: [{}]}]"),
            """
            web < db tcp/1 allow p ingress[0]
            web < db icmp/8 allow p ingress[0]
            web < db 50 allow p ingress[0]
            web < job/6 udp/65535 allow p ingress[0]
            web < other tcp/1 default
            web < cron tcp/1 default
            web < 192.0.2.1 tcp/1 default
            web < remote-node tcp/1 default
            web < host tcp/1 pass
            """),
        PolicyScenario(
            "an empty list of selectors", web("ingress: [{fromEndpoints: [], \(port("80"))}]"),
            """
            web < db tcp/80 default
            web < 192.0.2.1 tcp/80 default
            """),
        PolicyScenario(
            "an empty list of entities", web("ingress: [{fromEntities: []}]"), "web < db tcp/80 default"),
        PolicyScenario(
            "an empty list of prefixes", web("egress: [{toCIDR: [], \(port("80"))}]"),
            """
            web > 192.0.2.1 tcp/80 default
            web > db tcp/80 default
            web < db tcp/80 open
            """),
        PolicyScenario(
            "an empty list of ports", web("ingress: [{fromEndpoints: [{}], toPorts: []}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < db 51 allow p ingress[0]
            """),
        PolicyScenario(
            "ports that are none", web("ingress: [{fromEndpoints: [{}], toPorts: [{}]}]"),
            """
            web < db tcp/80 default
            web < db icmp/8 default
            """),
        PolicyScenario(
            "empty lists of names and services",
            web("egress: [{toFQDNs: [], \(port("443"))}, {toServices: [], \(port("80"))}]"),
            """
            web > 192.0.2.1 tcp/443 allow p egress[0]
            web > db tcp/80 allow p egress[1]
            web > db tcp/81 default
            """),
        PolicyScenario(
            "an empty list of entries beside a full one", web("ingress: [], egress: [{toEndpoints: [{}]}]"),
            """
            web < 192.0.2.1 tcp/80 open
            web > db tcp/80 allow p egress[0]
            web > 192.0.2.1 tcp/80 default
            """),
    ]

    private static let denying = [
        PolicyScenario(
            "a denied peer among all",
            web("ingress: [{fromEntities: [all]}], ingressDeny: [{fromEndpoints: [\(db)]}]"),
            """
            web < db tcp/80 deny p ingressDeny[0]
            web < db icmp/8 deny p ingressDeny[0]
            web < job tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 allow p ingress[0]
            web < host tcp/80 allow p ingress[0]
            """),
        PolicyScenario(
            "a denied port among all", web("ingress: [{fromEndpoints: [{}]}], ingressDeny: [{\(port("80"))}]"),
            """
            web < db tcp/80 deny p ingressDeny[0]
            web < db tcp/81 allow p ingress[0]
            web < db udp/80 allow p ingress[0]
            web < job icmp/8 allow p ingress[0]
            web < host tcp/80 deny p ingressDeny[0]
            web < host tcp/81 pass
            web < 192.0.2.1 tcp/80 deny p ingressDeny[0]
            web < 192.0.2.1 tcp/81 default
            """),
        PolicyScenario(
            "a broad deny and a narrow allow",
            web("ingressDeny: [{fromEntities: [world]}], ingress: [{fromCIDR: [192.0.2.0/24], \(port("443"))}]"),
            """
            web < 192.0.2.1 tcp/443 deny p ingressDeny[0]
            web < 198.51.100.1 tcp/443 deny p ingressDeny[0]
            web < 2001:db8::1 tcp/443 deny p ingressDeny[0]
            web < db tcp/443 default
            """),
        PolicyScenario(
            "a denied range around an allowed port",
            web(
                "ingress: [{fromEndpoints: [{}], \(port("80"))}, {fromEndpoints: [{}], \(port("8080"))}], "
                    + "ingressDeny: [{fromEndpoints: [\(db)], \(port("1", end: 1023))}]"),
            """
            web < db tcp/80 deny p ingressDeny[0]
            web < db tcp/1023 deny p ingressDeny[0]
            web < db tcp/8080 allow p ingress[1]
            web < db tcp/1024 default
            web < job tcp/80 allow p ingress[0]
            """),
        PolicyScenario(
            "a denied port within an allowed range",
            web(
                "egress: [{toEntities: [world], \(port("8000", end: 9000))}], "
                    + "egressDeny: [{toEntities: [world], \(port("8443"))}]"),
            """
            web > 192.0.2.1 tcp/8443 deny p egressDeny[0]
            web > 192.0.2.1 tcp/8442 allow p egress[0]
            web > 192.0.2.1 tcp/8444 allow p egress[0]
            web > 192.0.2.1 tcp/7999 default
            web > db tcp/8443 default
            """),
        PolicyScenario(
            "a denied prefix without a part of it",
            web(
                "egress: [{toEntities: [world]}], "
                    + "egressDeny: [{toCIDRSet: [{cidr: 0.0.0.0/0, except: [192.0.2.0/24]}]}]"),
            """
            web > 198.51.100.1 tcp/80 deny p egressDeny[0]
            web > 192.0.2.9 tcp/80 allow p egress[0]
            web > 2001:db8::1 tcp/80 allow p egress[0]
            web > db tcp/80 default
            """),
        PolicyScenario(
            "only denials", web("ingressDeny: [{fromEndpoints: [\(db)]}]"),
            """
            web < db tcp/80 deny p ingressDeny[0]
            web < job tcp/80 default
            web < host tcp/80 pass
            web > db tcp/80 open
            """),
        PolicyScenario(
            "a denial of another policy",
            [
                cnp("a", "endpointSelector: {}, ingress: [{fromEntities: [all]}]"),
                ccnp("b", "endpointSelector: {matchLabels: {app: web}}, ingressDeny: [{fromEntities: [world]}]"),
            ],
            """
            web < 192.0.2.1 tcp/80 deny b ingressDeny[0]
            web < db tcp/80 allow a ingress[0]
            db < 192.0.2.1 tcp/80 allow a ingress[0]
            other < 192.0.2.1 tcp/80 deny b ingressDeny[0]
            other < db tcp/80 default
            """),
        PolicyScenario(
            "denied to whomever",
            web("egressDeny: [{toEntities: [all], \(port("25"))}], egress: [{toEntities: [all]}]"),
            """
            web > 192.0.2.1 tcp/25 deny p egressDeny[0]
            web > db tcp/25 deny p egressDeny[0]
            web > host tcp/25 deny p egressDeny[0]
            web > 192.0.2.1 udp/25 allow p egress[0]
            web > db tcp/26 allow p egress[0]
            """),
        PolicyScenario(
            "the node's privilege and a denial", web("ingressDeny: [{fromEntities: [host], \(port("22"))}]"),
            """
            web < host tcp/22 deny p ingressDeny[0]
            web < host tcp/23 pass
            web < remote-node tcp/22 default
            """),
    ]

    private static let defaultDeny = [
        PolicyScenario(
            "not default-deny", web("enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [\(db)]}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < job tcp/80 pass
            web < 192.0.2.1 tcp/80 pass
            """),
        PolicyScenario(
            "only denials, and not default-deny",
            web("enableDefaultDeny: {ingress: false, egress: false}, ingressDeny: [{fromEndpoints: [\(db)]}]"),
            """
            web < db tcp/80 deny p ingressDeny[0]
            web < job tcp/80 pass
            web > db tcp/80 open
            """),
        PolicyScenario(
            "one that is default-deny suffices",
            [
                cnp(
                    "a",
                    "endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEndpoints: [\(db)]}]"),
                cnp("b", "endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEntities: [world]}]"),
            ],
            """
            web < db tcp/80 allow a ingress[0]
            web < job tcp/80 default
            web < 192.0.2.1 tcp/80 allow b ingress[0]
            job < web tcp/80 pass
            """),
        PolicyScenario(
            "default-deny of a direction without entries", web("enableDefaultDeny: {egress: true}, ingress: [{}]"),
            """
            web > db tcp/80 open
            web < db tcp/80 default
            """),
    ]

    private static let labels = [
        PolicyScenario(
            "one of some values",
            web("ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: In, values: [db, cron]}]}]}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < job tcp/80 default
            web < cron tcp/80 default
            """),
        PolicyScenario(
            "none of some values",
            web("ingress: [{fromEndpoints: [{matchExpressions: [{key: tier, operator: NotIn, values: [data]}]}]}]"),
            """
            web < db tcp/80 default
            web < job tcp/80 allow p ingress[0]
            """),
        PolicyScenario(
            "a key that is there, and one that is not",
            web(
                "ingress: [{fromEndpoints: [{matchExpressions: [{key: tier, operator: Exists}]}], \(port("1"))}, "
                    + "{fromEndpoints: [{matchExpressions: [{key: tier, operator: DoesNotExist}]}], \(port("2"))}]"),
            """
            web < db tcp/1 allow p ingress[0]
            web < db tcp/2 default
            web < job tcp/1 allow p ingress[0]
            """),
        PolicyScenario(
            "all requirements together",
            web(
                "ingress: [{fromEndpoints: [{matchLabels: {app: db}, "
                    + "matchExpressions: [{key: tier, operator: In, values: [batch]}]}]}]"),
            """
            web < db tcp/80 default
            web < job tcp/80 default
            """),
        PolicyScenario(
            "one of several selectors", web("ingress: [{fromEndpoints: [\(db), {matchLabels: {app: job}}]}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < job tcp/80 allow p ingress[0]
            web < cron tcp/80 default
            """),
        PolicyScenario(
            "sources of labels",
            web(
                "ingress: [{fromEndpoints: [{matchLabels: {\"any:app\": db}}], \(port("1"))}, "
                    + "{fromEndpoints: [{matchLabels: {\"k8s:app\": db}}], \(port("2"))}, "
                    + "{fromEndpoints: [{matchLabels: {\"reserved:app\": db}}], \(port("3"))}]"),
            """
            web < db tcp/1 allow p ingress[0]
            web < db tcp/2 allow p ingress[1]
            web < db tcp/3 default
            """),
        PolicyScenario(
            "a reserved label", web("ingress: [{fromEndpoints: [{matchLabels: {\"reserved:health\": \"\"}}]}]"),
            """
            web < health tcp/80 allow p ingress[0]
            web < db tcp/80 default
            """),
        PolicyScenario(
            "an empty value",
            [
                ccnp(
                    "p",
                    "endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEndpoints: [{matchLabels: {tier: \"\"}}]}]"
                )
            ],
            """
            web < cron tcp/80 allow p ingress[0]
            web < db tcp/80 default
            """),
        PolicyScenario(
            "an empty selector of endpoints", [cnp("p", "endpointSelector: {}, ingress: [{}]")],
            """
            web < db tcp/80 default
            job < db tcp/80 default
            other < db tcp/80 open
            """),
    ]

    private static let namespaces = [
        PolicyScenario(
            "a peer of another namespace",
            web("ingress: [{fromEndpoints: [{matchLabels: {\"k8s:io.kubernetes.pod.namespace\": other}}]}]"),
            """
            web < other tcp/80 allow p ingress[0]
            web < db tcp/80 default
            web < cron tcp/80 default
            """),
        PolicyScenario(
            "a label without a namespace means the policy's own",
            web("ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]"),
            """
            web < other tcp/80 default
            web < cron tcp/80 default
            """),
        PolicyScenario(
            "any namespace",
            web(
                "ingress: [{fromEndpoints: [{matchExpressions: "
                    + "[{key: io.kubernetes.pod.namespace, operator: Exists}]}]}]"),
            """
            web < other tcp/80 allow p ingress[0]
            web < cron tcp/80 allow p ingress[0]
            web < db tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 default
            """),
        PolicyScenario(
            "labels of a namespace",
            web(
                "ingress: [{fromEndpoints: [{matchLabels: {\"k8s:io.cilium.k8s.namespace.labels.env\": prod}}]}]"),
            """
            web < other tcp/80 allow p ingress[0]
            web < cron tcp/80 default
            web < db tcp/80 default
            """),
        PolicyScenario(
            "a namespace in the selector of endpoints does not leave the policy's own",
            [
                cnp(
                    "p",
                    "endpointSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": other}}, ingress: [{}]")
            ],
            """
            other < db tcp/80 open
            web < db tcp/80 default
            """),
        PolicyScenario(
            "a policy of the whole cluster",
            [ccnp("p", "endpointSelector: {matchLabels: {app: web}}, ingress: [{fromEndpoints: [{}]}]")],
            """
            web < cron tcp/80 allow p ingress[0]
            other < db tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 default
            web < remote-node tcp/80 default
            web < host tcp/80 pass
            db < web tcp/80 open
            """),
        PolicyScenario(
            "a policy of the whole cluster, for all",
            [ccnp("p", "endpointSelector: {}, egress: [{toEntities: [cluster]}]")],
            """
            web > cron tcp/80 allow p egress[0]
            cron > web tcp/80 allow p egress[0]
            cron > host tcp/80 allow p egress[0]
            job > 192.0.2.1 tcp/80 default
            """),
    ]

    private static let entities = [
        PolicyScenario(
            "all", web("egress: [{toEntities: [all]}]"),
            """
            web > db tcp/80 allow p egress[0]
            web > 192.0.2.1 88 allow p egress[0]
            web > host icmp/8 allow p egress[0]
            """),
        PolicyScenario(
            "world", web("egress: [{toEntities: [world]}]"),
            """
            web > 192.0.2.1 tcp/80 allow p egress[0]
            web > 2001:db8::1 udp/53 allow p egress[0]
            web > db tcp/80 default
            web > host tcp/80 default
            web > kube-apiserver tcp/443 default
            """),
        PolicyScenario(
            "world of one family", web("egress: [{toEntities: [world-ipv4]}], ingress: [{fromEntities: [world-ipv6]}]"),
            """
            web > 192.0.2.1 tcp/80 allow p egress[0]
            web > 2001:db8::1 tcp/80 default
            web > db tcp/80 default
            web < 2001:db8::1 tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 default
            web < db/6 tcp/80 default
            """),
        PolicyScenario(
            "the node and others", web("egress: [{toEntities: [host]}], ingress: [{fromEntities: [remote-node]}]"),
            """
            web > host tcp/80 allow p egress[0]
            web > remote-node tcp/80 default
            web < remote-node tcp/80 allow p ingress[0]
            web < host tcp/80 pass
            """),
        PolicyScenario(
            "the API server", web("egress: [{toEntities: [kube-apiserver], \(port("443"))}]"),
            """
            web > kube-apiserver tcp/443 allow p egress[0]
            web > kube-apiserver tcp/6443 default
            web > remote-node tcp/443 default
            """),
        PolicyScenario(
            "the cluster", web("ingress: [{fromEntities: [cluster]}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < cron tcp/80 allow p ingress[0]
            web < remote-node tcp/80 allow p ingress[0]
            web < health tcp/80 allow p ingress[0]
            web < init tcp/80 allow p ingress[0]
            web < unmanaged tcp/80 allow p ingress[0]
            web < kube-apiserver tcp/80 allow p ingress[0]
            web < ingress tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 default
            """),
        PolicyScenario(
            "small ones", web("ingress: [{fromEntities: [init, health]}, {fromEntities: [unmanaged, ingress]}]"),
            """
            web < init tcp/80 allow p ingress[0]
            web < health tcp/80 allow p ingress[0]
            web < unmanaged tcp/80 allow p ingress[1]
            web < ingress tcp/80 allow p ingress[1]
            web < db tcp/80 default
            """),
        PolicyScenario(
            "none", web("ingress: [{fromEntities: [none]}]"),
            """
            web < db tcp/80 default
            web < host tcp/80 pass
            """),
    ]

    private static let prefixes = [
        PolicyScenario(
            "a prefix", web("egress: [{toCIDR: [192.0.2.0/24, 198.51.100.7/32]}]"),
            """
            web > 192.0.2.0 tcp/80 allow p egress[0]
            web > 192.0.2.255 icmp/8 allow p egress[0]
            web > 192.0.3.0 tcp/80 default
            web > 198.51.100.7 tcp/80 allow p egress[0]
            web > 198.51.100.8 tcp/80 default
            """),
        PolicyScenario(
            "a prefix around pods and nodes", web("egress: [{toCIDR: [10.0.0.0/8]}]"),
            """
            web > 10.9.9.9 tcp/80 allow p egress[0]
            web > db tcp/80 default
            web > host tcp/80 default
            """),
        PolicyScenario(
            "all of one family", web("egress: [{toCIDR: [0.0.0.0/0]}], ingress: [{fromCIDR: [\"::/0\"]}]"),
            """
            web > 192.0.2.1 tcp/80 allow p egress[0]
            web > 2001:db8::1 tcp/80 default
            web > db tcp/80 default
            web < 2001:db8::1 tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 default
            """),
        PolicyScenario(
            "a prefix without parts",
            web("egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.3.0/24]}]}]"),
            """
            web > 10.3.0.1 tcp/80 allow p egress[0]
            web > 10.1.2.3 tcp/80 default
            web > 10.2.3.4 tcp/80 default
            web > 10.2.4.4 tcp/80 allow p egress[0]
            """),
        PolicyScenario(
            "a part that another entry allows",
            web(
                "egress: [{toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}, {toCIDR: [10.1.2.0/24], \(port("443"))}]"
            ),
            """
            web > 10.1.2.3 tcp/443 allow p egress[1]
            web > 10.1.2.3 tcp/80 default
            web > 10.1.3.3 tcp/443 default
            web > 10.7.7.7 tcp/443 allow p egress[0]
            """),
        PolicyScenario(
            "prefixes within each other",
            [
                cnp(
                    "a", "endpointSelector: {matchLabels: {app: web}}, egress: [{toCIDR: [10.0.0.0/8], \(port("80"))}]"),
                cnp(
                    "b", "endpointSelector: {matchLabels: {app: job}}, egress: [{toCIDR: [10.1.0.0/16], \(port("81"))}]"
                ),
            ],
            """
            web > 10.1.2.3 tcp/80 allow a egress[0]
            web > 10.1.2.3 tcp/81 default
            job > 10.1.2.3 tcp/81 allow b egress[0]
            job > 10.2.2.3 tcp/81 default
            """),
        PolicyScenario(
            "IPv6", web("egress: [{toCIDRSet: [{cidr: \"2001:db8::/32\", except: [\"2001:db8:1::/48\"]}]}]"),
            """
            web > 2001:db8::1 tcp/80 allow p egress[0]
            web > 2001:db8:1::1 tcp/80 default
            web > 2001:db9::1 tcp/80 default
            web > 192.0.2.1 tcp/80 default
            """),
    ]

    private static let ports = [
        PolicyScenario(
            "a range", web("ingress: [{\(port("8000", end: 9000))}]"),
            """
            web < db tcp/7999 default
            web < db tcp/8000 allow p ingress[0]
            web < db tcp/8500 allow p ingress[0]
            web < db tcp/9000 allow p ingress[0]
            web < db tcp/9001 default
            """),
        PolicyScenario(
            "a range of all", web("ingress: [{\(port("1", "UDP", end: 65_535))}]"),
            """
            web < db udp/1 allow p ingress[0]
            web < db udp/65535 allow p ingress[0]
            web < db udp/0 default
            web < db tcp/80 default
            """),
        PolicyScenario(
            "an end before the beginning", web("ingress: [{\(port("80", end: 70))}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < db tcp/75 default
            """),
        PolicyScenario(
            "port 0", web("ingress: [{\(port("0"))}]"),
            """
            web < db tcp/1 allow p ingress[0]
            web < db tcp/65535 allow p ingress[0]
            web < db udp/1 default
            """),
        PolicyScenario(
            "any protocol with ports", web("ingress: [{\(port("53", "ANY"))}]"),
            """
            web < db tcp/53 allow p ingress[0]
            web < db udp/53 allow p ingress[0]
            web < db sctp/53 allow p ingress[0]
            web < db icmp/53 default
            web < db 103 default
            """),
        PolicyScenario(
            "a port's name, of the endpoint itself", web("ingress: [{\(port("http"))}, {\(port("dns", "UDP"))}]"),
            """
            web < db tcp/8080 allow p ingress[0]
            web < db tcp/80 default
            web < db udp/53 allow p ingress[1]
            web < db tcp/53 default
            """),
        PolicyScenario(
            "a port's name, of each peer",
            web("egress: [{toEndpoints: [{}], \(port("http"))}, {toEndpoints: [{}], \(port("pg"))}]"),
            """
            web > db tcp/80 allow p egress[0]
            web > db tcp/8080 default
            web > db tcp/5432 allow p egress[1]
            web > job tcp/80 default
            web > 192.0.2.1 tcp/80 default
            """),
        PolicyScenario(
            "a port's name, of whomever", web("egress: [{\(port("pg"))}]"),
            """
            web > db tcp/5432 allow p egress[0]
            web > db/6 tcp/5432 allow p egress[0]
            web > job tcp/5432 default
            web > 192.0.2.1 tcp/5432 default
            """),
        PolicyScenario(
            "a name that no port has", web("ingress: [{\(port("nowhere"))}]"), "web < db tcp/80 default"),
        PolicyScenario(
            "a port, a range and all, of different peers",
            web(
                "ingress: [{fromEndpoints: [\(db)]}, {\(port("80"))}, {fromEndpoints: [{matchLabels: {app: job}}], "
                    + "\(port("1", end: 1023))}]"),
            """
            web < db tcp/81 allow p ingress[0]
            web < job tcp/81 allow p ingress[2]
            web < job tcp/1024 default
            web < 192.0.2.1 tcp/80 allow p ingress[1]
            web < 192.0.2.1 tcp/81 default
            """),
        PolicyScenario(
            "rules above layer 4",
            web("ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{path: /a}]}}]}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < db tcp/81 default
            """),
    ]

    private static let icmp = [
        PolicyScenario(
            "a type by number and one by name",
            web("ingress: [{icmps: [{fields: [{type: 8}, {type: DestinationUnreachable}]}]}]"),
            """
            web < db icmp/8 allow p ingress[0]
            web < db icmp/3 allow p ingress[0]
            web < db icmp/13 default
            web < db tcp/8 default
            web < db/6 icmpv6/128 default
            """),
        PolicyScenario(
            "a type of IPv6",
            web("ingress: [{fromEndpoints: [\(db)], icmps: [{fields: [{family: IPv6, type: EchoRequest}]}]}]"),
            """
            web < db/6 icmpv6/128 allow p ingress[0]
            web < db/6 icmpv6/144 default
            web < job/6 icmpv6/128 default
            web < db icmp/8 default
            """),
        PolicyScenario(
            "a denied type", web("ingress: [{fromEntities: [all]}], ingressDeny: [{icmps: [{fields: [{type: 13}]}]}]"),
            """
            web < db icmp/13 deny p ingressDeny[0]
            web < db icmp/8 allow p ingress[0]
            """),
    ]

    private static let kubernetes = [
        PolicyScenario(
            "Kubernetes: nothing is let in", webK("policyTypes: [Ingress]"),
            """
            web < db tcp/80 default
            web < host tcp/80 pass
            web > db tcp/80 open
            """),
        PolicyScenario(
            "Kubernetes: an entry without anything lets all in", webK("ingress: [{}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < 192.0.2.1 108 allow p ingress[0]
            """),
        PolicyScenario(
            "Kubernetes: an empty list of peers is everyone", webK("ingress: [{from: [], ports: [{port: 80}]}]"),
            """
            web < 192.0.2.1 tcp/80 allow p ingress[0]
            web < db tcp/80 allow p ingress[0]
            web < db udp/80 default
            """),
        PolicyScenario(
            "Kubernetes: pods of the namespace", webK("ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]"),
            """
            web < db tcp/80 allow p ingress[0]
            web < job tcp/80 default
            web < other tcp/80 default
            """),
        PolicyScenario(
            "Kubernetes: namespaces by label",
            webK("ingress: [{from: [{namespaceSelector: {matchLabels: {env: prod}}}]}]"),
            """
            web < other tcp/80 allow p ingress[0]
            web < cron tcp/80 default
            web < db tcp/80 default
            """),
        PolicyScenario(
            "Kubernetes: all namespaces", webK("ingress: [{from: [{namespaceSelector: {}}]}]"),
            """
            web < other tcp/80 allow p ingress[0]
            web < db tcp/80 allow p ingress[0]
            web < 192.0.2.1 tcp/80 default
            """),
        PolicyScenario(
            "Kubernetes: pods of namespaces",
            webK(
                "ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}, "
                    + "podSelector: {matchLabels: {app: web}}}]}]"),
            """
            web < other tcp/80 allow p ingress[0]
            web < cron tcp/80 default
            """),
        PolicyScenario(
            "Kubernetes: one peer or another",
            webK(
                "ingress: [{from: [{podSelector: {matchLabels: {app: db}}}, {namespaceSelector: {matchLabels: {env: dev}}}]}]"
            ),
            """
            web < db tcp/80 allow p ingress[0]
            web < cron tcp/80 allow p ingress[0]
            web < job tcp/80 default
            """),
        PolicyScenario(
            "Kubernetes: a block of addresses",
            webK("egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}], ports: [{port: 443}]}]"),
            """
            web > 10.2.0.1 tcp/443 allow p egress[0]
            web > 10.1.0.1 tcp/443 default
            web > 10.2.0.1 tcp/80 default
            web > db tcp/443 default
            web < db tcp/443 default
            """),
        PolicyScenario(
            "Kubernetes: ports",
            webK(
                "ingress: [{ports: [{port: 8000, endPort: 8010}, {port: http}, {protocol: UDP}, {protocol: SCTP, port: 9}]}]"
            ),
            """
            web < db tcp/8005 allow p ingress[0]
            web < db tcp/8011 default
            web < db tcp/8080 allow p ingress[0]
            web < db udp/5353 allow p ingress[0]
            web < db sctp/9 allow p ingress[0]
            web < db sctp/10 default
            web < db icmp/8 default
            """),
        PolicyScenario(
            "Kubernetes: out only", webK("policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]"),
            """
            web > db tcp/80 allow p egress[0]
            web > other tcp/80 default
            web > 192.0.2.1 tcp/80 default
            web < 192.0.2.1 tcp/80 open
            """),
        PolicyScenario(
            "Kubernetes: every pod of the namespace",
            [knp("p", "podSelector: {}, policyTypes: [Ingress, Egress]")],
            """
            job < db tcp/80 default
            job > db tcp/80 default
            other < db tcp/80 open
            """),
    ]

    private static let several = [
        PolicyScenario(
            "policies of three kinds together",
            [
                cnp("c", "endpointSelector: {matchLabels: {app: web}}, ingress: [{\(port("1"))}]"),
                ccnp("w", "endpointSelector: {matchLabels: {app: web}}, ingress: [{\(port("2"))}]"),
                knp("k", "podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 3}]}]"),
            ],
            """
            web < db tcp/1 allow c ingress[0]
            web < db tcp/2 allow w ingress[0]
            web < db tcp/3 allow k ingress[0]
            web < db tcp/4 default
            other < db tcp/2 allow w ingress[0]
            other < db tcp/1 default
            """),
        PolicyScenario(
            "several specs of one policy",
            [
                """
                ---
                apiVersion: cilium.io/v2
                kind: CiliumNetworkPolicy
                metadata: {name: p}
                specs:
                - {endpointSelector: {matchLabels: {app: web}}, ingress: [{\(port("1"))}]}
                - {endpointSelector: {matchLabels: {app: job}}, ingress: [{\(port("2"))}]}

                """
            ],
            """
            web < db tcp/1 allow p ingress[0]
            web < db tcp/2 default
            job < db tcp/2 allow p ingress[1]
            job < db tcp/1 default
            """),
        PolicyScenario(
            "services",
            [
                "---\n{apiVersion: v1, kind: Service, metadata: {name: data}, spec: {selector: {app: db}}}\n",
                "---\n{apiVersion: v1, kind: Service, metadata: {name: far, labels: {kind: far}}, spec: {}}\n",
                """
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: far-1, labels: {kubernetes.io/service-name: far}}
                addressType: IPv4
                endpoints: [{addresses: [192.0.2.7]}]

                """,
            ]
                + web(
                    "egress: [{toServices: [{k8sService: {serviceName: data}}], \(port("5432"))}, "
                        + "{toServices: [{k8sServiceSelector: {selector: {matchLabels: {kind: far}}}}]}, "
                        + "{toServices: [{k8sService: {serviceName: nowhere}}], \(port("1"))}]"),
            """
            web > db tcp/5432 allow p egress[0]
            web > db tcp/80 default
            web > 192.0.2.7 tcp/80 allow p egress[1]
            web > 192.0.2.8 tcp/80 default
            web > job tcp/1 default
            """),
        PolicyScenario(
            "both ends of a connection",
            [
                cnp(
                    "out",
                    "endpointSelector: {matchLabels: {app: web}}, egress: [{toEndpoints: [\(db)], \(port("5432"))}]"),
                cnp(
                    "in",
                    "endpointSelector: \(db), ingress: [{fromEndpoints: [{matchLabels: {app: web}}], \(port("5432"))}]"),
            ],
            """
            web > db tcp/5432 allow out egress[0]
            db < web tcp/5432 allow in ingress[0]
            web > db tcp/80 default
            db < web tcp/80 default
            db < job tcp/5432 default
            db > web tcp/5432 open
            """),
    ]
}
