import ClientTools
import Testing

@testable import FlowAPI

@Suite("The digest of a token")
struct TokenDigestTests {
    @Test(
        "is SHA-256, as FIPS 180-4 and its test vectors have it",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func vectors(text: String, digest: String) {
        #expect(TokenDigest(of: text).hexadecimal == digest)
        #expect(TokenDigest(hexadecimal: digest) == TokenDigest(of: text))
        #expect(TokenDigest(hexadecimal: digest.uppercased()) == TokenDigest(of: text))
    }

    @Test("is what sha256sum says, at each length around a block's end")
    func lengths() async throws {
        let script = "for n in $(seq 0 130); do printf \"%${n}s\" '' | sha256sum | cut -c1-64; done"
        let expected = try await Tool.bash.run("-c", script).output.split(separator: "\n").map(String.init)
        let digests = (0...130).map { TokenDigest(of: String(repeating: " ", count: $0)).hexadecimal }
        #expect(digests == expected)
    }

    @Test("is read from 64 hexadecimal digits and from nothing else")
    func hexadecimal() {
        let good = TokenDigest(of: "abc").hexadecimal
        for text in ["", "abc", String(good.dropLast()), good + "0", "g" + good.dropFirst(), "+" + good.dropFirst()] {
            #expect(TokenDigest(hexadecimal: text) == nil, "\(text)")
        }
    }

    @Test("differs from another's wherever a single bit does")
    func comparison() {
        let digest = TokenDigest(of: "abc")
        #expect(digest.isSame(as: TokenDigest(of: "abc")))
        for digit in digest.hexadecimal.indices {
            var text = digest.hexadecimal
            text.replaceSubrange(digit...digit, with: text[digit] == "0" ? "1" : "0")
            #expect(!digest.isSame(as: TokenDigest(hexadecimal: text)!))
        }
    }
}
