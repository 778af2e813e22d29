/// Numbers as bars of eight heights, one beside the other.
package enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// `▁▁▃█▅`: the highest is the largest of the numbers; a blank stands for 0.
    package static func text(_ counts: [UInt64]) -> String {
        let most = counts.max() ?? 0
        return String(
            counts.map { count in
                count == 0 ? " " : bars[Int((count * UInt64(bars.count - 1) + most / 2) / most)]
            })
    }

    /// `████▌   `: a part of a whole, as long as it is large.
    package static func bar(_ part: UInt64, of whole: UInt64, width: Int) -> String {
        let halves = whole == 0 ? 0 : Int(part * UInt64(width * 2) / whole)
        return String(repeating: "█", count: halves / 2) + (halves % 2 == 1 ? "▌" : "")
    }
}
