import Autodiff
import Datasets
import Files
import Tensors

/// A neuraloperator state dict in safetensors, read into this project's parameters.
struct StateDict {
  private let file: SafetensorsFile

  init(path: String) throws { file = try SafetensorsFile(path: path) }

  /// The library's name for a parameter of `FNO`.
  private func foreignName(_ parameter: Parameter) -> String {
    let parts = parameter.name.split(separator: ".").map(String.init)
    let layer = ["first": "fcs.0", "second": "fcs.1"]
    if parts[0] != "blocks" { return "\(parts[0]).\(layer[parts[1]] ?? "").\(parts[2])" }
    let i = parts[1]
    switch (parts[2], parts[3]) {
    case ("spectral", "weight"): return "fno_blocks.convs.\(i).weight.tensor"
    case ("spectral", _): return "fno_blocks.convs.\(i).bias"
    case ("skip", _): return "fno_blocks.fno_skips.\(i).conv.weight"
    case ("network", "gate"): return "fno_blocks.channel_mlp_skips.\(i).weight"
    default: return "fno_blocks.channel_mlp.\(i).\(layer[parts[3]] ?? "").\(parts[4])"
    }
  }

  /// Rearranges the library's numbers (complex as trailing pairs) into this project's order.
  private func arranged(_ parameter: Parameter, modes: [Int], _ numbers: [Double]) -> [Double] {
    if case .complexPairs = parameter.kind {
      let (count, inputs, outputs) = (parameter.shape[0], parameter.shape[2], parameter.shape[3])
      precondition(count == modes.reduce(1, *))
      var result = [Double](repeating: 0, count: parameter.count)
      for i in 0..<inputs {
        for o in 0..<outputs {
          for k in 0..<count {
            for part in 0..<2 {
              result[((k * 2 + part) * inputs + i) * outputs + o] =
                numbers[((i * outputs + o) * count + k) * 2 + part]
            }
          }
        }
      }
      return result
    }
    if parameter.shape.count == 1 { return numbers }
    let (inputs, outputs) = (parameter.shape[0], parameter.shape[1])
    return (0..<(inputs * outputs)).map { numbers[($0 % outputs) * inputs + $0 / outputs] }
  }

  func copy(_ parameter: Parameter, modes: [Int], into values: HostBuffer) throws {
    let name = foreignName(parameter)
    let isComplex = parameter.kind != .real
    let numbers = try file.buffer(of: isComplex ? name + ".view_as_real" : name).doubles
    for (i, value) in arranged(parameter, modes: modes, numbers).enumerated() {
      values[parameter.offset + i] = value
    }
  }

  func gradient(_ parameter: Parameter, modes: [Int], in reference: DatasetFile) throws -> [Double] {
    arranged(parameter, modes: modes, try reference.numbers("grad/\(foreignName(parameter))"))
  }
}
