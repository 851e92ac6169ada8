import CAllocationCount
import Tensors
import Testing
import Training

/// Each kind of attention, and the two ways of a vision transformer to know places.
private let transformers =
  ["softmax", "linear", "nala"].map {
    #"{"type": "oformer", "width": 8, "layers": 2, "heads": 2, "modes": 5, "attention": "\#($0)"}"#
  } + [
    #"{"type": "oformer", "width": 8, "layers": 1, "heads": 2, "modes": 5, "attentionNorm": "domain"}"#,
    #"{"type": "vit", "patches": 4, "knots": 2, "width": 8, "layers": 2, "heads": 2}"#,
    #"{"type": "vit", "patches": 4, "knots": 2, "width": 8, "layers": 2, "heads": 2, "position": "rotary"}"#,
  ]

@Suite("Memory of a step") struct StepMemoryTests {
  @Test("the counter counts", .enabled(if: allocation_count_is_available() == 1))
  func counter() {
    allocation_count_begin()
    let buffers = (0..<3).map { HostBuffer(count: 1000 + $0, precision: .float32) }
    let count = allocation_count_end()
    #expect(count >= 6, "three objects and their memory")
    #expect(buffers.count == 3)
  }

  /// The first epoch warms up, the steps of the second are counted.
  private func expectNoAllocations(_ trainer: Trainer) throws {
    _ = try trainer.trainEpoch()
    var counts: [Int] = []
    // Sixteen samples are four steps; between one report and the next lies one step.
    _ = try trainer.trainEpoch(report: { step, _ in
      if step > 1 { counts.append(allocation_count_end()) }
      allocation_count_begin()
    })
    _ = allocation_count_end()
    #expect(counts.count == 3)
    #expect(counts.allSatisfy { $0 == 0 }, "allocations per step: \(counts)")
  }

  /// On the thread that trains, which does what the other workers do and hands out their tasks besides.
  @Test(
    "a warmed-up step allocates nothing", .enabled(if: allocation_count_is_available() == 1),
    arguments: [
      #"{"batch": 4, "lanes": 4}"#, #"{"batch": 4, "lanes": 2, "samplesPerPass": 1, "recompute": true}"#,
      #"{"batch": 4, "optimizer": {"type": "adamw"}, "averageDecay": 0.9, "schedule": "cosine", "precision": "float64"}"#,
      #"{"batch": 4, "optimizer": {"type": "lion"}, "gradientClip": 1e-3}"#,
    ], [1, 2])
  func allocations(_ training: String, threads: Int) throws {
    let trainer = try SyntheticProblem().trainer(training: training, threads: threads).trainer
    try expectNoAllocations(trainer)
  }

  @Test(
    "a warmed-up step of a transformer allocates nothing",
    .enabled(if: allocation_count_is_available() == 1), arguments: transformers)
  func transformerAllocations(_ model: String) throws {
    let trainer = try SyntheticProblem().trainer(model: model, training: #"{"batch": 4, "lanes": 2}"#).trainer
    try expectNoAllocations(trainer)
  }

  @Test(
    "a warmed-up step of other models allocates nothing",
    .enabled(if: allocation_count_is_available() == 1),
    arguments: [
      #"{"type": "fno", "modes": 5, "width": 8, "norm": "instance"}"#,
      #"{"type": "tfno", "modes": 5, "width": 8, "rank": 0.5}"#,
      #"{"type": "unet", "width": 6, "multipliers": [1, 2], "blocks": 1}"#,
      #"{"type": "mg-tfno", "modes": 5, "width": 8, "levels": 1, "rank": 0.5}"#,
      #"{"type": "mgno", "width": 6}"#, #"{"type": "lsm", "width": 8, "scales": 2, "patch": 4}"#,
      #"{"type": "local-no", "modes": 5, "width": 8}"#,
      #"{"type": "deeponet", "features": 8, "branch": {"type": "mlp", "hidden": [8]}, "trunk": {"hidden": [8]}}"#,
    ])
  func modelAllocations(_ model: String) throws {
    let trainer = try SyntheticProblem().trainer(model: model, training: #"{"batch": 4, "lanes": 2}"#).trainer
    try expectNoAllocations(trainer)
  }

  @Test(
    "a warmed-up step with fast transforms allocates nothing",
    .enabled(if: allocation_count_is_available() == 1))
  func fourierLineAllocations() throws {
    let trainer = try SyntheticProblem(points: 256).trainer(
      model: #"{"type": "fno", "modes": 60, "width": 4}"#, training: #"{"batch": 4, "lanes": 2}"#
    ).trainer
    try expectNoAllocations(trainer)
  }

  @Test("a transformer has the same bits with any number of threads", arguments: transformers)
  func transformerThreads(_ model: String) throws {
    let problem = try SyntheticProblem()
    let trainers = try [1, 3].map {
      try problem.trainer(model: model, training: #"{"batch": 8, "lanes": 4}"#, threads: $0).trainer
    }
    for _ in 0..<2 { #expect(try trainers[0].trainEpoch() == trainers[1].trainEpoch()) }
    #expect(trainers[0].bits == trainers[1].bits)
  }

  @Test("recomputation changes no bit and takes less memory", arguments: ["float32", "float64"])
  func recomputation(_ precision: String) throws {
    let problem = try SyntheticProblem()
    let model = #"{"type": "fno-original", "modes": 5, "width": 16, "layers": 8}"#
    let trainers = try [false, true].map { recompute in
      try problem.trainer(
        model: model, training: "{\"batch\": 8, \"precision\": \"\(precision)\", \"recompute\": \(recompute)}"
      ).trainer
    }
    for _ in 0..<3 { #expect(try trainers[0].trainEpoch() == trainers[1].trainEpoch()) }
    #expect(trainers[0].bits == trainers[1].bits)
    #expect(trainers[1].workerMemory.byteCount < 7 * trainers[0].workerMemory.byteCount / 10)
  }

  @Test("recomputation through a roll-out changes no bit")
  func recomputedRollout() throws {
    let problem = try SyntheticProblem(samples: 12, steps: 8)
    let trainers = try [false, true].map { recompute in
      try problem.trainer(training: "{\"batch\": 4, \"recompute\": \(recompute)}", train: 8).trainer
    }
    for _ in 0..<2 { #expect(try trainers[0].trainEpoch() == trainers[1].trainEpoch()) }
    #expect(trainers[0].bits == trainers[1].bits)
    #expect(trainers[1].workerMemory.byteCount < 3 * trainers[0].workerMemory.byteCount / 4)
  }
}
