// `make bench-operations`: the speed of single operations, and of a convolutional U-Net's step, on this machine.
//
// Every operation is timed in turns with a matrix product that stays in cache, whose speed is the machine's at that
// moment; its share is what the operation is judged by. Medians over the turns. `opkit bench` times whole models.

let measurements = OperationMeasurement.all
print(
  ["operation", "MFLOP", "forward ms", "GFLOP/s", "of peak", "backward ms", "GFLOP/s", "of peak"]
    .joined(separator: "\t"))
for measurement in measurements { print(measurement.run().joined(separator: "\t")) }
print(UNetStep().run())
