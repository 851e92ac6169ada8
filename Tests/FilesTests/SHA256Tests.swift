import Files
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// Messages and digests of FIPS 180-2, appendix B, and of the empty message.
  @Test(
    "agrees with the published examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func examples(message: String, digest: String) {
    var hash = SHA256()
    Array(message.utf8).withUnsafeBytes { hash.update($0) }
    #expect(hash.hexadecimalDigest() == digest)
  }

  @Test("does not depend on how the message is cut")
  func pieces() {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for length in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
      var whole = SHA256()
      message[0..<length].withUnsafeBytes { whole.update($0) }
      for step in [1, 7, 64, 65] {
        var cut = SHA256()
        for start in stride(from: 0, to: length, by: step) {
          message[start..<min(length, start + step)].withUnsafeBytes { cut.update($0) }
        }
        #expect(cut.hexadecimalDigest() == whole.hexadecimalDigest())
      }
    }
  }

  @Test("keeps neighbouring texts apart")
  func texts() {
    func digest(_ texts: [String]) -> String {
      var hash = SHA256()
      for text in texts { hash.update(text) }
      return hash.hexadecimalDigest()
    }
    #expect(digest(["ab", "c"]) != digest(["a", "bc"]))
  }
}
