/// The known name nearest to a misspelt one, if one is near enough to be meant.
///
/// Distance is Damerau–Levenshtein (insertions, deletions, substitutions, swaps of neighbours); a
/// name counts as near within two edits and a third of its length.
public func nearestName(to word: String, among candidates: some Sequence<String>) -> String? {
  let lowered = Array(word.lowercased())
  return
    candidates
    .map { (name: $0, distance: editDistance(lowered, Array($0.lowercased()))) }
    .filter { $0.distance <= min(2, max(1, $0.name.count / 3)) }
    .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        best = min(best, beforePrevious[j - 1] + 1)
      }
      row.append(best)
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[b.count]
}
