#include "sink/cloud_monitoring/client.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <set>

#include "base/text.h"
#include "http/date.h"

namespace lastrun::cloud_monitoring {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostSeries = 200;  // of one request; a larger one is refused whole
constexpr std::size_t kMostTries = 6;     // of one request: with pauses of 0.5 to 8 s about 15 s
// No storm on a sick server: a call repeats so many requests for each that it has, and some to spare. One for each
// would be used up too soon, for a lost HTTP/2 connection takes all requests along that are under way on it.
constexpr std::size_t kResendsEach = 2;
constexpr std::size_t kSpareResends = 20;
// With less time left no try is begun: it would only make points uncertain.
constexpr milliseconds kShortestTry{500};
constexpr milliseconds kLongestNap{50};  // a pause looks at `stop` this often

bool fits(const std::string& value, const std::string& value_type) {
  if (value_type == "STRING") return true;
  if (value_type == "BOOL") return value == "true" || value == "false";
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return value_type == "INT64" && error == std::errc{} && end == value.data() + value.size();
}

std::set<std::string> label_keys(const std::vector<Point>& points) {
  std::set<std::string> keys;
  for (const Point& point : points) {
    for (const auto& [key, value] : point.labels) keys.insert(key);
  }
  return keys;
}

ErrorKind kind_of(int status) {
  if (status == 401 || status == 403) return ErrorKind::kPermission;
  if (status == 404) return ErrorKind::kNotFound;
  if (status == 429 || status >= 500) return ErrorKind::kUnavailable;
  return ErrorKind::kRejected;
}

// What every other request would meet as well: the token, the permission or the project is wrong; the URL cannot be
// fetched, or the server's certificate does not verify.
bool closes_the_door(const http::Outcome& outcome) {
  if (!outcome.ok()) return !outcome.may_have_reached() && outcome.error().retry == Retry::kNo;
  return outcome->status == 403 || outcome->status == 404;
}

// The points of one request, and how they fare.
struct Part {
  std::size_t first = 0;
  Progress progress;
  std::size_t tries = 0;
  std::size_t arrivals = 0;  // tries that may have reached the server
  std::chrono::steady_clock::time_point not_before{};
};

}  // namespace

// While it lives, `deadline_` is that of the present call; then the time it took is booked.
class MonitoringClient::Interval {
 public:
  explicit Interval(MonitoringClient& client) : client_(client), start_(client.clock_->steady_now()) {
    client_.deadline_ = start_ + client_.settings_.time_limit - client_.used_;
  }
  ~Interval() { client_.used_ += client_.clock_->steady_now() - start_; }
  Interval(const Interval&) = delete;
  Interval& operator=(const Interval&) = delete;

 private:
  MonitoringClient& client_;
  std::chrono::steady_clock::time_point start_;
};

// Sends parts in waves of at most `max_concurrent` requests, so that no request waits behind others with its own
// deadline not yet running, and the whole ends in time. A part that must be tried again goes to the end of the queue
// with a time before which it is not due. A wave in which nothing was answered for good makes all parts wait: the
// server is sick, not the part.
class MonitoringClient::Sending {
 public:
  Sending(MonitoringClient& client, const std::vector<Point>& points, Time end_time, const std::stop_token& stop)
      : client_(client), points_(points), end_time_(end_time), stop_(stop) {
    for (std::size_t first = 0; first < points.size(); first += kMostSeries) {
      Part part;
      part.first = first;
      part.progress.points = std::min(kMostSeries, points.size() - first);
      queue_.push_back(std::move(part));
    }
    resends_left_ = kResendsEach * queue_.size() + kSpareResends;
    report_.points = points.size();
  }

  DeliveryReport run() {
    while (!queue_.empty()) {
      const std::string reason = why_to_end();
      if (!reason.empty()) {
        for (const Part& part : queue_) abandon(part, reason);
        break;
      }
      std::vector<Part> wave = take_due();
      if (wave.empty()) {
        client_.pause(until_next(), stop_);
      } else {
        send(std::move(wave));
      }
    }
    return std::move(report_);
  }

