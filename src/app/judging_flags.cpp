#include "app/judging_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/choice.h"
#include "app/flags.h"
#include "judge/settings.h"

namespace lastrun::app {
namespace {

constexpr std::string_view kFilesHelp =
    "dumps to judge, together as one: argo list -o json, kubectl get -o json, JSON lines; gzip and zstd too; - is "
    "standard input (the default when it is no terminal)";

// In the order in which they are offered.
constexpr std::array<Choice<judge::Rule>, 4> kRules{{{"newest-finished", judge::Rule::kNewestFinished},
                                                     {"newest", judge::Rule::kNewest},
                                                     {"any", judge::Rule::kAny},
                                                     {"last-finished-pod", judge::Rule::kLastFinishedPod}}};
constexpr std::array<Choice<judge::StoppedRuns>, 2> kStopped{
    {{"fail", judge::StoppedRuns::kFail}, {"ignore", judge::StoppedRuns::kDoNotCount}}};

Result<judge::Grouping> parse_grouping(const std::string& text) {
  if (text == "owner") return judge::Grouping(judge::ByOwner{});
  if (text == "namespace") return judge::Grouping(judge::ByNamespace{});
  if (text.find('{') == std::string::npos) {
    return usage("--group-by " + shorten(text, kShownOfAValue) +
                 ": expected owner, namespace or a pattern such as {namespace}/{label:team}");
  }
  auto pattern = judge::Pattern::parse(text);
  if (!pattern.ok()) return pattern.error().within("--group-by");
  return judge::Grouping(std::move(pattern).value());
}

Result<std::size_t> parse_max_batches(const std::string& text) {
  constexpr std::size_t kMost = 1'000'000;
  std::size_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failed == std::errc() && end == text.data() + text.size();
  if (whole && number >= 1 && number <= kMost) return number;
  return usage(fmt::format("--max-batches {}: expected 1 to {}", shorten(text, kShownOfAValue), kMost));
}

Result<judge::Settings> read_settings(const JudgingFlags& flags) {
  judge::Settings settings;
  if (flags.like_the_pipeline && !(flags.rule.empty() && flags.group_by.empty())) {
    return usage("--like-the-pipeline says how to group and which run decides; leave out --group-by and --rule");
  }
  if (flags.like_the_pipeline) {
    settings.grouping = judge::ByNamespace{};
    settings.rule = judge::Rule::kNewest;
  }
  if (!flags.rule.empty()) {
    TRY_ASSIGN(settings.rule, read_choice("--rule", flags.rule, kRules));
  }
  if (!flags.group_by.empty()) {
    TRY_ASSIGN(settings.grouping, parse_grouping(flags.group_by));
  } else if (settings.rule == judge::Rule::kLastFinishedPod) {
    settings.grouping = judge::ByNamespace{};
  }
  TRY_ASSIGN(settings.stopped, read_choice("--stopped", flags.stopped, kStopped));
  settings.include_owned = flags.include_owned;
  TRY_ASSIGN(settings.max_unscheduled_batches, parse_max_batches(flags.max_batches));
  return settings;
}

}  // namespace

void add_judging_flags(CLI::App& command, JudgingFlags& flags) {
  command.add_option("FILE", flags.files, std::string(kFilesHelp))->type_name("");
  command
      .add_option("--group-by", flags.group_by,
                  "what forms a batch (default owner); a pattern such as {namespace}/{label:team}")
      ->type_name("owner|namespace|PATTERN");
  command
      .add_option("--rule", flags.rule,
                  "which run decides (default newest-finished); any: a group fails if one of its batches does")
      ->type_name(names_of(kRules));
  command.add_flag("--like-the-pipeline", flags.like_the_pipeline, "the same as --group-by namespace --rule newest");
  repeatable(*command.add_option("-n,--namespace", flags.namespaces, "judge only these namespaces; may be repeated")
                  ->type_name("NAME")
                  ->delimiter(','));
  command.add_option("-l,--selector", flags.selector, "judge only objects with these labels, as kubectl's -l")
      ->type_name("LABELS");
  command.add_option("--cluster", flags.cluster, "the name of the cluster that the dump is of")->type_name("NAME");
  command.add_option("--stopped", flags.stopped, "what a run that somebody stopped counts as (default fail)")
      ->type_name(names_of(kStopped));
  command.add_flag("--include-owned", flags.include_owned,
                   "judge Workflows of Workflows and Jobs of other controllers too");
  command
      .add_option("--max-batches", flags.max_batches,
                  "most batches without a schedule in one namespace (default 1000), failing ones kept first")
      ->type_name("N");
  command.add_option("--now", flags.now, "judge as of this time (RFC 3339) instead of the clock's")->type_name("TIME");
  command.add_option("--tolerate", flags.tolerate, "")->type_name("N")->group("");  // known, to say why not
}

Result<DumpOptions> read_dump_options(const JudgingFlags& flags) {
  if (!flags.tolerate.empty()) {
    return usage("--tolerate counts failures in a row, which needs memory; a dump shows at most the last ones");
  }
  DumpOptions options;
  options.files = flags.files;
  if (options.files.empty()) {
    if (isatty(STDIN_FILENO) != 0) {
      return usage("no dump given; try: argo list -A -o json | lastrun check");
    }
    options.files.emplace_back("-");
  }
  options.cluster = flags.cluster;
  options.filter.namespaces = flags.namespaces;
  auto labels = LabelSelector::parse(flags.selector);
  if (!labels.ok()) return labels.error().within("--selector");
  options.filter.labels = std::move(labels).value();
  TRY_ASSIGN(options.settings, read_settings(flags));
  return options;
}

Result<std::optional<Time>> read_now(const JudgingFlags& flags) {
  if (flags.now.empty()) return std::optional<Time>();
  const auto now = parse_rfc3339(flags.now);
  if (!now)
    return usage("--now " + shorten(flags.now, kShownOfAValue) + ": expected a time such as 2026-11-22T11:57:31Z");
  return now;
}

}  // namespace lastrun::app
