/// The candidate that differs from `name` by the fewest typing errors; nil if even that one differs by more than a
/// third.
package func nearestName(to name: String, among candidates: [String]) -> String? {
    let ranked = candidates.map { (name: $0, distance: editDistance(Array(name.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, name.utf8.count / 3) else {
        return nil
    }
    return best.name
}

/// Insertions, deletions, substitutions and swaps of neighbours that make one from the other (the optimal string alignment
/// distance).
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before: [Int] = []
    var previous = Array(0...right.count)
    for (row, byte) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            let substituted = previous[column] + (byte == other ? 0 : 1)
            var distance = min(substituted, previous[column + 1] + 1, current[column] + 1)
            let isSwapped = row > 0 && column > 0 && byte == right[column - 1] && left[row - 1] == other
            if isSwapped { distance = min(distance, before[column - 1] + 1) }
            current.append(distance)
        }
        (before, previous) = (previous, current)
    }
    return previous[right.count]
}
