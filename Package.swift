// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// One row per Swift module: name and what it may import. An arrow may only point to a row above.
let modules: [(name: String, dependencies: [Target.Dependency])] = [
  ("Diagnostics", []),
  ("Configuration", ["Diagnostics"]),
  ("Tensors", ["Diagnostics", "CKernels"]),
  ("Fields", ["Diagnostics"]),
  ("Spectral", ["Diagnostics", "Tensors", "CFFTW"]),
  ("LinearAlgebra", ["Diagnostics", "CLAPACKE", "COpenBLAS"]),
  ("Autodiff", ["Diagnostics", "Tensors", "Spectral"]),
  ("Layers", ["Autodiff", "Tensors", "Fields", "Configuration", "Diagnostics"]),
  (
    "Operators", ["Layers", "LinearAlgebra", "Autodiff", "Tensors", "Fields", "Configuration", "Diagnostics"]
  ),
  (
    "Solvers",
    [
      "Spectral", "LinearAlgebra", "Tensors", "Fields", "Configuration", "Diagnostics",
      .product(name: "ComplexModule", package: "swift-numerics"),
    ]
  ),
  ("Files", ["Configuration", "Diagnostics", "Tensors", "CZlib"]),
  ("Interchange", ["Files", "Autodiff", "Tensors", "Configuration", "Diagnostics"]),
  ("Datasets", ["Files", "Tensors", "Fields", "Configuration", "Diagnostics", "CHDF5"]),
  ("Plotting", ["Diagnostics", "CPNG"]),
  (
    "Training",
    [
      "Layers", "Autodiff", "Tensors", "Fields", "Datasets", "Files", "Configuration", "Diagnostics",
      "Plotting",
    ]
  ),
  (
    "Evaluation",
    [
      "Training", "Spectral", "Layers", "Autodiff", "Tensors", "Fields", "Datasets", "Files", "Configuration",
      "Diagnostics", "Plotting",
    ]
  ),
  (
    "OpkitCommands",
    [
      "Evaluation", "Training", "Interchange", "Operators", "Layers", "Solvers", "Spectral", "LinearAlgebra",
      "Datasets", "Files", "Plotting", "Autodiff", "Tensors", "Fields", "Configuration", "Diagnostics",
      "CFFTW", "COpenBLAS", "CPNG",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ]
  ),
]

/// Test targets mirror the modules; what each may import besides the module itself.
let tests: [(name: String, dependencies: [Target.Dependency])] = [
  ("DiagnosticsTests", ["Diagnostics"]),
  ("ConfigurationTests", ["Configuration", "Diagnostics"]),
  ("TensorsTests", ["Tensors"]),
  (
    "SolversTests",
    ["Solvers", "Spectral", "LinearAlgebra", "Tensors", "Fields", "Configuration", "Diagnostics", "CZlib"]
  ),
  ("AutodiffTests", ["Autodiff", "Tensors"]),
  (
    "OperatorsTests",
    [
      "Operators", "Layers", "Interchange", "Autodiff", "Tensors", "Fields", "Datasets", "Files",
      "Configuration", "Diagnostics",
    ]
  ),
  ("InterchangeTests", ["Interchange", "Files", "Configuration", "Diagnostics"]),
  ("FilesTests", ["Files", "Tensors", "Configuration", "Diagnostics"]),
  (
    "DatasetsTests",
    ["Datasets", "Files", "Tensors", "Fields", "Configuration", "Diagnostics", "CHDF5", "CZlib"]
  ),
  ("PlottingTests", ["Plotting", "Diagnostics"]),
  (
    "TrainingTests",
    [
      "Training", "Operators", "Layers", "Autodiff", "Tensors", "Fields", "Datasets", "Files",
      "Configuration", "Diagnostics", "CAllocationCount",
    ]
  ),
  (
    "EvaluationTests",
    [
      "Evaluation", "Training", "Layers", "Autodiff", "Tensors", "Fields", "Datasets", "Configuration",
      "Diagnostics",
    ]
  ),
  ("ExampleTests", ["Layers", "Autodiff", "Solvers", "Tensors", "Fields", "Configuration"]),
  ("LayoutTests", ["Operators", "Solvers"]),
  ("EndToEndTests", ["opkit", "Solvers", "Configuration", "Datasets", "Files", "Fields", "Diagnostics"]),
]

let swiftSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

/// Pages that stand beside the code they describe; the package manager wants them named.
func pages(of target: String) -> [String] {
  let folder = Context.packageDirectory + "/Sources/" + target
  let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  return files.filter { $0.hasSuffix(".md") }.sorted()
}

func debian(_ packages: String...) -> [SystemPackageProvider] { [.apt(packages)] }

let package = Package(
  name: "opkit",
  products: [.executable(name: "opkit", targets: ["opkit"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3", providers: debian("libfftw3-dev")),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: debian("libhdf5-dev")),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: debian("libopenblas-dev")),
    .systemLibrary(name: "CLAPACKE", pkgConfig: "lapacke", providers: debian("liblapacke-dev")),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: debian("libpng-dev")),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: debian("zlib1g-dev")),
    .target(name: "CKernels", exclude: pages(of: "CKernels")),
    .executableTarget(name: "opkit", dependencies: ["OpkitCommands"], swiftSettings: swiftSettings),
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    .executableTarget(
      name: "OperationBench", dependencies: ["Autodiff", "Tensors"], path: "Tests/OperationBench",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "SolverBench", dependencies: ["Solvers", "Spectral", "LinearAlgebra", "Tensors", "CFFTW"],
      path: "Tests/SolverBench",
      swiftSettings: swiftSettings),
    .target(
      name: "TestSupport", dependencies: ["Diagnostics"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
  ]
    + modules.map {
      .target(
        name: $0.name, dependencies: $0.dependencies, exclude: pages(of: $0.name),
        swiftSettings: swiftSettings)
    }
    + tests.map {
      .testTarget(
        name: $0.name, dependencies: $0.dependencies + ["TestSupport"], swiftSettings: swiftSettings)
    },
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)
