import Configuration
import Diagnostics
import TestSupport
import Testing
import Training

/// Schedules are a handful of operations on doubles; tables have all their digits.
private let roundOff = 1e-13

@Suite("Schedules")
struct ScheduleTests {
  /// Factors of a schedule at given epochs, the first step of each.
  private func factors(
    _ schedule: any Schedule, atEpochs epochs: [Int], of total: Int = 100, stepsPerEpoch: Int = 10
  ) -> [Double] {
    epochs.map {
      schedule.factor(
        at: ScheduleProgress(
          epoch: $0, step: $0 * stepsPerEpoch, stepsPerEpoch: stepsPerEpoch, totalEpochs: total))
    }
  }

  private func factors(
    _ schedule: any Schedule, atSteps steps: [Int], ofEpochs total: Int, stepsPerEpoch: Int
  ) -> [Double] {
    steps.map {
      schedule.factor(
        at: ScheduleProgress(
          epoch: $0 / stepsPerEpoch, step: $0, stepsPerEpoch: stepsPerEpoch, totalEpochs: total))
    }
  }

  @Test("Constant, step, multi-step and exponential schedules have PyTorch's values")
  func powers() {
    #expect(factors(ConstantSchedule(), atEpochs: [0, 50, 99]) == [1, 1, 1])
    expectClose(
      factors(StepSchedule(every: 50, decay: 0.5), atEpochs: [0, 49, 50, 99, 100, 499]),
      [1, 1, 0.5, 0.5, 0.25, 0.001953125], tolerance: roundOff)
    expectClose(
      factors(MultiStepSchedule(milestones: [30, 80], decay: 0.1), atEpochs: [0, 29, 30, 79, 80, 99]),
      [1, 1, 0.1, 0.1, 0.01, 0.01], tolerance: roundOff)
    expectClose(
      factors(ExponentialSchedule(decay: 0.9), atEpochs: [0, 1, 2, 20]),
      [1, 0.9, 0.81, 0.12157665459056931], tolerance: roundOff)
    expectClose(
      factors(
        ExponentialSchedule(decay: 0.9, unit: .step), atSteps: [0, 1, 2, 20], ofEpochs: 9, stepsPerEpoch: 4),
      [1, 0.9, 0.81, 0.12157665459056931], tolerance: roundOff)
  }

  // The values of the recursion that PyTorch's CosineAnnealingLR performs, T_max 20, eta_min 0.01, lr 1:
  //   lr = (1+cos(pi*t/20))/(1+cos(pi*(t-1)/20))*(lr-0.01)+0.01
  @Test("The cosine has PyTorch's values and stays at its end")
  func cosine() {
    let table = [1, 0.9939057285945933, 0.7297252973710757, 0.016094271405406858, 0.01]
    expectClose(
      factors(CosineSchedule(finalFactor: 0.01), atEpochs: [0, 1, 7, 19, 20], of: 20), table,
      tolerance: roundOff)
    expectClose(
      factors(CosineSchedule(finalFactor: 0.01, period: 20), atEpochs: [0, 1, 7, 19, 20, 33], of: 500),
      table + [0.01], tolerance: roundOff)
    // Twenty steps in four epochs: the same table by the step.
    expectClose(
      factors(
        CosineSchedule(finalFactor: 0.01, unit: .step), atSteps: [0, 1, 7, 19, 20], ofEpochs: 4,
        stepsPerEpoch: 5),
      table, tolerance: roundOff)
  }

  // PyTorch's LinearLR(start_factor 0.1, total_iters 5), then CosineAnnealingLR over the other 20 of 25
  // epochs.
  @Test("The warm-up rises linearly and hands the full rate to the cosine")
  func warmup() {
    let schedule = CosineSchedule(warmupEpochs: 5, warmupFactor: 0.1, finalFactor: 0.01)
    expectClose(
      factors(schedule, atEpochs: [0, 1, 2, 3, 4, 5, 6, 12, 24, 25], of: 25),
      [0.1, 0.28, 0.46, 0.64, 0.82, 1, 0.9939057285945933, 0.7297252973710757, 0.016094271405406858, 0.01],
      tolerance: roundOff)
    // A warm-up as long as the run leaves no room for the cosine, but has values.
    #expect(factors(CosineSchedule(warmupEpochs: 25), atEpochs: [25, 30], of: 25) == [0, 0])
  }

  // PyTorch's OneCycleLR(max_lr 5e-4, total_steps 500, pct_start 0.2, div_factor 2, final_div_factor
  // 100), stepped per epoch.
  @Test("One cycle per epoch has the values of MgNO's training")
  func oneCycle() {
    let schedule = OneCycleSchedule(startDivisor: 2, finalDivisor: 100, riseFraction: 0.2, unit: .epoch)
    let rates = [0, 1, 50, 99, 100, 299, 499].map {
      schedule.learningRate(
        base: 5e-4, at: ScheduleProgress(epoch: $0, step: 7 * $0, stepsPerEpoch: 7, totalEpochs: 500))
    }
    expectClose(
      rates,
      [
        2.5e-4, 2.5006293220210187e-4, 3.7698324547935104e-4, 5e-4, 4.999923279641415e-4, 2.5125e-4, 2.5e-6,
      ], tolerance: roundOff)
  }

