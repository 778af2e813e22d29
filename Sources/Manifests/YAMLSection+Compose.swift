import Yams

extension YAMLSection {
    /// The document's value; nil if it holds nothing but comments.
    func compose(nodeLimit: Int = ManifestLimits.nodesPerDocument) throws(FieldProblem) -> ManifestNode? {
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(text))
        } catch let error as YamlError {
            throw fieldProblem(error)
        } catch {
            throw FieldProblem("is not YAML: \(error)", at: ManifestPlace(line: precedingLines + 1, column: 1))
        }
        guard let root else { return nil }
        var converter = NodeConverter(precedingLines: precedingLines, nodeLimit: nodeLimit)
        let node = try converter.convert(root, depth: 0)
        return node.isNull ? nil : node
    }

    private func fieldProblem(_ error: YamlError) -> FieldProblem {
        func problem(_ message: String, _ mark: Mark? = nil) -> FieldProblem {
            let place = ManifestPlace(line: precedingLines + (mark?.line ?? 1), column: mark?.column ?? 1)
            return FieldProblem(message, at: place)
        }
        return switch error {
        case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _), .composer(_, let text, let mark, _):
            problem("is not YAML: \(text)", mark)
        case .duplicatedKeysInMapping(let keys, let context):
            problem("has a key more than once: \(keys.sorted().joined(separator: ", "))", context.mark)
        case .reader(let text, _, _, _): problem("is not YAML: \(text)")
        default: problem("is not YAML: \(error)")
        }
    }
}

/// Yams' tree → ours, within the limits: aliases are replaced by what they stand for.
private struct NodeConverter {
    let precedingLines: Int
    let nodeLimit: Int
    var count = 0

    init(precedingLines: Int, nodeLimit: Int) {
        self.precedingLines = precedingLines
        self.nodeLimit = nodeLimit
    }

    mutating func convert(_ node: Node, depth: Int) throws(FieldProblem) -> ManifestNode {
        let place = place(of: node)
        count += 1
        guard count <= nodeLimit else {
            throw FieldProblem("has more than \(nodeLimit) values: split the document", at: place)
        }
        guard depth <= ManifestLimits.nesting else {
            throw FieldProblem("is nested deeper than \(ManifestLimits.nesting) levels", at: place)
        }
        return ManifestNode(value: try value(of: node, depth: depth), place: place)
    }

    private mutating func value(of node: Node, depth: Int) throws(FieldProblem) -> ManifestNode.Value {
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain && scalar.style != .any
            let isNull = !isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return isNull ? .null : .text(scalar.string, isQuoted: isQuoted)
        case .sequence(let sequence):
            var items: [ManifestNode] = []
            for item in sequence { items.append(try convert(item, depth: depth + 1)) }
            return .list(items)
        case .mapping(let mapping):
            var members: [ManifestMember] = []
            for (key, value) in mapping { members.append(try member(key, value, depth: depth + 1)) }
            return .map(members)
        case .alias:
            throw FieldProblem("is an alias that stands for nothing", at: place(of: node))
        }
    }

    private mutating func member(_ key: Node, _ value: Node, depth: Int) throws(FieldProblem) -> ManifestMember {
        let keyPlace = place(of: key)
        guard case .scalar(let scalar) = key else { throw FieldProblem("a key must be a text", at: keyPlace) }
        guard scalar.string != "<<" else { throw FieldProblem("merge keys (<<) are not accepted", at: keyPlace) }
        return ManifestMember(key: scalar.string, keyPlace: keyPlace, node: try convert(value, depth: depth))
    }

    private func place(of node: Node) -> ManifestPlace {
        ManifestPlace(line: precedingLines + (node.mark?.line ?? 1), column: node.mark?.column ?? 1)
    }
}