 private:
  // Why nothing more is sent, or empty.
  std::string why_to_end() {
    if (stop_.stop_requested()) return "stopped";
    if (!closed_.empty()) return closed_;
    const auto wait = queue_.empty() ? milliseconds{0} : until_next();
    if (client_.time_is_up_in(wait)) {
      return fmt::format("no time is left of {} s", client_.settings_.time_limit.count() / 1000);
    }
    if (const auto token = client_.fetch_token(stop_); !token.ok()) return token.error().message;
    return {};
  }

  milliseconds until_next() const {
    auto next = queue_.front().not_before;
    for (const Part& part : queue_) next = std::min(next, part.not_before);
    next = std::max(next, gate_);
    const auto wait = std::chrono::ceil<milliseconds>(next - client_.clock_->steady_now());
    return std::max(wait, milliseconds{0});
  }

  std::vector<Part> take_due() {
    const auto now = client_.clock_->steady_now();
    std::vector<Part> due;
    if (now < gate_) return due;
    std::deque<Part> rest;
    for (Part& part : queue_) {
      const bool take = due.size() < client_.settings_.max_concurrent && part.not_before <= now;
      if (take) {
        due.push_back(std::move(part));
      } else {
        rest.push_back(std::move(part));
      }
    }
    queue_ = std::move(rest);
    return due;
  }

  void send(std::vector<Part> wave) {
    const Settings& settings = client_.settings_;
    const std::string url = time_series_url(settings.endpoint, settings.project);
    std::vector<http::Request> requests;
    for (Part& part : wave) {
      ++part.tries;
      requests.push_back(client_.request(http::Method::kPost, url,
                                         render_time_series(points_.data() + part.first, part.progress.points,
                                                            settings.metric, settings.resource, end_time_)));
    }
    const auto outcomes = client_.http_->send_all(requests, settings.max_concurrent, stop_);
    CHECK(outcomes.size() == wave.size());
    report_.requests += wave.size();

    bool any_done = false;
    bool token_refused = false;
    for (std::size_t i = 0; i < wave.size(); ++i) {
      note_clock(outcomes[i]);
      if (outcomes[i].may_have_reached() && ++wave[i].arrivals == 2) report_.resent += wave[i].progress.points;
      const Next next = judge_answer(outcomes[i], end_time_, wave[i].progress, report_);
      any_done |= next == Next::kDone;
      token_refused |= next == Next::kNewToken;
      if (next == Next::kDone && closes_the_door(outcomes[i])) {
        closed_ = "not sent after " + wave[i].progress.last_problem;
      }
      if (next == Next::kRetry) retry(std::move(wave[i]), outcomes[i]);
      if (next == Next::kNewToken) renew_or_refuse(std::move(wave[i]));
    }
    if (token_refused) end_token();
    bad_waves_ = any_done || token_refused ? 0 : bad_waves_ + 1;
    if (bad_waves_ > 0) gate_ = client_.clock_->steady_now() + client_.backoff_.pause_after(bad_waves_);
  }

  void retry(Part part, const http::Outcome& outcome) {
    const auto wait = client_.wait_after(outcome, part.tries);
    if (part.tries >= kMostTries) return abandon(part, fmt::format("given up after {} tries", part.tries));
    if (resends_left_ == 0) return abandon(part, "too many requests had to be sent again");
    if (client_.time_is_up_in(wait)) {
      return abandon(
          part, fmt::format("no time is left to wait {} s and try again", std::chrono::ceil<Seconds>(wait).count()));
    }
    --resends_left_;
    part.not_before = client_.clock_->steady_now() + wait;
    queue_.push_back(std::move(part));
  }

