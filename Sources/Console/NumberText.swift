import Foundation

// Numbers as a person reads them.

extension String {
    /// `1234567` → `1,234,567`.
    package var withThousands: String {
        var result = ""
        for (index, digit) in enumerated() {
            if index > 0 && (count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }
}

extension UInt64 {
    /// `1234567` → `1,234,567`.
    package var withThousands: String { String(self).withThousands }

    /// Nanoseconds as `3d 4h`, `2h 5m`, `12.3s`.
    package var durationText: String {
        let seconds = self / 1_000_000_000
        if seconds >= 86_400 { return "\(seconds / 86_400)d \(seconds % 86_400 / 3_600)h" }
        if seconds >= 3_600 { return "\(seconds / 3_600)h \(seconds % 3_600 / 60)m" }
        if seconds >= 60 { return "\(seconds / 60)m \(seconds % 60)s" }
        return String(format: "%.1fs", Double(self) / 1e9)
    }

    /// Bytes as `512 B`, `1.5 KiB`, `12.0 GiB`.
    package var bytesText: String {
        var (amount, unit) = (Double(self), 0)
        while amount >= 1_024 && unit < 4 { (amount, unit) = (amount / 1_024, unit + 1) }
        return unit == 0 ? "\(self) B" : String(format: "%.1f %@", amount, ["B", "KiB", "MiB", "GiB", "TiB"][unit])
    }
}
