/// Quality of every sample of a time-dependent problem.
enum TrajectoryMeasures {
  static let all = [
    QualityMeasure(name: "timeError", longName: "estimated relative L2 error in time, worst output time"),
    QualityMeasure(name: "spectralTail", longName: "relative L2 norm of the outer tenth of the kept modes"),
    QualityMeasure(name: "steps", longName: "time steps of the final pass"),
    QualityMeasure(name: "workingPoints", longName: "grid points per direction of the accepted solve"),
  ]

  static func values(of trajectory: Trajectory, points: Int) -> [String: Double] {
    [
      "timeError": trajectory.timeError, "spectralTail": trajectory.spectralTail,
      "steps": Double(trajectory.steps), "workingPoints": Double(points),
    ]
  }
}
