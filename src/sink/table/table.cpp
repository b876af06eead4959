#include "sink/table/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"

namespace lastrun::table {
namespace {

// Worst first: what a reader must see stands on top.
constexpr std::array kStatuses{Status::kFailed, Status::kUnknown, Status::kNever, Status::kOk};

std::string_view color_of(Status status) {
  switch (status) {
    case Status::kFailed: return "\x1b[31m";   // red
    case Status::kUnknown: return "\x1b[33m";  // yellow
    case Status::kNever: return "\x1b[2m";     // dim
    case Status::kOk: return "\x1b[32m";       // green
  }
  return "";
}
constexpr std::string_view kPlain = "\x1b[0m";

std::string batch_name(const BatchKey& batch) {
  std::string name;
  if (!batch.cluster.empty()) name += batch.cluster + ":";
  if (batch.kind == "Namespace" || batch.kind == "Pattern") return printable(name + batch.name);
  return printable(name + batch.namespace_name + "/" + batch.name);
}

// "2026-11-22 11:57:09 (3m12s)"; ">" where it may have begun earlier than any listed run tells.
std::string since(const Verdict& verdict, Time now) {
  if (!verdict.since) return "-";
  std::string text = format_rfc3339(*verdict.since);
  text[text.find('T')] = ' ';
  text.pop_back();
  return fmt::format("{} ({}{})", text, verdict.since_at_least ? ">" : "", format_duration(now - *verdict.since));
}

// The first node that failed, as far as it adds to what the run itself told.
std::string describe(const FailedNode& node, const RunInfo& run) {
  std::vector<std::string> details;
  if (!node.template_name.empty()) details.push_back("template " + node.template_name);
  if (!node.pod.empty()) details.push_back("pod " + node.pod);
  if (!node.exit_code.empty()) details.push_back("exit code " + node.exit_code);
  std::string text = node.name == run.name ? "" : "; node " + node.name;
  if (!details.empty()) text += fmt::format(" ({})", fmt::join(details, ", "));
  if (!node.message.empty() && node.message != run.message) text += ": " + node.message;
  return text;
}

}  // namespace

std::string why(const Verdict& verdict) {
  std::string text(name_of(verdict.reason));
  if (!verdict.message.empty()) text += ": " + verdict.message;
  const bool tells = verdict.run && verdict.status != Status::kOk;
  if (tells && verdict.message.empty() && !verdict.run->message.empty()) text += ": " + verdict.run->message;
  if (tells && verdict.status == Status::kNever && !verdict.run->phase.empty()) text += ", " + verdict.run->phase;
  if (tells && verdict.run->failed_node) text += describe(*verdict.run->failed_node, *verdict.run);
  for (const Status status : verdict.also) text += fmt::format("; also {}", name_of(status));
  if (verdict.stale) text += "; a later run went unseen";
  if (verdict.suspended) text += "; suspended";
  return printable(text);
}

std::string count_by_status(const std::vector<Verdict>& verdicts) {
  std::string text;
  for (const Status status : kStatuses) {
    const auto count = std::count_if(verdicts.begin(), verdicts.end(),
                                     [&](const Verdict& verdict) { return verdict.status == status; });
    if (count == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name_of(status));
  }
  return text;
}

void align(const std::vector<std::string>& head, std::size_t count,
           FunctionRef<std::vector<std::string>(std::size_t)> row, FunctionRef<std::string_view(std::size_t)> color,
           std::optional<std::size_t> width, TextOut out) {
  std::vector<std::size_t> widths;
  for (const std::string& cell : head) widths.push_back(display_width(cell));
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<std::string> cells = row(i);
    for (std::size_t c = 0; c < cells.size(); ++c) widths[c] = std::max(widths[c], display_width(cells[c]));
  }

  const auto write_line = [&](const std::vector<std::string>& cells, std::string_view line_color) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      line += cells[c];
      if (c + 1 < cells.size()) line.append(widths[c] - display_width(cells[c]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    if (width) line = shorten(line, *width);
    out(line_color);
    if (!line_color.empty()) line += kPlain;
    out(line + '\n');
  };
  write_line(head, {});
  for (std::size_t i = 0; i < count; ++i) write_line(row(i), color(i));
}

void write(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes, const Style& style,
           TextOut out) {
  std::vector<const Verdict*> ordered;
  for (const Verdict& verdict : verdicts) ordered.push_back(&verdict);
  const auto rank = [](const Verdict* verdict) {
    return std::find(kStatuses.begin(), kStatuses.end(), verdict->status) - kStatuses.begin();
  };
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const Verdict* a, const Verdict* b) { return rank(a) < rank(b); });

  const auto row = [&](std::size_t i) -> std::vector<std::string> {
    const Verdict& verdict = *ordered[i];
    return {batch_name(verdict.batch),
            verdict.batch.kind,
            std::string(name_of(verdict.status)),
            since(verdict, style.now),
            verdict.run ? printable(verdict.run->name) : "-",
            why(verdict)};
  };
  const auto color = [&](std::size_t i) {
    return style.color == Color::kYes ? color_of(ordered[i]->status) : std::string_view();
  };
  if (!ordered.empty()) {
    align({"BATCH", "KIND", "VERDICT", "SINCE (UTC)", "RUN", "WHY"}, ordered.size(), row, color, style.width, out);
    out("\n");
  }
  out(fmt::format("{} batch{}{}{}\n", verdicts.size(), verdicts.size() == 1 ? "" : "es", verdicts.empty() ? "" : ": ",
                  count_by_status(verdicts)));
  for (const std::string& note : notes) out("note: " + printable(note) + "\n");
}

}  // namespace lastrun::table
