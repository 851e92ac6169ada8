import Testing

/// Values of every metric on a field that a formula gives, computed by NumPy 2.4.
///
/// Printed by `scripts/make-metric-reference.py`, which has its own code for each metric.
struct MetricReference: CustomTestStringConvertible {
  let points: [Int]
  let channels: Int
  let isPeriodic: [Bool]
  let values: [String: Double]

  var testDescription: String { "\(points) × \(channels)" }

  static let all: [MetricReference] = [
    MetricReference(
      points: [12], channels: 1, isPeriodic: [true],
      values: [
        "maxError": 0.1,
        "mse": 0.004992446217014672,
        "nrmse": 0.10078247356017976,
        "relativeH1": 0.14437485862767013,
        "relativeHminus1": 0.06143737185880856,
        "relativeL1": 0.10340341386897037,
        "relativeL2": 0.10078247356017975,
        "relativeMgnoH1": 0.15075331540564654,
        "relativeSpectralH1": 0.15075331540564654,
        "rmse": 0.070657244618048,
        "vrmse": 0.09841191896496519,
      ]),
    MetricReference(
      points: [13], channels: 2, isPeriodic: [false],
      values: [
        "maxError": 0.1,
        "mse": 0.005125805583739805,
        "nrmse": 0.07632483683999054,
        "relativeH1": 0.16149239269502627,
        "relativeHminus1": 0.008467086699337996,
        "relativeL1": 0.07027308048833812,
        "relativeL2": 0.06455395323422425,
        "relativeMgnoH1": 0.14934871678954087,
        "relativeSpectralH1": 0.14934871678954087,
        "rmse": 0.07159473153619479,
        "vrmse": 0.10013426916799917,
      ]),
    MetricReference(
      points: [6, 7], channels: 2, isPeriodic: [true, false],
      values: [
        "maxError": 0.1,
        "mse": 0.0050389106650479635,
        "nrmse": 0.07925785329304787,
        "relativeH1": 0.13514961621718236,
        "relativeHdiv": 0.28467442401539433,
        "relativeHminus1": 0.005942821285805545,
        "relativeL1": 0.07668013604841065,
        "relativeL2": 0.0696318594240945,
        "relativeMgnoH1": 0.14650135272472714,
        "relativeSpectralH1": 0.14650135272472714,
        "rmse": 0.07098528484867807,
        "vrmse": 0.1006973858498291,
      ]),
    MetricReference(
      points: [5, 4, 6], channels: 1, isPeriodic: [false, true, true],
      values: [
        "maxError": 0.1,
        "mse": 0.005027586872908755,
        "nrmse": 0.10025277836167631,
        "relativeH1": 0.04311872621519874,
        "relativeHminus1": 0.13940840840820148,
        "relativeL1": 0.10048003199930919,
        "relativeL2": 0.10025277836167629,
        "relativeMgnoH1": 0.07305391287728318,
        "relativeSpectralH1": 0.07305391287728318,
        "rmse": 0.0709054784407295,
        "vrmse": 0.09986013136372693,
      ]),
    MetricReference(
      points: [44], channels: 1, isPeriodic: [true],
      values: [
        "maxError": 0.1,
        "mse": 0.005056975297608048,
        "nrmse": 0.10031074693110269,
        "relativeH1": 0.14650264580027372,
        "relativeHminus1": 0.06658372322763388,
        "relativeL1": 0.10117858231235344,
        "relativeL2": 0.10031074693110269,
        "relativeMgnoH1": 0.1765549006353822,
        "relativeSpectralH1": 0.17610795287704065,
        "rmse": 0.07111241310494285,
        "vrmse": 0.09917919501484637,
      ]),
  ]
}
