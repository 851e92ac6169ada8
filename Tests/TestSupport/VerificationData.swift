import Foundation

/// Third-party and parity data, which lies outside the repository: `OPKIT_VERIFICATION_DATA`, or `shared/data` beside
/// the package. Checks that need it skip, with the reason printed, where it is absent.
public enum VerificationData {
  public static func path(_ name: String, from file: String = #filePath) -> String? {
    let folder =
      ProcessInfo.processInfo.environment["OPKIT_VERIFICATION_DATA"]
      ?? URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("../../../shared/data")
      .standardized.path
    let path = folder + "/" + name
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  public static var missing: String {
    "verification data is not there; set OPKIT_VERIFICATION_DATA to its folder to run this check"
  }
}
