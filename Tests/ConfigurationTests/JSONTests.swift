import Configuration
import Diagnostics
import Testing

@Suite("JSON text")
struct JSONTests {
  @Test("values read and write back unchanged, integers as integers")
  func roundTrip() throws {
    let text =
      #"{"a": [1, -2, 3.5, 1e-05, true, null], "b": {"c": "é\n\"\\\u0001𝄞"}, "big": 9007199254740993}"#
    let value = try JSONValue.parse(text, source: "t")
    #expect(value["a"] == [1, -2, 3.5, 1e-5, true, .null])
    #expect(value["big"] == .integer(9_007_199_254_740_993))
    #expect(value.serialized(indent: nil) == text)
    #expect(try JSONValue.parse(value.serialized(indent: 2), source: "t") == value)
  }

  @Test("every finite double reads back to the same bits")
  func doubles() throws {
    var bits: UInt64 = 0x9E37_79B9_7F4A_7C15
    for _ in 0..<20_000 {
      bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Double(bitPattern: bits)
      guard number.isFinite else { continue }
      let back = try JSONValue.parse(JSONValue.number(number).serialized(indent: nil), source: "t")
      #expect(back.doubleValue?.bitPattern == number.bitPattern)
    }
  }

  @Test("a non-finite number is written as null")
  func nonFinite() {
    let value: JSONValue = [.number(.nan), .number(.infinity), .number(-.infinity), .number(-0.0)]
    #expect(value.serialized(indent: nil) == "[null, null, null, -0.0]")
  }

  @Test("indented text keeps flat lists on one line")
  func indented() {
    let value: JSONValue = ["model": ["type": "fno", "modes": [12, 12]], "seed": 0, "empty": .object([])]
    #expect(
      value.serialized(indent: 2) == """
        {
          "model": {
            "type": "fno",
            "modes": [12, 12]
          },
          "seed": 0,
          "empty": {}
        }
        """)
  }

  @Test(
    "malformed text is refused with line and column",
    arguments: [
      ("{\n  \"a\": 1,\n  \"a\": 2\n}", "t:3:3", "the key \"a\" stands here for the second time"),
      ("[1, 2", "t:1:6", "expected ',' or ']'"),
      ("[1,]", "t:1:3", "a comma before the closing bracket"),
      ("{\"é\": nan}", "t:1:7", "'nan' is no JSON value; texts stand in double quotes"),
      ("{a: 1}", "t:1:2", "expected a key in double quotes or '}'"),
      ("{\"a\" 1}", "t:1:6", "expected ':' after the key \"a\""),
      ("01", "t:1:1", "a number with a leading zero"),
      ("1.", "t:1:3", "expected a digit after the decimal point"),
      ("1e999", "t:1:1", "a number too large for a 64-bit float"),
      ("\"a\nb\"", "t:1:3", "a line break or control character inside a text; write \\n"),
      ("\"\\ud800\"", "t:1:2", "half of a surrogate pair"),
      ("\"\\x\"", "t:1:2", "an unknown escape"),
      ("\"abc", "t:1:1", "a text whose closing quote is missing"),
      ("1 2", "t:1:3", "text after the end of the value"),
      ("", "t:1:1", "the text ends where a value should stand"),
      ("/* */ 1", "t:1:1", "expected a value"),
    ])
  func malformed(text: String, place: String, message: String) {
    #expect(throws: ConfigurationError.syntax(place: place, message: message)) {
      try JSONValue.parse(text, source: "t")
    }
  }

  @Test("64 levels are read and 65 are refused")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try JSONValue.parse(nested(64), source: "t")
    #expect(throws: ConfigurationError.self) { try JSONValue.parse(nested(65), source: "t") }
    #expect(throws: ConfigurationError.self) { try JSONValue.parse(nested(1_000_000), source: "t") }
  }

  @Test("more than 16 MiB are refused")
  func size() {
    let text = String(repeating: " ", count: 16 << 20) + "1"
    #expect(throws: ConfigurationError.tooLarge(source: "t", bytes: (16 << 20) + 1)) {
      try JSONValue.parse(text, source: "t")
    }
  }

  @Test("no mutilation of a document traps the parser")
  func mutilated() throws {
    let text = #"{"a": [1, -2.5e3, true, null, "x\u00e9\ud834\udd1e"], "b": {"c": {}}} // "#
    let bytes = Array(text.utf8)
    var state: UInt64 = 7
    for _ in 0..<20_000 {
      var mutated = bytes
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        mutated[Int(state >> 33) % mutated.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      mutated.removeLast(Int(state >> 50) % mutated.count)
      let document = String(decoding: mutated, as: UTF8.self)
      if let value = try? JSONValue.parse(document, source: "t") {
        #expect(try JSONValue.parse(value.serialized(indent: nil), source: "t") == value)
      }
      _ = try? ConfigDocument.parse(document, source: "t")
    }
  }
}
