import ArgumentParser
import Configuration
import Diagnostics
import Interchange

/// `opkit convert`: checkpoints of other libraries.
struct Convert: OpkitCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn a neuraloperator state dict into a checkpoint, or a checkpoint into one.",
    discussion: """
      Reads FNO and TFNO (Tucker, CP, TT) models of neuraloperator 1.0 and 2.0: safetensors files, and files of \
      torch.save (.pt), which are read as data; nothing in them is executed. A checkpoint of opkit is written as a \
      state dict in safetensors, which safetensors.torch.load_file and load_state_dict read, with the constructor's \
      arguments in its metadata. A setting that would make another function is refused, in both directions.

      Sizes come from the tensors, settings that leave no trace in them from the state dict's own metadata, from \
      NAME_metadata.pkl (--metadata) or from --set model.KEY=VALUE; otherwise they are the library's defaults. \
      Normalisation is not part of a state dict: the converted model maps what the library's model maps.

      Releases up to 2.0.0 move frequencies by one on odd grids. Converted models do the correct thing there; \
      --set model.shiftsOddAxes=true repeats the library's values.

      Examples:

        opkit convert fno_state_dict.pt --metadata fno_metadata.pkl -o fno.safetensors
        opkit convert fno.pt --set model.padding=0.1 --inputs a --outputs u -o fno.safetensors
        opkit convert runs/darcy/best.safetensors -o state_dict.safetensors
      """)

  @Argument(
    help: "State dict, or checkpoint of opkit.", completion: .file(extensions: ["pt", "safetensors"]))
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("File to write.", valueName: "file.safetensors"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "Settings of the model, as save_checkpoint writes them.", valueName: "name_metadata.pkl"))
  var metadata: String?

  @Option(
    help: ArgumentHelp(
      "Names of the dataset's variables that are the input channels, separated by commas. Default: x.",
      valueName: "names"))
  var inputs: String?

  @Option(
    help: ArgumentHelp(
      "Names of the dataset's variables that are the output channels, separated by commas. Default: y.",
      valueName: "names"))
  var outputs: String?

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup var shared: SharedOptions

  func execute(in invocation: Invocation) throws -> ExitStatus {
    try InputPath.check(input, is: "a state dict or a checkpoint")
    if let metadata { try InputPath.check(metadata, is: "a model's metadata") }
    try OutputPath.checkFile(output, force: force)
    try OutputPath.check(output, isNot: [input] + (metadata.map { [$0] } ?? []))
    try invocation.console.print(
      CheckpointExport.isCheckpoint(input) ? exported(invocation.console) : imported())
    return .success
  }

  private func exported(_ console: Console) throws -> String {
    shared.warnOfIdleFlags("convert", console)
    for (flag, isGiven) in [
      ("metadata", metadata != nil), ("inputs", inputs != nil), ("outputs", outputs != nil),
    ] where isGiven {
      console.warn("--\(flag) changes nothing: a checkpoint says it itself")
    }
    return try asInput(input) { try CheckpointExport(path: input) }.write(to: output, overwrite: force)
  }

  private func imported() throws -> String {
    try StateDictImport(
      path: input, metadata: metadata, inputs: names(inputs ?? "x"), outputs: names(outputs ?? "y"),
      shared: shared
    ).write(to: output)
  }

  private func names(_ list: String) -> [String] {
    list.split(separator: ",").map { String($0.filter { $0 != " " }) }
  }
}
