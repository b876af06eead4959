#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "http/client.h"
#include "testing/fake_clock.h"

namespace lastrun::testing {

// What can go wrong between us and a server. The comment says whether the server saw the request. We know that it did
// not (Outcome::may_have_reached) of the first two only.
enum class Fault {
  kRefuseConnection,    // not delivered; nobody listens
  kHangConnecting,      // not delivered; no connection until the connect deadline
  kResetBeforeServed,   // not delivered; the connection breaks while we send
  kResetAfterServed,    // delivered and acted upon; the answer is lost
  kHangBeforeAnswer,    // delivered and acted upon; no byte comes until the first-byte deadline
  kHangInBody,          // delivered and acted upon; half an answer, then nothing until the idle or whole deadline
  kCutBody,             // delivered and acted upon; the connection ends in the middle of the body
  kHangUntilCancelled,  // delivered and acted upon; really blocks until `stop` is requested from another thread
};

// What the scripted server does with a request: answers, or a fault.
struct Reply {
  Reply(http::Response r) : what(std::move(r)) {}  // implicit on purpose: handlers return what they mean
  Reply(Fault f) : what(f) {}
  // An answer that takes its time; beyond a deadline of the request it is that deadline's error.
  Reply(http::Response r, std::chrono::milliseconds t) : what(std::move(r)), takes(t) {}

  // An answer that breaks off (kHangInBody, kCutBody): a reader gets the first half of its body.
  Reply(http::Response r, Fault f) : what(f), broken_off(std::move(r)) {}

  std::variant<http::Response, Fault> what;
  http::Response broken_off;
  std::chrono::milliseconds takes{0};  // on the FakeClock, until the first byte
};

// An HttpClient without a network, held to the same contract as the real one (http/client_contract_test.cpp).
//
// The server's side is a handler, found by method and the longest URL prefix; it is called once for every request
// that is delivered, in the order of the requests, and may keep state, look at the clock, or request a stop (which
// makes this request and all later ones kCancelled). Unscripted requests are answered 501.
// Faults come from two sides: a handler may return one (it has acted by then, so kRefuseConnection, kHangConnecting
// and kResetBeforeServed are for handlers that did nothing), or fault_at() lays one on the n-th request, in which
// case the handler is called only if the fault's comment says "delivered", and its answer is thrown away.
// A request sent again is a new request: fault_at(0, …) hits the first try only.
//
// Time passes on the clock as it would for a group: `max_concurrent` at a time, each as long as it takes.
// Thread: like every HttpClient; records are read between calls.
class FakeHttpClient : public http::HttpClient {
 public:
  using Handler = std::function<Reply(const http::Request&)>;

  struct Recorded {
    http::Request request;
    bool delivered = false;                    // the handler saw it
    std::chrono::system_clock::time_point at;  // when it was started
    std::size_t call = 0;                      // which send_all it came in, from 0
  };
  struct Call {
    std::size_t requests = 0;
    std::size_t max_concurrent = 0;
  };

  // Without a clock of the test's own, the fake keeps one.
  FakeHttpClient() : clock_(&own_clock_) {}
  explicit FakeHttpClient(FakeClock& clock) : clock_(&clock) {}

  // Answers requests whose URL starts with `url_prefix`. Set again, it replaces the former handler.
  void on(http::Method method, const std::string& url_prefix, Handler handler);
  // The replies one after another; the last one stands for all that follow. At least one.
  void on(http::Method method, const std::string& url_prefix, std::vector<Reply> replies);

  // Lays a fault on the n-th request from now on (0 is the next one).
  void fault_at(std::size_t n, Fault fault) { faults_.insert_or_assign(requests_.size() + n, fault); }

  // How many bytes of a body a reader gets at a time; 0 (at first): all of it.
  void deliver_in_pieces_of(std::size_t bytes) { piece_bytes_ = bytes; }

  // Every request ever sent, in order, delivered or not.
  [[nodiscard]] const std::vector<Recorded>& requests() const { return requests_; }
  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }

  [[nodiscard]] std::vector<http::Outcome> send_all(const std::vector<http::Request>& requests,
                                                    std::size_t max_concurrent, std::stop_token stop) override;

 private:
  struct Route {
    http::Method method;
    std::string url_prefix;
    Handler handler;
  };
  struct Served {
    http::Outcome outcome;
    std::chrono::milliseconds took;
  };

  Served serve(const http::Request& request, const std::stop_token& stop);
  Reply reply_to(const http::Request& request);
  void read_out(http::BodyReader& reader, const http::Response& head, std::string_view body) const;
  [[nodiscard]] Served break_off(const http::Request& request, Fault fault, http::Response response) const;

  FakeClock own_clock_;
  FakeClock* clock_;
  std::vector<Route> routes_;
  std::map<std::size_t, Fault> faults_;
  std::size_t piece_bytes_ = 0;
  std::vector<Recorded> requests_;
  std::vector<Call> calls_;
};

// A Response in one line: response(200, "{}", {{"Retry-After", "3"}}).
[[nodiscard]] http::Response response(int status, std::string body = {},
                                      std::vector<std::pair<std::string, std::string>> headers = {});

}  // namespace lastrun::testing