  // The first wave that is answered 401 is sent again with a new token, and nothing after that.
  void renew_or_refuse(Part part) {
    if (token_renewed_ || client_.tokens_ == nullptr) {
      closed_ = "not sent after " + part.progress.last_problem;
      give_up(part.progress, part.progress.last_problem, report_);
    } else {
      queue_.push_front(std::move(part));
    }
  }

  void end_token() {
    if (token_renewed_ || client_.tokens_ == nullptr) return;
    token_renewed_ = true;
    client_.tokens_->drop();
  }

  // Never to be tried again, for `reason`.
  void abandon(const Part& part, const std::string& reason) {
    const Progress& progress = part.progress;
    const std::string last =
        fmt::format(" (the last {}: {})", progress.answered ? "answer" : "try", progress.last_problem);
    give_up(progress, part.tries > 0 ? reason + last : reason, report_);
  }

  void note_clock(const http::Outcome& outcome) {
    if (!outcome.ok()) return;
    const auto server_now = http::sent_at(*outcome);
    if (server_now) report_.server_ahead = *server_now - std::chrono::floor<Seconds>(client_.clock_->now());
  }

  MonitoringClient& client_;
  const std::vector<Point>& points_;
  Time end_time_;
  std::stop_token stop_;
  DeliveryReport report_;
  std::deque<Part> queue_;
  std::size_t resends_left_ = 0;
  std::size_t bad_waves_ = 0;                     // without any answer that settles something, in a row
  std::chrono::steady_clock::time_point gate_{};  // nothing is sent before
  std::string closed_;                            // why nothing more is sent at all
  bool token_renewed_ = false;
};

Result<MonitoringClient> MonitoringClient::open(Settings settings, http::HttpClient& http, google::TokenSource* tokens,
                                                Clock& clock) {
  CHECK(settings.max_concurrent > 0);
  TRY_ASSIGN(settings.endpoint, check_endpoint(settings.endpoint, tokens != nullptr ? Auth::kToken : Auth::kNone));
  TRY(check_project(settings.project));
  TRY_ASSIGN(settings.metric, metric_type_of(settings.metric));
  TRY_ASSIGN(settings.resource, check_resource(settings.resource, settings.project));
  return MonitoringClient(std::move(settings), http, tokens, clock);
}

Result<void> MonitoringClient::fetch_token(const std::stop_token& stop) {
  if (tokens_ == nullptr) return Ok{};
  TRY_ASSIGN(token_, tokens_->token(stop));
  return Ok{};
}

bool MonitoringClient::time_is_up_in(milliseconds from_now) const {
  return clock_->steady_now() + from_now + kShortestTry > deadline_;
}

http::Request MonitoringClient::request(http::Method method, std::string url, std::string body) const {
  http::Request request;
  request.method = method;
  request.url = std::move(url);
  if (!body.empty()) request.headers.add("Content-Type", "application/json");
  if (!token_.value.empty()) request.headers.add("Authorization", "Bearer " + token_.value);
  if (!token_.quota_project.empty()) request.headers.add("x-goog-user-project", token_.quota_project);
  request.body = std::move(body);
  const auto left = std::chrono::floor<milliseconds>(deadline_ - clock_->steady_now());
  http::Deadlines& deadlines = request.deadlines;
  deadlines.whole = std::clamp(left, milliseconds{1}, settings_.request_deadline);
  deadlines.first_byte = std::min(deadlines.first_byte, deadlines.whole);
  deadlines.connect = std::min(deadlines.connect, deadlines.whole);
  return request;
}

