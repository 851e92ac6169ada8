import Foundation
import LinearAlgebra

/// Times of the solvers beside the transforms that they cannot do without, for `make bench-solvers`; and marches from
/// a given state, for the comparison with other codes (`scripts/bench/peers-exponax.py`).
@main
enum SolverBench {
  static func main() throws {
    precondition(LibraryThreads.areStopped)
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "march" {
      try March(arguments: Array(arguments.dropFirst())).run()
    } else {
      print("case                                           solver         limit       ratio  bar")
      for line in [
        VorticityCase.line(points: 256), VorticityCase.line(points: 128), FlameCase.line(),
        ReactionCase.line(),
      ] {
        print(line)
      }
    }
  }
}
