#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lastrun::http {

enum class Method { kGet, kPost };

// Header names compare without case; values as they came. A repeated header keeps every value, in order.
class Headers {
 public:
  void add(std::string name, std::string value) { entries_.emplace_back(std::move(name), std::move(value)); }
  // The first value of `name`, or empty.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

// Every wait of a request has a deadline, from 1 ms to 24 h. All count from the moment the request is started.
struct Deadlines {
  std::chrono::milliseconds connect{5'000};      // name lookup, TCP and TLS
  std::chrono::milliseconds first_byte{10'000};  // until the first byte of the answer's headers
  std::chrono::milliseconds whole{12'000};       // until the last byte of the body
  // From one piece of the answer to the next, counted from the last byte of its headers; 0: none but `whole` ends it.
  std::chrono::milliseconds idle{0};
};

struct Response;

// Takes an answer as it comes: a watch goes on for minutes, a page is decoded while it arrives.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // The answer's status and headers, once, before any of its body. Not told of interim answers (1xx).
  virtual void begin(const Response& head) = 0;
  // The next piece of the body, unzipped, never empty. False: that is enough; the rest is not fetched, and the outcome
  // is that of a whole answer.
  [[nodiscard]] virtual bool read(std::string_view piece) = 0;
};

struct Request {
  Method method = Method::kGet;
  std::string url;  // http:// or https://; nothing else is fetched
  Headers headers;
  std::string body;  // sent as it is, with Content-Length
  bool around_proxy =
      false;  // straight to the server, whatever proxy is set: a metadata server is behind none; a GET has none
  Deadlines deadlines;
  std::size_t max_body_bytes = 16u << 20;  // an answer that is larger (after gzip) is an error of kind kLimit
  // Gets the body piece by piece, however large it is; Response::body stays empty. Not owned; called on the thread of
  // the call, and must not call the client.
  BodyReader* reader = nullptr;
};

// An answer that arrived whole. Any status is an answer: 500 is not an Error here.
struct Response {
  int status = 0;
  Headers headers;
  std::string body;  // already unzipped where the server sent gzip
};

// Whether a request may have reached its server, which then may have acted on it.
enum class Reached { kNo, kMaybe };

// What came of one request of a group: its answer, or why there is none.
class Outcome : public Result<Response> {
 public:
  // Implicit on purpose, as those of Result.
  Outcome(Response response) : Result(std::move(response)) {}
  Outcome(Error error, Reached reached = Reached::kMaybe) : Result(std::move(error)), reached_(reached) {}

  // False only where surely not a byte of the request was sent. True of a request that was answered.
  [[nodiscard]] bool may_have_reached() const { return reached_ == Reached::kMaybe; }

 private:
  Reached reached_ = Reached::kMaybe;
};

// The seam to every HTTP server. One promise for all implementations, held by http/client_contract_test.cpp:
// - answers come in the order of the requests, exactly one each, whatever happened to the others;
// - requests of one group run at the same time, at most `max_concurrent` (> 0) at once, none waiting for another;
//   where the server speaks HTTP/2 they share one connection, as long as `max_concurrent` is within its limit of
//   streams (at least 100 almost everywhere; what it refuses beyond is kUnavailable); connections are kept and used
//   again between calls;
// - redirects are not followed (a token must not follow them): a 3xx is an answer; interim answers (1xx) are none;
// - a reader has got all that came before an error;
// - errors: kTimeout with Retry::kYes when a deadline passed (its message names which); kUnavailable with Retry::kYes
//   when no connection came about, or when it or the answer broke before the answer was whole; kLimit when the answer
//   is too large (its body, or headers beyond 64 KiB); kCancelled within 100 ms of `stop` being requested; kUsage for
//   a request that cannot be sent (http/url.h); a client may have further ones for what no retry cures;
// - a request may have reached the server (Outcome::may_have_reached) once there is a connection to send it on. It has
//   not where it is kUsage, where no connection came about (the host's or proxy's name, TCP, TLS, the way through a
//   proxy), or where the deadline for that passed or we were told to stop before one did;
// - nothing is sent twice here: whether a request may be sent again is known by its sender alone;
// - messages carry method, host and path, never a query, a header or a body.
// Thread: one call at a time on one client; the call blocks. `stop` may be requested from any thread.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  [[nodiscard]] virtual std::vector<Outcome> send_all(const std::vector<Request>& requests, std::size_t max_concurrent,
                                                      std::stop_token stop) = 0;
  // One request alone.
  [[nodiscard]] Outcome send(const Request& request, std::stop_token stop = {});
};

}  // namespace lastrun::http
