#include "testing/fake_http_client.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "http/failure.h"
#include "http/url.h"

namespace lastrun::testing {
namespace {

using std::chrono::milliseconds;

bool delivers(Fault fault) {
  return fault != Fault::kRefuseConnection && fault != Fault::kHangConnecting && fault != Fault::kResetBeforeServed;
}

void block_until_stopped(const std::stop_token& stop) {
  CHECK(stop.stop_possible());  // else the test would hang for ever
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait(lock, stop, [] { return false; });
}

}  // namespace

void FakeHttpClient::on(http::Method method, const std::string& url_prefix, Handler handler) {
  std::erase_if(routes_, [&](const Route& route) { return route.method == method && route.url_prefix == url_prefix; });
  routes_.push_back({method, url_prefix, std::move(handler)});
  std::stable_sort(routes_.begin(), routes_.end(),
                   [](const Route& a, const Route& b) { return a.url_prefix.size() > b.url_prefix.size(); });
}

void FakeHttpClient::on(http::Method method, const std::string& url_prefix, std::vector<Reply> replies) {
  CHECK(!replies.empty());
  on(method, url_prefix, [replies = std::move(replies), next = std::size_t{0}](const http::Request&) mutable {
    const Reply& reply = replies[next];
    if (next + 1 < replies.size()) ++next;
    return reply;
  });
}

std::vector<http::Outcome> FakeHttpClient::send_all(const std::vector<http::Request>& requests,
                                                    std::size_t max_concurrent, std::stop_token stop) {
  CHECK(max_concurrent > 0);
  calls_.push_back({requests.size(), max_concurrent});
  const auto start = clock_->steady_now();
  // When each place among the `max_concurrent` becomes free. The earliest is never before that of the request
  // before, so that the clock only moves forward.
  std::vector<std::chrono::steady_clock::time_point> free_at(std::min(max_concurrent, requests.size()), start);

  std::vector<http::Outcome> outcomes;
  for (const auto& request : requests) {
    if (stop.stop_requested()) {
      outcomes.push_back(http::cancelled(request, http::Phase::kConnecting));
      continue;
    }
    const auto place = std::min_element(free_at.begin(), free_at.end());
    clock_->advance(std::max(*place - clock_->steady_now(), std::chrono::nanoseconds::zero()));
    auto served = serve(request, stop);
    *place = clock_->steady_now() + served.took;
    outcomes.push_back(std::move(served.outcome));
  }
  if (!stop.stop_requested()) {
    for (const auto& at : free_at)
      clock_->advance(std::max(at - clock_->steady_now(), std::chrono::nanoseconds::zero()));
  }
  return outcomes;
}

FakeHttpClient::Served FakeHttpClient::serve(const http::Request& request, const std::stop_token& stop) {
  if (auto sendable = http::check_sendable(request); !sendable) {
    return {{std::move(sendable).error(), http::Reached::kNo}, milliseconds{0}};
  }
  Reply reply = reply_to(request);
  if (stop.stop_requested()) return {http::cancelled(request, http::Phase::kWaiting), milliseconds{0}};

  const auto timed_out = [&](http::Phase phase) {
    return Served{http::deadline_passed(request, phase), http::time_limit(request.deadlines, phase)};
  };
  if (const auto* fault = std::get_if<Fault>(&reply.what)) {
    switch (*fault) {
      case Fault::kRefuseConnection: return {http::no_connection(request, "connection refused"), milliseconds{0}};
      case Fault::kResetBeforeServed:
      case Fault::kResetAfterServed:
        return {http::no_whole_answer(request, "connection reset by peer"), milliseconds{0}};
      case Fault::kCutBody:
      case Fault::kHangInBody: return break_off(request, *fault, std::move(reply.broken_off));
      case Fault::kHangConnecting: return timed_out(http::Phase::kConnecting);
      case Fault::kHangBeforeAnswer: return timed_out(http::Phase::kWaiting);
      case Fault::kHangUntilCancelled:
        block_until_stopped(stop);
        return {http::cancelled(request, http::Phase::kWaiting), milliseconds{0}};
    }
  }
  if (reply.takes >= http::time_limit(request.deadlines, http::Phase::kWaiting))
    return timed_out(http::Phase::kWaiting);
  auto& response = std::get<http::Response>(reply.what);
  std::size_t header_bytes = 0;
  for (const auto& [name, value] : response.headers.entries()) header_bytes += name.size() + value.size();
  if (header_bytes > http::kMaxHeaderBytes) return {http::headers_too_large(request), reply.takes};
  if (request.reader == nullptr && response.body.size() > request.max_body_bytes)
    return {http::body_too_large(request), reply.takes};
  if (request.reader != nullptr) {
    const std::string body = std::exchange(response.body, {});
    read_out(*request.reader, response, body);
  }
  return {std::move(response), reply.takes};
}

void FakeHttpClient::read_out(http::BodyReader& reader, const http::Response& head, std::string_view body) const {
  reader.begin(head);
  const std::size_t at_once = piece_bytes_ == 0 ? body.size() : piece_bytes_;
  while (!body.empty()) {
    if (!reader.read(body.substr(0, at_once))) return;
    body.remove_prefix(std::min(at_once, body.size()));
  }
}

FakeHttpClient::Served FakeHttpClient::break_off(const http::Request& request, Fault fault,
                                                 http::Response response) const {
  if (request.reader != nullptr && response.status != 0) {
    const std::string body = std::exchange(response.body, {});
    read_out(*request.reader, response, std::string_view(body).substr(0, body.size() / 2));
  }
  if (fault == Fault::kCutBody) return {http::no_whole_answer(request, "the body ended early"), milliseconds{0}};
  const milliseconds idle = request.deadlines.idle;
  if (idle.count() > 0 && idle < request.deadlines.whole) return {http::idle_too_long(request), idle};
  return {http::deadline_passed(request, http::Phase::kReceiving),
          http::time_limit(request.deadlines, http::Phase::kReceiving)};
}

Reply FakeHttpClient::reply_to(const http::Request& request) {
  const std::size_t number = requests_.size();
  requests_.push_back({request, false, clock_->now(), calls_.size() - 1});
  const auto laid = faults_.find(number);
  if (laid != faults_.end() && !delivers(laid->second)) return laid->second;

  requests_.back().delivered = true;
  const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& r) {
    return r.method == request.method && request.url.compare(0, r.url_prefix.size(), r.url_prefix) == 0;
  });
  Reply reply = route != routes_.end()
                    ? route->handler(request)
                    : Reply{response(501, "FakeHttpClient has no handler for " + http::describe(request))};
  if (laid != faults_.end()) return laid->second;
  if (const auto* fault = std::get_if<Fault>(&reply.what)) requests_[number].delivered = delivers(*fault);
  return reply;
}

http::Response response(int status, std::string body, std::vector<std::pair<std::string, std::string>> headers) {
  http::Response made;
  made.status = status;
  made.body = std::move(body);
  for (auto& [name, value] : headers) made.headers.add(std::move(name), std::move(value));
  return made;
}

}  // namespace lastrun::testing