Result<http::Response> MonitoringClient::exchange(http::Method method, const std::string& url, const std::string& body,
                                                  const std::stop_token& stop) {
  const Interval interval(*this);
  bool token_renewed = false;
  for (std::size_t tries = 1;; ++tries) {
    TRY(fetch_token(stop));
    http::Outcome outcome = http_->send(request(method, url, body), stop);
    const Next next = judge_idempotent(outcome);
    if (next == Next::kNewToken && tokens_ != nullptr && !token_renewed) {
      tokens_->drop();
      token_renewed = true;
      continue;
    }
    const auto wait = wait_after(outcome, tries);
    const bool again = next == Next::kRetry && tries < kMostTries && !time_is_up_in(wait);
    if (again) pause(wait, stop);
    if (again && !stop.stop_requested()) continue;
    if (!outcome.ok()) return std::move(outcome).error();
    if (outcome->status == 200) return std::move(outcome).value();
    const std::string tried = tries > 1 ? fmt::format(" ({} tries)", tries) : "";
    return Error{kind_of(outcome->status), describe_outcome(outcome) + tried,
                 next == Next::kRetry ? Retry::kYes : Retry::kNo};
  }
}

milliseconds MonitoringClient::wait_after(const http::Outcome& outcome, std::size_t tries) {
  const milliseconds ours = backoff_.pause_after(tries);
  const auto asked =
      outcome.ok() ? http::retry_after(*outcome, std::chrono::floor<Seconds>(clock_->now())) : std::nullopt;
  return asked ? *asked : ours;
}

void MonitoringClient::pause(milliseconds duration, const std::stop_token& stop) {
  while (duration > milliseconds{0} && !stop.stop_requested()) {
    const auto nap = std::min(duration, kLongestNap);
    clock_->sleep_for(nap);
    duration -= nap;
  }
}

Result<Descriptor> MonitoringClient::read_descriptor(const std::stop_token& stop) {
  const auto attempt = fmt::format("reading the descriptor of {} in project {}", settings_.metric, settings_.project);
  const auto answer =
      exchange(http::Method::kGet, descriptor_url(settings_.endpoint, settings_.project, settings_.metric), {}, stop);
  if (!answer.ok()) return answer.error().within(attempt);
  auto descriptor = decode_descriptor(answer->body);
  if (!descriptor.ok()) return descriptor.error().within(attempt);
  return descriptor;
}

Result<Descriptor> MonitoringClient::create_descriptor(const Descriptor& descriptor, const std::stop_token& stop) {
  const auto attempt = fmt::format("creating the descriptor of {} in project {}", descriptor.type, settings_.project);
  const auto answer = exchange(http::Method::kPost, descriptors_url(settings_.endpoint, settings_.project),
                               render_descriptor(descriptor), stop);
  if (!answer.ok()) return answer.error().within(attempt);
  auto created = decode_descriptor(answer->body);
  if (!created.ok()) return created.error().within(attempt);
  return created;
}

Result<void> MonitoringClient::ensure_descriptor(const std::vector<Point>& points, CreateDescriptor create,
                                                 const std::stop_token& stop) {
  auto descriptor = read_descriptor(stop);
  const bool missing = !descriptor.ok() && descriptor.error().kind == ErrorKind::kNotFound;
  if (create == CreateDescriptor::kNo) {
    if (!descriptor.ok()) return std::move(descriptor).error();
    return check_descriptor(*descriptor, points);
  }
  if (!descriptor.ok() && !missing) return std::move(descriptor).error();
  Descriptor wanted = descriptor_for(settings_.metric, points);
  if (!missing) {
    if (check_descriptor(*descriptor, points).ok()) return Ok{};
    TRY(check_descriptor(*descriptor, {}));  // another kind or type cannot be mended
    for (const LabelDescriptor& label : descriptor->labels) {
      std::erase_if(wanted.labels, [&](const LabelDescriptor& ours) { return ours.key == label.key; });
    }
    wanted.labels.insert(wanted.labels.begin(), descriptor->labels.begin(), descriptor->labels.end());
  }
  TRY_ASSIGN(const Descriptor created, create_descriptor(wanted, stop));
  return check_descriptor(created, points);
}

Result<DeliveryReport> MonitoringClient::send(const std::vector<Point>& points, Time end_time,
                                              const std::stop_token& stop) {
  TRY(check_points(points));
  if (points.empty()) return DeliveryReport{};
  const Interval interval(*this);
  TRY(fetch_token(stop));
  return Sending(*this, points, end_time, stop).run();
}

