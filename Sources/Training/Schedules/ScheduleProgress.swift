/// Where a training run stands before an optimiser step: all that a schedule may depend on.
///
/// A schedule that knows no more than this gives the same rates to a run that was interrupted.
public struct ScheduleProgress: Sendable, Equatable {
  /// Epochs completed.
  public var epoch: Int
  /// Optimiser steps completed since the beginning of the run.
  public var step: Int
  /// Optimiser steps of one epoch.
  public var stepsPerEpoch: Int
  /// Epochs of the whole run.
  public var totalEpochs: Int

  public init(epoch: Int, step: Int, stepsPerEpoch: Int, totalEpochs: Int) {
    self.epoch = epoch
    self.step = step
    self.stepsPerEpoch = stepsPerEpoch
    self.totalEpochs = totalEpochs
  }

  /// Units completed.
  func completed(_ unit: ScheduleUnit) -> Double {
    unit == .epoch ? Double(epoch) : Double(step)
  }

  /// Units in a number of epochs, which may be fractional.
  func units(_ unit: ScheduleUnit, inEpochs epochs: Double) -> Double {
    unit == .epoch ? epochs : epochs * Double(stepsPerEpoch)
  }

  /// Units of the whole run.
  func total(_ unit: ScheduleUnit) -> Double {
    units(unit, inEpochs: Double(totalEpochs))
  }
}

/// How often a schedule changes the rate.
public enum ScheduleUnit: String, Sendable, CaseIterable {
  case epoch, step
}
