import Foundation

/// Third-party and parity data, which lies outside the repository: `OPKIT_VERIFICATION_DATA`, or `shared/data` beside
/// the package. Checks that need it skip, with the reason printed, where it is absent.
///
/// - `third-party/`: solutions by other programs, and neuraloperator's Darcy set as HDF5 arrays.
/// - `neuralop-parity/`: weights, inputs, outputs and gradients of neuraloperator 2.0.
/// - `layouts/`: small files as other programs write them.
public enum VerificationData {
  /// The path of a file of that folder; nil, after saying so, if it is not there.
  public static func path(_ name: String) -> String? {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder =
      ProcessInfo.processInfo.environment["OPKIT_VERIFICATION_DATA"]
      ?? package.deletingLastPathComponent().appendingPathComponent("shared/data").path
    let path = folder + "/" + name
    if FileManager.default.fileExists(atPath: path) { return path }
    print("skipped: \(name) is not there; set OPKIT_VERIFICATION_DATA to the folder of verification data")
    return nil
  }
}
