#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

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
[[nodiscard]] std::string render(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes,
                                 const Style& style);

// Why a batch has its verdict, in one line: reason, message, first failed node.
[[nodiscard]] std::string why(const Verdict& verdict);

// "18 failed, 7 never, 12 ok", worst first; empty for none.
[[nodiscard]] std::string count_by_status(const std::vector<Verdict>& verdicts);

// Columns under a head, each as wide as its widest cell but the last, two spaces between. Cells are printable text.
[[nodiscard]] std::string align(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows,
                                std::optional<std::size_t> width);

}  // namespace lastrun::table
