/// Threads as a transition system: what each of them may do next in a state.
protocol ThreadModel {
    associatedtype State: Hashable

    var initial: State { get }

    /// Every state that one atomic step of one thread leads to; none if all threads have ended or sleep.
    func steps(from state: State) -> [Step<State>]

    /// What is wrong with a state, nil if nothing is.
    func violation(in state: State) -> String?

    /// What is wrong with a state in which nothing moves any more.
    func violation(atEnd state: State) -> String?
}

struct Step<State> {
    /// Thread and action, for the trace.
    let name: StaticString
    let state: State
}

/// What going through all interleavings found.
struct Exploration {
    /// Different states that were reached.
    var states = 0
    /// Different states in which nothing moves any more.
    var ends = 0
    /// What is wrong with the first bad state.
    var violation: String?
    /// The steps that lead there.
    var trace: [String] = []
}

extension ThreadModel {
    /// Goes depth-first through every state that can be reached, each once, and stops at the first bad one.
    ///
    /// - Parameter atEnd: sees each state in which nothing moves any more.
    func explore(atEnd: (State) -> Void = { _ in }) -> Exploration {
        var result = Exploration()
        var visited: Set<State> = [initial]
        var path = [Branch(name: "start", open: steps(from: initial))]
        while let step = path[path.count - 1].open.popLast() ?? Self.retreat(&path) {
            guard visited.insert(step.state).inserted else { continue }
            let next = steps(from: step.state)
            if next.isEmpty {
                result.ends += 1
                atEnd(step.state)
            }
            path.append(Branch(name: step.name, open: next))
            result.violation = violation(in: step.state) ?? (next.isEmpty ? violation(atEnd: step.state) : nil)
            if result.violation != nil { break }
        }
        result.states = visited.count
        if result.violation != nil { result.trace = path.map { "\($0.name)" } }
        return result
    }

    /// Leaves states whose steps have all been taken, and takes the next step of the one before.
    private static func retreat(_ path: inout [Branch<State>]) -> Step<State>? {
        while path.count > 1 {
            path.removeLast()
            if let step = path[path.count - 1].open.popLast() { return step }
        }
        return nil
    }
}

/// A state on the current path: how it was reached, and what has not been tried from there.
private struct Branch<State> {
    let name: StaticString
    var open: [Step<State>]
}
