import Configuration
import Diagnostics
import Interchange
import Testing

@Suite("A file of torch.save") struct TorchFileTests {
  @Test("gives its tensors, strided views included")
  func reads() throws {
    var fixture = ArchiveFixture.plain
    let tensors = try fixture.with { try StateDict(path: $0).tensors }
    #expect(tensors == ["w": ForeignTensor(shape: [2, 3], isComplex: false, numbers: [0, 1, 2, 3, 4, 5])])
    fixture.pickle = ArchiveFixture.tensorPickle(offset: 1, shape: [2, 2], strides: [1, 2])
    #expect(try fixture.with { try StateDict(path: $0).tensors["w"]?.numbers } == [1, 3, 2, 4])
    fixture.pickle = ArchiveFixture.tensorPickle(shape: [], strides: [], count: 6)
    #expect(try fixture.with { try StateDict(path: $0).tensors["w"]?.numbers } == [0])
    fixture.pickle = ArchiveFixture.tensorPickle(
      shape: [3], strides: [1], count: 3, type: "ComplexFloatStorage")
    #expect(try fixture.with { try StateDict(path: $0).tensors["w"] }?.isComplex == true)
  }

  @Test("leaves no setting out that it cannot say")
  func settings() throws {
    let settings = try ArchiveFixture.plain.with { try TorchFile(path: $0).settings() }
    #expect(settings?["w"] == "an object")
  }

  private func reason(_ bytes: [UInt8]) -> String? {
    do {
      _ = try ArchiveFixture.with(bytes) { try StateDict(path: $0) }
      return nil
    } catch let error as any Diagnosable {
      #expect(error.diagnostic.exitCode == .badInput)
      #expect(error.diagnostic.fix != nil)
      return error.diagnostic.reason ?? error.diagnostic.summary
    } catch {
      Issue.record("not a diagnostic: \(error)")
      return nil
    }
  }

  @Test(
    "calls nothing that it names", arguments: [("posix", "system"), ("builtins", "eval"), ("os", "popen")])
  func hostile(_ function: (String, String)) {
    var fixture = ArchiveFixture.plain
    fixture.pickle = ArchiveFixture.tensorPickle(function: function)
    #expect(reason(fixture.bytes)?.contains("asks to call '\(function.0).\(function.1)'") == true)
  }

  @Test("is refused where a tensor leaves its storage")
  func bounds() {
    let bad: [[UInt8]] = [
      ArchiveFixture.tensorPickle(offset: 1), ArchiveFixture.tensorPickle(offset: -1),
      ArchiveFixture.tensorPickle(shape: [2, 4]), ArchiveFixture.tensorPickle(shape: [-2, 3]),
      ArchiveFixture.tensorPickle(strides: [Int32.max, 1]), ArchiveFixture.tensorPickle(strides: [-3, 1]),
      // A view that repeats one number two billion times.
      ArchiveFixture.tensorPickle(shape: [Int32.max, Int32.max], strides: [0, 0]),
      ArchiveFixture.tensorPickle(count: 7), ArchiveFixture.tensorPickle(count: Int32.max),
      ArchiveFixture.tensorPickle(type: "LongStorage"), ArchiveFixture.tensorPickle(type: "NoStorage"),
    ]
    for pickle in bad {
      var fixture = ArchiveFixture.plain
      fixture.pickle = pickle
      #expect(reason(fixture.bytes) != nil)
    }
  }

  @Test("is refused where it is cut, and survives any changed byte")
  func damage() {
    let whole = ArchiveFixture.plain.bytes
    for length in stride(from: 0, to: whole.count, by: 5) {
      #expect(reason(Array(whole[..<length])) != nil, "cut at \(length)")
    }
    for index in whole.indices {
      var changed = whole
      changed[index] ^= [0x01, 0x80, 0xFF][index % 3]
      _ = reason(changed)
    }
  }

  @Test("is refused when compressed, without a pickle, or of another kind")
  func kinds() {
    var fixture = ArchiveFixture.plain
    fixture.method = 8
    #expect(reason(fixture.bytes)?.contains("compressed") == true)
    fixture = ArchiveFixture.plain
    fixture.members = []
    #expect(reason(fixture.bytes)?.contains("missing") == true)
    for pickle: [UInt8] in [
      [], [0x2E], [0x80, 2, 0x4E, 0x2E], [0x80, 2, 0x28, 0x2E], [0x80, 2, 0x73], [0x80, 2, 0x68, 7, 0x2E],
      [0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0xFF], [0x80, 2, 0x69, 0x2E], [0x80, 2, 0x7D, 0x74], [0x80, 2, 0x30],
    ] {
      fixture = ArchiveFixture.plain
      fixture.pickle = pickle
      #expect(reason(fixture.bytes) != nil)
    }
    #expect(reason(Array("not a state dict at all, but a text".utf8)) != nil)
    #expect(reason([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C])?.contains("zip format") == true)
  }

  @Test("of another model is refused by name")
  func otherModel() throws {
    let state = try ArchiveFixture.plain.with { try StateDict(path: $0) }
    #expect(throws: InterchangeError.missingTensor(path: state.path, name: "lifting.fcs.0.weight")) {
      try NeuraloperatorModel(state)
    }
  }
}
