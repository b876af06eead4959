#include "judge/compare.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace lastrun::judge {
namespace {

using Place = std::pair<std::string, std::string>;  // cluster, namespace

Place place_of(const BatchKey& key) {
  return {key.cluster, key.namespace_name};
}

std::string looked_at(const Verdict& theirs) {
  if (!theirs.run) return "it found no run to look at";
  const std::string phase = theirs.run->phase.empty() ? "without a phase" : theirs.run->phase;
  return "it looked at " + theirs.run->name + " alone (" + phase + ")";
}

// A namespace of which the older rule said nothing: all its runs are of a kind, or in a state, that it does not see.
Verdict nothing_said(const BatchKey& key) {
  Verdict verdict;
  verdict.batch = {key.cluster, key.namespace_name, key.namespace_name, "Namespace"};
  return verdict;
}

}  // namespace

std::vector<Difference> compare(const std::vector<Verdict>& ours, const std::vector<Verdict>& theirs) {
  std::map<Place, const Verdict*> by_place;
  for (const Verdict& verdict : theirs) by_place[place_of(verdict.batch)] = &verdict;
  std::map<Place, bool> we_fail;
  for (const Verdict& verdict : ours) {
    bool& fails = we_fail[place_of(verdict.batch)];
    fails = fails || verdict.status == Status::kFailed;
  }

  std::vector<Difference> differences;
  std::map<Place, bool> told;  // false alarms that stand in the list already
  for (const Verdict& our : ours) {
    const Place place = place_of(our.batch);
    const auto found = by_place.find(place);
    const Verdict their = found == by_place.end() ? nothing_said(our.batch) : *found->second;
    const bool they_fail = failing(their.status) == 1;
    const bool hidden = failing(our.status) != 0 && !they_fail;
    if (hidden) {
      differences.push_back({our, their, looked_at(their)});
      continue;
    }
    if (!they_fail || we_fail[place] || told[place]) continue;
    // A false alarm: it belongs to the batch whose run they looked at, as far as the verdicts tell.
    const bool same_run = our.run && their.run && our.run->name == their.run->name;
    const bool later_one_matches = std::any_of(ours.begin(), ours.end(), [&](const Verdict& other) {
      return place_of(other.batch) == place && other.run && their.run && other.run->name == their.run->name;
    });
    if (same_run || !later_one_matches) {
      differences.push_back({our, their, looked_at(their)});
      told[place] = true;
    }
  }
  return differences;
}

}  // namespace lastrun::judge
