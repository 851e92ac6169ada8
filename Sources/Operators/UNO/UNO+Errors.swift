import Layers

extension ModelError {
  package static func noSuchBlock(key: String, block: Int, blocks: Int) -> ModelError {
    ModelError(
      "\(key) = \(block) is no block", key: key, why: "the model has \(blocks) blocks",
      fix: "give numbers from 0 to \(blocks - 1)")
  }
}