std::string MonitoringClient::dry_read_descriptor() const {
  return render_dry_run("GET", descriptor_url(settings_.endpoint, settings_.project, settings_.metric), {});
}

std::string MonitoringClient::dry_create_descriptor(const std::vector<Point>& points) const {
  return render_dry_run("POST", descriptors_url(settings_.endpoint, settings_.project),
                        render_descriptor(descriptor_for(settings_.metric, points)));
}

Result<std::string> MonitoringClient::dry_send(const std::vector<Point>& points, Time end_time) const {
  TRY(check_points(points));
  std::string lines;
  for (std::size_t first = 0; first < points.size(); first += kMostSeries) {
    lines += render_dry_run("POST", time_series_url(settings_.endpoint, settings_.project),
                            render_time_series(points.data() + first, std::min(kMostSeries, points.size() - first),
                                               settings_.metric, settings_.resource, end_time));
  }
  return lines;
}

Descriptor descriptor_for(const std::string& metric_type, const std::vector<Point>& points) {
  Descriptor descriptor{metric_type, "GAUGE", "INT64", {}};
  for (const std::string& key : label_keys(points)) descriptor.labels.push_back(LabelDescriptor{key});
  return descriptor;
}

Result<void> check_descriptor(const Descriptor& descriptor, const std::vector<Point>& points) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorKind::kRejected, fmt::format("the descriptor of {} {}", one_line(descriptor.type), why)};
  };
  if (descriptor.metric_kind != "GAUGE" || descriptor.value_type != "INT64") {
    return refuse(fmt::format("is {} of {}, expected GAUGE of INT64: choose another metric name",
                              one_line(descriptor.metric_kind, 40), one_line(descriptor.value_type, 40)));
  }
  std::map<std::string_view, const LabelDescriptor*> known;
  for (const LabelDescriptor& label : descriptor.labels) known.emplace(label.key, &label);
  std::vector<std::string> missing;
  for (const std::string& key : label_keys(points)) {
    if (known.find(key) == known.end()) missing.push_back(key);
  }
  if (!missing.empty()) {
    return refuse(fmt::format("lacks label {}: lastrun post --create-descriptor adds it", fmt::join(missing, ", ")));
  }
  for (const Point& point : points) {
    for (const auto& [key, value] : point.labels) {
      const std::string& value_type = known.at(key)->value_type;
      if (fits(value, value_type)) continue;
      return refuse(fmt::format("says that label {} is {}, which '{}' is not", key, one_line(value_type, 40),
                                one_line(value, 80)));
    }
  }
  return Ok{};
}

Result<void> check_points(const std::vector<Point>& points) {
  if (points.size() > kMostActiveSeries) {
    return Error{ErrorKind::kInput, fmt::format("{} series; Cloud Monitoring keeps {} of one metric and resource",
                                                points.size(), kMostActiveSeries)};
  }
  for (const Point& point : points) TRY(check_labels(point.labels));
  if (const std::size_t labels = label_keys(points).size(); labels > kMostLabels) {
    return Error{ErrorKind::kInput,
                 fmt::format("{} different labels in all; Cloud Monitoring allows {} a metric", labels, kMostLabels)};
  }
  if (const auto pair = find_duplicate(points)) {
    return Error{ErrorKind::kInput, fmt::format("two points of one series: {}", describe(points[pair->second].labels))};
  }
  return Ok{};
}

std::optional<std::pair<std::size_t, std::size_t>> find_duplicate(const std::vector<Point>& points) {
  struct ByLabels {
    bool operator()(const Labels* a, const Labels* b) const { return *a < *b; }
  };
  std::map<const Labels*, std::size_t, ByLabels> seen;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto [earlier, inserted] = seen.emplace(&points[i].labels, i);
    if (!inserted) return std::pair{earlier->second, i};
  }
  return std::nullopt;
}

}  // namespace lastrun::cloud_monitoring
