#include "app/judging_flags.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string_view>
#include <utility>

#include "app/flags.h"
#include "judge/settings.h"

namespace lastrun::app {
namespace {

constexpr std::string_view kFilesHelp =
    "dumps to judge, together as one: argo list -o json, kubectl get -o json, JSON lines; gzip and zstd too; - is "
    "standard input (the default when it is no terminal)";

Result<judge::Rule> parse_rule(const std::string& text) {
  for (const auto rule :
       {judge::Rule::kNewest, judge::Rule::kNewestFinished, judge::Rule::kAny, judge::Rule::kLastFinishedPod}) {
    if (text == judge::name_of(rule)) return rule;
  }
  return usage("--rule " + text + ": expected newest-finished, newest, any or last-finished-pod");
}

Result<judge::Grouping> parse_grouping(const std::string& text) {
  if (text == "owner") return judge::Grouping(judge::ByOwner{});
  if (text == "namespace") return judge::Grouping(judge::ByNamespace{});
  if (text.find('{') == std::string::npos) {
    return usage("--group-by " + text + ": expected owner, namespace or a pattern such as {namespace}/{label:team}");
  }
  TRY_ASSIGN(judge::Pattern pattern, judge::Pattern::parse(text));
  return judge::Grouping(std::move(pattern));
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
    TRY_ASSIGN(settings.rule, parse_rule(flags.rule));
  }
  if (!flags.group_by.empty()) {
    TRY_ASSIGN(settings.grouping, parse_grouping(flags.group_by));
  } else if (settings.rule == judge::Rule::kLastFinishedPod) {
    settings.grouping = judge::ByNamespace{};
  }
  if (flags.stopped == "ignore") {
    settings.stopped = judge::StoppedRuns::kDoNotCount;
  } else if (flags.stopped != "fail") {
    return usage("--stopped " + flags.stopped + ": expected fail or ignore");
  }
  settings.include_owned = flags.include_owned;
  constexpr std::int64_t kMostBatches = 1'000'000;
  if (flags.max_batches < 1 || flags.max_batches > kMostBatches) {
    return usage(fmt::format("--max-batches {}: expected 1 to {}", flags.max_batches, kMostBatches));
  }
  settings.max_unscheduled_batches = static_cast<std::size_t>(flags.max_batches);
  return settings;
}

}  // namespace

void add_judging_flags(CLI::App& command, JudgingFlags& flags) {
  command.add_option("FILE", flags.files, std::string(kFilesHelp))->type_name("");
  command
      .add_option("--group-by", flags.group_by,
                  "what forms a batch: owner (default), namespace, or a pattern such as {namespace}/{label:team}")
      ->type_name("HOW");
  command
      .add_option("--rule", flags.rule,
                  "which run decides: newest-finished (default), newest, any (a group fails if one of its batches "
                  "does), last-finished-pod")
      ->type_name("RULE");
  command.add_flag("--like-the-pipeline", flags.like_the_pipeline, "the same as --group-by namespace --rule newest");
  repeatable(*command.add_option("-n,--namespace", flags.namespaces, "judge only these namespaces; may be repeated")
                  ->type_name("NAME")
                  ->delimiter(','));
  command.add_option("-l,--selector", flags.selector, "judge only objects with these labels, as kubectl's -l")
      ->type_name("LABELS");
  command.add_option("--cluster", flags.cluster, "the name of the cluster that the dump is of")->type_name("NAME");
  command.add_option("--stopped", flags.stopped, "a run that somebody stopped: fail (default), ignore")
      ->type_name("HOW");
  command.add_flag("--include-owned", flags.include_owned,
                   "judge Workflows of Workflows and Jobs of other controllers too");
  command
      .add_option("--max-batches", flags.max_batches,
                  "most batches without a schedule in one namespace (default 1000), failing ones kept first")
      ->type_name("N");
  command.add_option("--now", flags.now, "judge as of this time (RFC 3339) instead of the clock's")->type_name("TIME");
  command.add_option("--tolerate", flags.tolerate, "")->group("");  // known, to say why not
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
  TRY_ASSIGN(options.filter.labels, LabelSelector::parse(flags.selector));
  TRY_ASSIGN(options.settings, read_settings(flags));
  return options;
}

Result<std::optional<Time>> read_now(const JudgingFlags& flags) {
  if (flags.now.empty()) return std::optional<Time>();
  const auto now = parse_rfc3339(flags.now);
  if (!now) return usage("--now " + flags.now + ": expected a time such as 2026-11-22T11:57:31Z");
  return now;
}

}  // namespace lastrun::app
