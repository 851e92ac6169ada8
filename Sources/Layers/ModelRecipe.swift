import Autodiff
import Configuration
import Diagnostics
import Fields

/// A model's configuration, read and waiting for the data it will be built for.
public struct ModelRecipe {
  public let card: ModelCard
  /// Builds the model; errors name their place in the configuration file.
  public let build: (_ signature: OperatorSignature, _ builder: ParameterBuilder) throws -> any OperatorModel
  /// Refuses data the model cannot be applied to, for their grid or their points, with the same kind of error.
  public let validate: (_ model: any OperatorModel, _ signature: OperatorSignature) throws -> Void
}

/// A line of the model registry: the type, erased once.
public struct ModelEntry: Sendable {
  public let card: ModelCard
  /// Reads the model's section of a configuration.
  public let read: @Sendable (ConfigReader) throws -> ModelRecipe

  public init<Model: OperatorModel>(_ type: Model.Type) {
    let card = Model.card
    self.card = card
    read = { reader in
      let configuration = try Model.Configuration(from: reader)
      return ModelRecipe(
        card: card,
        build: { signature, builder in
          try located(reader) {
            guard card.dimensions.contains(signature.dimensions) else {
              throw ModelError.dimensions(
                model: card.identifier, supported: card.dimensions, data: signature.dimensions)
            }
            // A basis over points that all samples share is as good as one over a grid.
            let isFitted = Model.self is any DataFittedModel.Type
            switch signature.queries {
            case .common where !isFitted && !(Model.self is any PointOperatorModel.Type),
              .perSample where !(Model.self is any PointOperatorModel.Type):
              throw ModelError.needsGrid(model: card.identifier)
            default: break
            }
            let model = try Model(configuration, signature: signature, builder: builder)
            try model.validate(grid: signature.gridShape)
            return model
          }
        },
        validate: { model, signature in
          try located(reader) {
            try model.validate(grid: signature.gridShape)
            guard let fitted = model as? any DataFittedModel, let asked = signature.queries else { return }
            guard fitted.queries?.agrees(with: asked) == true else {
              throw ModelError.fixedPoints(model: card.identifier)
            }
          }
        })
    }
  }
}

/// Turns a model's complaint into one that names file, line and path.
private func located<R>(_ reader: ConfigReader, _ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let error as ModelError {
    let d = error.diagnostic
    throw reader.fail(error.key, d.summary, why: d.reason, fix: d.fix, code: d.code)
  }
}

extension ModelError {
  /// The data give the output at scattered points.
  public static func needsGrid(model: String) -> ModelError {
    ModelError(
      "model '\(model)' gives its output on a grid only", key: "type",
      why: "the data's outputs are at scattered points, and each sample may have its own",
      fix: "choose a model that can be asked at any point, such as 'deeponet'")
  }

  /// The output exists at the training points only, and the data have others.
  public static func fixedPoints(model: String) -> ModelError {
    ModelError(
      "the data have outputs at other points than the training data", key: "type",
      why: "the basis of model '\(model)' exists at the training points only",
      fix: "use data with outputs at those points, or choose 'deeponet', which can be asked anywhere")
  }
}
