internal import FlowModel

extension TrafficPlan {
    /// The demo's traffic among the pods of `DemoManifests`: what its policies let through, what they stop, and ports
    /// that nobody serves. Pods are told by their labels; those that are missing are left out.
    package static func demo(_ lab: Lab) -> TrafficPlan {
        let pods = lab.pods
        func labelled(_ key: String, _ value: String) -> [LabHost] { pods.filter { $0.labels[key] == value } }
        let cast = Cast(
            frontend: labelled("app", "frontend"), backend: labelled("app", "backend"),
            secret: labelled("name", "secret-pods"), outsider: labelled("app", "outsider"), world: [lab.world])
        var plan = TrafficPlan()
        plan.serveDemo(cast)
        plan.askAllowed(cast)
        plan.askDenied(cast)
        plan.askClosed(cast)
        plan.clients = mixed(plan.clients)
        return plan
    }

    private struct Cast {
        let frontend, backend, secret, outsider, world: [LabHost]
    }

    private mutating func serveDemo(_ cast: Cast) {
        serve(cast.frontend + cast.secret + cast.outsider, .tcp, 8080)
        serve(cast.frontend + cast.backend, .tcp, 9090)
        serve(cast.world, .tcp, 80)
        serve(cast.backend, .udp, 5353)
        serve(cast.world, .udp, 53)
    }

    private mutating func askAllowed(_ cast: Cast) {
        ask(.allowed, cast.backend, cast.frontend, .tcp, 9090)
        ask(.allowed, cast.frontend, cast.backend, .tcp, 9090)
        ask(.allowed, cast.outsider, cast.backend, .tcp, 9090)
        ask(.allowed, cast.backend + cast.outsider, cast.world, .tcp, 80)
        ask(.allowed, cast.backend, cast.world, .udp, 53)
        ask(.allowed, cast.outsider, cast.backend, .udp, 5353)
        ask(.allowed, cast.outsider, cast.backend + cast.world, .icmp, 0)
        ask(.allowed, cast.world, cast.outsider, .tcp, 8080)
    }

    private mutating func askDenied(_ cast: Cast) {
        ask(.denied, cast.backend, cast.frontend, .tcp, 8080)
        ask(.denied, cast.outsider, cast.frontend, .tcp, 9090)
        ask(.denied, cast.outsider, cast.frontend, .icmp, 0)
        ask(.denied, cast.secret, cast.world, .tcp, 80)
        ask(.denied, cast.secret, cast.backend, .tcp, 9090)
        ask(.denied, cast.secret, cast.world, .icmp, 0)
        ask(.denied, cast.outsider + cast.world, cast.secret, .tcp, 8080)
    }

    private mutating func askClosed(_ cast: Cast) {
        ask(.closed, cast.outsider, cast.backend, .tcp, 9999)
        ask(.closed, cast.outsider, cast.backend, .udp, 9999)
        ask(.closed, cast.backend, cast.world, .tcp, 9999)
    }
}
