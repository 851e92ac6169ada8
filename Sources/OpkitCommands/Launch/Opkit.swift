import ArgumentParser

/// The root of the command line. A new subcommand is a file and a line here.
struct Opkit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "opkit",
    abstract: "Solve PDEs into datasets, train neural operators on them, measure them, apply them.",
    discussion: """
      A first round, in a few minutes:

        opkit generate configs/generate/burgers.json -o datasets/generated/burgers.h5
        opkit train configs/train/burgers-fno.json -o runs/burgers
        opkit eval runs/burgers/best.safetensors
        opkit infer runs/burgers/best.safetensors datasets/generated/burgers.h5 -o predictions.h5

      'opkit list' shows every PDE, model, loss, metric, optimizer and schedule; 'opkit inspect FILE' says \
      what a file holds; 'opkit help COMMAND' explains one command.

      Exit status: 0 done, 1 a required threshold was missed, 2 usage or configuration, 3 bad input file, \
      4 cannot write, 5 numerical failure, 70 defect of opkit, 75 stopped and resumable, 130/143 on a \
      second signal.
      """,
    version: VersionReport.text,
    subcommands: [
      Generate.self, Train.self, Eval.self, Infer.self, Convert.self, Inspect.self, List.self, Schema.self,
      Bench.self,
    ])
}
