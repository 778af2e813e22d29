/// A pattern as a non-deterministic automaton: every state that a text may lead to is followed at once, so that the time is
/// at most characters × states, whatever the pattern (Thompson's construction).
struct PatternProgram: Sendable {
    private enum Instruction: Sendable {
        case take(ScalarSet)
        case lineStart
        case lineEnd
        /// Goes on at both places.
        case split(Int, Int)
        case jump(Int)
        case accept
    }

    private var instructions: [Instruction] = []
    /// Nodes written out so far: nested repetitions of nothing make no instruction, but take time.
    private var written = 0

    init(_ node: PatternNode) throws(PatternError) {
        try append(node)
        try emit(.accept)
    }

    private mutating func emit(_ instruction: Instruction) throws(PatternError) {
        instructions.append(instruction)
        try checkSize(instructions.count)
    }

    private func checkSize(_ size: Int) throws(PatternError) {
        let limit = RegularExpression.maximumStates
        if size > limit { throw PatternError(position: 1, problem: "pattern needs more than \(limit) states") }
    }

    private mutating func append(_ node: PatternNode) throws(PatternError) {
        written += 1
        try checkSize(written / 4)
        switch node {
        case .scalars(let set): try emit(.take(set))
        case .lineStart: try emit(.lineStart)
        case .lineEnd: try emit(.lineEnd)
        case .sequence(let nodes): for node in nodes { try append(node) }
        case .alternatives(let nodes): try append(alternatives: nodes)
        case .repeated(let node, let minimum, let maximum):
            for _ in 0..<minimum { try append(node) }
            if let maximum {
                for _ in minimum..<maximum { try append(optional: node) }
            } else {
                let split = instructions.count
                try emit(.split(split + 1, 0))
                try append(node)
                try emit(.jump(split))
                instructions[split] = .split(split + 1, instructions.count)
            }
        }
    }

    private mutating func append(optional node: PatternNode) throws(PatternError) {
        let split = instructions.count
        try emit(.split(split + 1, 0))
        try append(node)
        instructions[split] = .split(split + 1, instructions.count)
    }

    private mutating func append(alternatives nodes: [PatternNode]) throws(PatternError) {
        var jumps: [Int] = []
        for (index, node) in nodes.enumerated() {
            let split = instructions.count
            let isLast = index == nodes.count - 1
            if !isLast { try emit(.split(split + 1, 0)) }
            try append(node)
            if isLast { break }
            jumps.append(instructions.count)
            try emit(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    /// - Parameter isWhole: the match must begin at the text's start and end at its end.
    func matches(_ text: String, isWhole: Bool) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var states = StateSet(capacity: instructions.count)
        for position in 0...scalars.count {
            if position == 0 || !isWhole { follow(0, position, scalars.count, &states) }
            if states.hasAccepted && (!isWhole || position == scalars.count) { return true }
            if position == scalars.count { break }
            var next = StateSet(capacity: instructions.count)
            for state in states.members {
                guard case .take(let set) = instructions[state], set.contains(scalars[position]) else { continue }
                follow(state + 1, position + 1, scalars.count, &next)
            }
            states = next
        }
        return false
    }

    /// Adds a state and those that it reaches without taking a character.
    private func follow(_ state: Int, _ position: Int, _ end: Int, _ states: inout StateSet) {
        var pending = [state]
        while let state = pending.popLast() {
            guard states.insert(state) else { continue }
            switch instructions[state] {
            case .take: break
            case .lineStart: if position == 0 { pending.append(state + 1) }
            case .lineEnd: if position == end { pending.append(state + 1) }
            case .split(let first, let second): pending += [first, second]
            case .jump(let target): pending.append(target)
            case .accept: states.hasAccepted = true
            }
        }
    }
}

/// States in which an automaton is at once.
private struct StateSet {
    private(set) var members: [Int] = []
    private var isMember: [Bool]
    var hasAccepted = false

    init(capacity: Int) { isMember = Array(repeating: false, count: capacity) }

    mutating func insert(_ state: Int) -> Bool {
        if isMember[state] { return false }
        isMember[state] = true
        members.append(state)
        return true
    }
}
