import FlowCatalog
import FlowModel

/// What one encoder has rendered of the rules that would have let dropped packets through.
///
/// Which rule that is depends on the packet; packets that are alike are looked up in a table of fixed size. There are few
/// rules and things that packets lack: each of these texts is rendered once.
struct NearestRules: Sendable {
    typealias Render = @Sendable (inout [UInt8], NearestRule) -> Void

    private struct Question: Equatable {
        var rule: UInt32 = 0
        var peer: UInt32 = 0
        var traffic = PolicyTraffic()

        init() {}

        init(_ flow: Flow) { (rule, peer, traffic) = (flow.rule, flow.policyPeer, PolicyTraffic(flow)) }

        var slot: Int {
            let mixed =
                (UInt64(rule) << 32 | UInt64(traffic.port) << 16 | UInt64(traffic.ipProtocol.rawValue))
                &* 0x9e37_79b9_7f4a_7c15
                ^ (traffic.address.low ^ UInt64(peer) << 40) &* 0xc2b2_ae3d_27d4_eb4f
            return Int(truncatingIfNeeded: mixed >> 32) & (NearestRules.slotCount - 1)
        }
    }

    fileprivate static let slotCount = 256

    private let catalog: FlowCatalog
    private let render: Render
    private var answers: [(question: Question, fragment: Fragment)] = []
    private var fragments: [NearestRule: Fragment] = [:]

    init(_ catalog: FlowCatalog, _ render: @escaping Render) {
        self.catalog = catalog
        self.render = render
    }

    /// - Parameter flow: denied, and perhaps by no rule.
    /// - Returns: empty if it is no default deny, or if no rule lets anything through.
    mutating func fragment(_ flow: Flow, in text: inout FragmentText) -> Fragment {
        let question = Question(flow)
        if answers.isEmpty { answers = Array(repeating: (Question(), Fragment()), count: Self.slotCount) }
        let slot = question.slot
        if answers[slot].question == question { return answers[slot].fragment }
        let fragment = answer(question, in: &text)
        answers[slot] = (question, fragment)
        return fragment
    }

    private mutating func answer(_ question: Question, in text: inout FragmentText) -> Fragment {
        guard let cause = catalog.rules[question.rule]?.defaultDeny,
            let nearest = cause.nearest(question.traffic, peer: catalog.endpoints[question.peer]?.labels ?? [])
        else { return Fragment() }
        if let known = fragments[nearest] { return known }
        let fragment = text.append { render(&$0, nearest) }
        fragments[nearest] = fragment
        return fragment
    }
}
