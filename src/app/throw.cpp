#include "app/throw.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "app/throw_line.h"
#include "sink/cloud_monitoring/client.h"

namespace lastrun::app {
namespace {

using cloud_monitoring::Auth;
using cloud_monitoring::MonitoringClient;
using cloud_monitoring::Point;

constexpr std::size_t kLongestLine = 1u << 20;  // bytes; 30 labels of 1024 characters of 4 bytes, escaped, are less

Error at_line(const Error& error, std::size_t number) {
  return error.within(fmt::format("line {} of the input", number));
}

// All of `in`, a point a line.
class Input {
 public:
  explicit Input(std::FILE* in) : in_(in) {}

  Result<std::vector<Point>> read() {
    std::array<char, 1u << 16> block{};
    for (;;) {
      errno = 0;
      const std::size_t size = std::fread(block.data(), 1, block.size(), in_);
      TRY(take(std::string_view(block.data(), size)));
      if (size == block.size()) continue;
      if (std::ferror(in_) != 0) {
        return Error{ErrorKind::kIo, fmt::format("reading the input after line {}: {}", lines_, std::strerror(errno))};
      }
      if (std::feof(in_) != 0) break;
    }
    if (!line_.empty()) TRY(end_line());
    if (const auto pair = cloud_monitoring::find_duplicate(points_)) {
      // Every line is a point, so the n-th point stands on line n + 1.
      return Error{ErrorKind::kInput,
                   fmt::format("lines {} and {} of the input are of one series, {}; nothing is sent", pair->first + 1,
                               pair->second + 1, cloud_monitoring::describe(points_[pair->second].labels))};
    }
    return std::move(points_);
  }

 private:
  Result<void> take(std::string_view block) {
    for (;;) {
      const auto newline = block.find('\n');
      line_ += block.substr(0, newline);
      if (line_.size() > kLongestLine) {
        return at_line(Error{ErrorKind::kInput, fmt::format("longer than {} bytes", kLongestLine)}, lines_ + 1);
      }
      if (newline == block.npos) return Ok{};
      TRY(end_line());
      block.remove_prefix(newline + 1);
    }
  }

  Result<void> end_line() {
    ++lines_;
    auto point = decode_throw_line(line_);
    line_.clear();
    if (!point.ok()) return at_line(point.error(), lines_);
    if (const auto checked = cloud_monitoring::check_labels(point->labels); !checked.ok()) {
      return at_line(checked.error(), lines_);
    }
    if (points_.size() == cloud_monitoring::kMostActiveSeries) {
      return at_line(Error{ErrorKind::kInput, fmt::format("more series than the {} that Cloud Monitoring keeps",
                                                          cloud_monitoring::kMostActiveSeries)},
                     lines_);
    }
    points_.push_back(std::move(*point));
    return Ok{};
  }

  std::FILE* in_;
  std::string line_;       // the present one, as far as it has been read
  std::size_t lines_ = 0;  // that have ended
  std::vector<Point> points_;
};

Result<void> print(std::FILE* out, const std::string& text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), out) == text.size() && std::fflush(out) == 0) return Ok{};
  return Error{ErrorKind::kIo, fmt::format("writing the requests: {}", std::strerror(errno))};
}

Result<MonitoringClient> open_client(const ThrowOptions& options, const ThrowWorld& world) {
  const bool anonymous = options.auth == Auth::kNone || options.dry_run == DryRun::kYes;
  CHECK(anonymous || world.tokens != nullptr);
  cloud_monitoring::Settings settings;
  if (!options.endpoint.empty()) settings.endpoint = options.endpoint;
  settings.project = options.project;
  settings.metric = options.metric_name;
  settings.seed = static_cast<std::uint32_t>(world.clock.now().time_since_epoch().count());
  return MonitoringClient::open(std::move(settings), world.http, anonymous ? nullptr : world.tokens, world.clock);
}

}  // namespace

Result<void> run_throw(const ThrowOptions& options, const ThrowWorld& world, const std::stop_token& stop) {
  TRY_ASSIGN(MonitoringClient client, open_client(options, world));
  const bool dry = options.dry_run == DryRun::kYes;
  // First, as the old tool did: a wrong project or name is told before a slow producer has written its lines.
  std::optional<cloud_monitoring::Descriptor> descriptor;
  if (!dry) {
    TRY_ASSIGN(descriptor, client.read_descriptor(stop));
  }

  TRY_ASSIGN(const std::vector<Point> points, Input(world.in).read());
  const Time end_time = std::chrono::floor<Seconds>(world.clock.now());
  if (dry) {
    TRY_ASSIGN(const std::string requests, client.dry_send(points, end_time));
    return print(world.out, client.dry_read_descriptor() + requests);
  }
  if (points.empty()) return Ok{};
  TRY(cloud_monitoring::check_descriptor(*descriptor, points));
  TRY_ASSIGN(const auto report, client.send(points, end_time, stop));
  auto complete = cloud_monitoring::check_complete(report);
  if (complete.ok()) return complete;
  return complete.error().within(fmt::format("sending {} to project {}", client.metric_type(), options.project));
}

}  // namespace lastrun::app
