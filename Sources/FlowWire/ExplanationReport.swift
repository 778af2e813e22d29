package import FlowModel

/// What `/v1/policies/explain` answers and `apus policy explain` shows: what policies do with a connection, and why.
package struct ExplanationReport: Codable, Hashable, Sendable {
    /// `shop/web-1`, `192.0.2.7 (world)`, `host`
    package var source: String
    package var destination: String
    /// `TCP 9090`
    package var port: String
    /// `FORWARDED` or `DROPPED`.
    package var verdict: String
    /// At the source; nil: it is no pod, so that no policy can be about it. Likewise `ingress`.
    package var egress: Direction?
    package var ingress: Direction?

    /// What policies say at one end.
    package struct Direction: Codable, Hashable, Sendable {
        package var endpoint: String
        package var passes: Bool
        /// In words.
        package var reason: String
        /// Rules that allow or deny it.
        package var rules: [Rule]
        /// Policies that are about the endpoint and the direction.
        package var policies: [PolicyName]
        /// Where no rule allows it, the one that comes nearest.
        package var nearest: Nearest?

        package init(
            endpoint: String, passes: Bool, reason: String, rules: [Rule], policies: [PolicyName], nearest: Nearest?
        ) {
            self.endpoint = endpoint
            self.passes = passes
            self.reason = reason
            self.rules = rules
            self.policies = policies
            self.nearest = nearest
        }
    }

    package struct Rule: Codable, Hashable, Sendable {
        package var policy: PolicyName
        /// `ingress`, `ingressDeny`, `egress` or `egressDeny`.
        package var list: String
        /// Position in the list, from 0.
        package var index: Int

        package init(policy: PolicyName, list: String, index: Int) {
            self.policy = policy
            self.list = list
            self.index = index
        }
    }

    package struct Nearest: Codable, Hashable, Sendable {
        package var rule: Rule
        /// What it wants of the other end; nil: that fits.
        package var wanted_peer: String?
        /// Which ports it takes; nil: those fit.
        package var wanted_ports: String?

        package init(rule: Rule, wantedPeer: String?, wantedPorts: String?) {
            self.rule = rule
            wanted_peer = wantedPeer
            wanted_ports = wantedPorts
        }
    }

    package init(source: String, destination: String, port: String, egress: Direction?, ingress: Direction?) {
        self.source = source
        self.destination = destination
        self.port = port
        self.egress = egress
        self.ingress = ingress
        verdict = egress?.passes ?? true && ingress?.passes ?? true ? "FORWARDED" : "DROPPED"
    }
}
