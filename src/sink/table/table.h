#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "base/text_out.h"
#include "base/time.h"
#include "model/verdict.h"

namespace lastrun::table {

enum class Color { kNo, kYes };

// How the table is shown.
struct Style {
  Color color = Color::kNo;
  std::optional<std::size_t> width;  // columns of the terminal: lines are cut there; empty: never
  Time now{};                        // for "3m12s ago"
};

// The verdicts for people: batch, verdict, since when, run, why; failing ones first. Under the table a line that counts
// them, then the notes. Text from outside is made printable. Ends with a line break.
void write(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes, const Style& style,
           TextOut out);

// Why a batch has its verdict, in one line: reason, message, first failed node.
[[nodiscard]] std::string why(const Verdict& verdict);

// "18 failed, 7 never, 12 ok", worst first; empty for none.
[[nodiscard]] std::string count_by_status(const std::vector<Verdict>& verdicts);

// Columns under a head, each but the last as wide as its widest cell, two spaces between. Cells are printable text.
// `row(i)` makes the i-th of `count` rows; it is called twice for each, so that none is held.
// `color(i)` is put before its line, and the plain colour behind it, unless it is empty. Lines are cut at `width`.
void align(const std::vector<std::string>& head, std::size_t count,
           FunctionRef<std::vector<std::string>(std::size_t)> row, FunctionRef<std::string_view(std::size_t)> color,
           std::optional<std::size_t> width, TextOut out);

}  // namespace lastrun::table
