#include "app/choice.h"

namespace lastrun::app {

std::string alternatives(std::string_view names) {
  std::string text;
  for (;;) {
    const std::size_t bar = names.find('|');
    text += names.substr(0, bar);
    if (bar == names.npos) return text;
    names.remove_prefix(bar + 1);
    text += names.find('|') == names.npos ? " or " : ", ";
  }
}

}  // namespace lastrun::app
