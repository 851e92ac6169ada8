import Foundation
import Solvers
import Spectral
import Tensors

/// Equal steps from a state given in a file: what a comparison with another code needs.
///
///     march navier-stokes|kuramoto-sivashinsky SCHEME POINTS LENGTH COEFFICIENT DURATION STEPS SAMPLES WORKERS IN OUT
///
/// IN and OUT hold the real field of one sample as 64-bit numbers; every sample starts from it. Prints the seconds.
struct March {
  private let problem: String
  private let scheme: ExponentialTable
  private let points: Int
  private let length: Double
  private let coefficient: Double
  private let duration: Double
  private let steps: Int
  private let samples: Int
  private let workers: Int
  private let files: (input: String, output: String)

  struct Misuse: Error {}

  init(arguments a: [String]) throws {
    guard a.count == 11, let name = ExponentialTable.Name(rawValue: a[1]), let points = Int(a[2]),
      let length = Double(a[3]), let coefficient = Double(a[4]), let duration = Double(a[5]),
      let steps = Int(a[6]), let samples = Int(a[7]), let workers = Int(a[8])
    else { throw Misuse() }
    problem = a[0]
    scheme = name.table
    (self.points, self.length, self.coefficient) = (points, length, coefficient)
    (self.duration, self.steps, self.samples, self.workers) = (duration, steps, samples, workers)
    files = (a[9], a[10])
  }

  func run() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: files.input))
    let field = data.withUnsafeBytes { raw in
      (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
    let result: [Double]
    switch problem {
    case "navier-stokes":
      // Vorticity is the same on the unit torus at the viscosity over the side squared.
      result = timed(
        field, shape: [points, points],
        make: {
          VorticitySystem(
            points: points, viscosity: coefficient / (length * length), meanFlow: (0, 0), forcing: [])
        },
        pack: { system, spectrum in
          let state = WorkArray(count: 2 * system.modeCount)
          for (i, k) in system.plane.wavenumbers.enumerated() {
            let at = 2 * ((k.k1 >= 0 ? k.k1 : k.k1 + points) * (points / 2 + 1) + k.k2)
            state.pointer[2 * i] = spectrum.pointer[at] / Double(points * points)
            state.pointer[2 * i + 1] = spectrum.pointer[at + 1] / Double(points * points)
          }
          return state
        },
        unpack: { $0.plane.values(of: $1.pointer, points: points) })
    case "kuramoto-sivashinsky":
      result = timed(
        field, shape: [points],
        make: {
          LineSystem(.kuramotoSivashinsky(hyperviscosity: coefficient, length: length), points: points)
        },
        pack: { system, spectrum in
          let state = WorkArray(count: 2 * system.modeCount)
          for i in 0..<state.count { state.pointer[i] = spectrum.pointer[i] / Double(points) }
          return state
        },
        unpack: { PeriodicLine.values(of: $1.pointer, modes: $0.modes, points: points) })
    default: throw Misuse()
    }
    try result.withUnsafeBytes { Data($0) }.write(to: URL(fileURLWithPath: files.output))
  }

  private func timed<System: SemilinearSystem>(
    _ field: [Double], shape: [Int], make: () -> System, pack: (System, WorkArray) -> WorkArray,
    unpack: (System, WorkArray) -> [Double]
  ) -> [Double] {
    let transform = RealTransform(shape: shape)
    let spectrum = WorkArray(count: 2 * transform.modeCount)
    transform.forward(WorkArray(field), to: spectrum)
    let steppers = Crew((0..<workers).map { _ in ExponentialStepper(make(), table: scheme) })
    let initial = pack(steppers.members[0].system, spectrum)
    let stepSize = duration / Double(steps)
    // Coefficients are made once per step size, as in any generation of more than a few samples.
    for stepper in steppers.members {
      stepper.start(from: initial, time: 0)
      stepper.advance(stepSize)
    }
    let shared = Crew([initial])
    let count = steps
    let start = ContinuousClock.now
    WorkerPool(workerCount: workers).forEach(samples) { _, worker in
      let stepper = steppers.members[worker]
      stepper.start(from: shared.members[0], time: 0)
      for _ in 0..<count { stepper.advance(stepSize) }
    }
    print((ContinuousClock.now - start) / .seconds(1))
    return unpack(steppers.members[0].system, steppers.members[0].state)
  }

  /// One object per worker; each touches its own, or all of them only read.
  private struct Crew<Member>: @unchecked Sendable {
    let members: [Member]
    init(_ members: [Member]) { self.members = members }
  }
}