  // The same of PyTorch's `cycle_momentum`, which is on there.
  @Test("One cycle moves momentum against the rate")
  func oneCycleMomentum() {
    let schedule = OneCycleSchedule(startDivisor: 2, finalDivisor: 100, riseFraction: 0.2, unit: .epoch)
    let values = [0, 1, 50, 99, 100, 299, 499].map {
      schedule.momentum(at: ScheduleProgress(epoch: $0, step: 7 * $0, stepsPerEpoch: 7, totalEpochs: 500))
        ?? .nan
    }
    expectClose(
      values,
      [0.95, 0.9499748271191593, 0.8992067018082596, 0.85, 0.8500015421177605, 0.8999999999999999, 0.95],
      tolerance: roundOff)
    #expect(
      OneCycleSchedule(cyclesMomentum: false).momentum(
        at: ScheduleProgress(epoch: 0, step: 0, stepsPerEpoch: 7, totalEpochs: 500)) == nil)
    #expect(
      CosineSchedule().momentum(at: ScheduleProgress(epoch: 0, step: 0, stepsPerEpoch: 7, totalEpochs: 5))
        == nil)
  }

  // The same of PyTorch with its defaults pct_start 0.3, div_factor 25, final_div_factor 1e4 and 100 steps.
  @Test("One cycle per step has PyTorch's default values and stays at its end")
  func oneCyclePerStep() {
    expectClose(
      factors(OneCycleSchedule(), atSteps: [0, 5, 29, 30, 50, 99, 120], ofEpochs: 10, stepsPerEpoch: 10),
      [0.04, 0.10870855543955726, 1, 0.9994965352845243, 0.793893450575732, 4e-6, 4e-6], tolerance: roundOff)
    for rise in [0.0, 1.0] {
      let schedule = OneCycleSchedule(riseFraction: rise)
      for length in [0, 1, 2] {
        let values = factors(schedule, atSteps: [0, 1, 2, 3], ofEpochs: length, stepsPerEpoch: 1)
        #expect(values.allSatisfy { $0 > 0 && $0 <= 1 }, "rise \(rise), \(length) steps: \(values)")
      }
    }
  }

  @Test("Inverse square root and inverse time")
  func inverses() {
    expectClose(
      factors(
        InverseSqrtSchedule(warmupSteps: 4), atSteps: [0, 1, 3, 4, 15, 399], ofEpochs: 40, stepsPerEpoch: 10),
      [0.25, 0.5, 1, 0.8944271909999159, 0.5, 0.1], tolerance: roundOff)
    expectClose(
      factors(
        InverseTimeSchedule(rate: 0.5, decaySteps: 1000), atSteps: [0, 500, 1000, 6000], ofEpochs: 7,
        stepsPerEpoch: 1000),
      [1, 0.8, 1 / 1.5, 0.25], tolerance: roundOff)
  }

  @Test("The registry is alphabetical and each entry reads itself")
  func registry() throws {
    let names = ScheduleRegistry.entries.map(\.name)
    #expect(names == names.sorted() && Set(names).count == names.count)
    #expect(ScheduleRegistry.entries.allSatisfy { !$0.summary.isEmpty })
    let needed = [
      "exponential": #", "decay": 0.99"#, "inverseTime": #", "decaySteps": 100"#,
      "multiStep": #", "milestones": [3]"#, "step": #", "every": 3"#,
    ]
    for entry in ScheduleRegistry.entries {
      let schedule = try read(#"{"schedule": {"type": "\#(entry.name)"\#(needed[entry.name] ?? "")}}"#)
      #expect(type(of: schedule).identifier == entry.name)
      // Every schedule is finite and at most the optimiser's rate at any position, even beyond the run's end.
      for step in stride(from: 0, through: 200, by: 5) {
        let factor = schedule.factor(
          at: ScheduleProgress(epoch: step / 10, step: step, stepsPerEpoch: 10, totalEpochs: 10))
        #expect(factor >= 0 && factor <= 1, "\(entry.name) at \(step): \(factor)")
      }
    }
    #expect(try read("{}") is ConstantSchedule)
  }

  @Test("Settings arrive where they belong")
  func settings() throws {
    let cycle = try #require(
      try read(
        #"{"schedule": {"type": "oneCycle", "startDivisor": 2, "finalDivisor": 100, "riseFraction": 0.2, "unit": "epoch"}}"#
      )
        as? OneCycleSchedule)
    #expect(
      cycle.startDivisor == 2 && cycle.finalDivisor == 100 && cycle.riseFraction == 0.2
        && cycle.unit == .epoch)
    let cosine = try #require(
      try read(
        #"{"schedule": {"type": "cosine", "warmupEpochs": 5, "warmupFactor": 0.1, "finalFactor": 0.2, "period": 30, "unit": "step"}}"#
      )
        as? CosineSchedule)
    #expect(cosine.warmupEpochs == 5 && cosine.warmupFactor == 0.1 && cosine.finalFactor == 0.2)
    #expect(cosine.period == 30 && cosine.unit == .step)
  }

  @Test(
    "Wrong settings are usage errors",
    arguments: [
      #"{"schedule": "stepp"}"#, #"{"schedule": "step"}"#, #"{"schedule": {"type": "step", "every": 0}}"#,
      #"{"schedule": {"type": "step", "every": 1, "decay": 1.5}}"#,
      #"{"schedule": {"type": "exponential", "decay": 0}}"#,
      #"{"schedule": {"type": "oneCycle", "startDivisor": 0}}"#,
      #"{"schedule": {"type": "cosine", "period": 0}}"#,
      #"{"schedule": {"type": "inverseTime", "decaySteps": 0}}"#,
      #"{"schedule": {"type": "constant", "evry": 2}}"#,
    ])
  func refusals(text: String) {
    do {
      _ = try read(text)
      Issue.record("read without an error: \(text)")
    } catch {
      #expect((error as? any Diagnosable)?.diagnostic.exitCode == .usage)
    }
  }

  private func read(_ text: String) throws -> any Schedule {
    let reader = ConfigReader(try ConfigDocument.parse(text, source: "test.json"))
    let schedule = try ScheduleRegistry.read(from: reader)
    try reader.finish()
    return schedule
  }
}
