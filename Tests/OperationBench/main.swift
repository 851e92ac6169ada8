// `make bench-operations`: the speed of single operations, and of a convolutional U-Net's step, on this machine.
//
// Every operation is timed in turns with a matrix product that stays in cache, whose speed is the machine's at that
// moment; its share is what the operation is judged by. Medians over the turns. `opkit bench` times whole models.

// Arguments restrict the list to names that contain one of them.

let wanted = CommandLine.arguments.dropFirst()
let measurements = OperationMeasurement.all.filter { measurement in
  wanted.isEmpty || wanted.contains { measurement.name.contains($0) }
}
print(
  ["operation", "MFLOP", "forward ms", "GFLOP/s", "of peak", "backward ms", "GFLOP/s", "of peak"]
    .joined(separator: "\t"))
for measurement in measurements { print(measurement.run().joined(separator: "\t")) }
if wanted.isEmpty { print(UNetStep().run()) }
