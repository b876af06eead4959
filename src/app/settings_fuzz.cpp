// The small languages of flags and annotations: label selectors, patterns, times, durations, and text made printable.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "base/time.h"
#include "judge/settings.h"
#include "model/label_selector.h"

namespace lastrun {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto selector = LabelSelector::parse(text);
  if (selector.ok()) {
    const LabelView labels[] = {{"team", "a"}, {"tier", ""}};
    (void)selector->matches(labels);
    CHECK(!selector->empty() || text.find_first_not_of(' ') == std::string_view::npos);
  }
  const auto pattern = judge::Pattern::parse(text);
  if (pattern.ok()) CHECK(!pattern->parts().empty());
  if (const auto time = parse_rfc3339(text)) {
    const bool four_digits =
        *time >= *parse_rfc3339("0000-01-01T00:00:00Z") && *time <= *parse_rfc3339("9999-12-31T23:59:59Z");
    if (four_digits) CHECK(parse_rfc3339(format_rfc3339(*time)) == time);
  }
  if (const auto duration = parse_duration(text)) CHECK(duration->count() >= 0);
  for (const char c : printable(text)) CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  CHECK(display_width(shorten(printable(text), 40)) <= 40);
  return 0;
}

}  // namespace lastrun
