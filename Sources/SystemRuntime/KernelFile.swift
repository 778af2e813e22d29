internal import Glibc

/// Files that the kernel makes while they are read, as those in /proc: their size is not known before their end.
package enum KernelFile {
    /// Gives the file's lines, without their ends, one after the other. A line is lent for the call.
    package static func forEachLine(of path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(SystemError) {
        let result = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard result >= 0 else { throw .last("open \(path)") }
        let file = FileDescriptor(owning: result)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var used = 0
        while true {
            if used == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe read(file.rawValue, bytes.baseAddress! + used, bytes.count - used)
            }
            guard count >= 0 else { throw .last("read \(path)") }
            let isEnd = count == 0
            used += count
            var start = 0
            while let end = buffer[start..<used].firstIndex(of: UInt8(ascii: "\n")) {
                body(buffer[start..<end])
                start = end + 1
            }
            if isEnd {
                if start < used { body(buffer[start..<used]) }
                return
            }
            buffer.replaceSubrange(0..<used - start, with: Array(buffer[start..<used]))
            used -= start
        }
    }
}
