#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"

// What the tests of requests for credentials stand on.
namespace lastrun::google {

using lastrun::testing::FakeClock;
using lastrun::testing::FakeHttpClient;
using lastrun::testing::Fault;
using lastrun::testing::Reply;
using lastrun::testing::response;

// What every token endpoint answers: a token, for an hour.
inline const std::string kTokenAnswer = R"({"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"})";

// An answer of Google's metadata server; without that header it is someone else's.
inline http::Response flavored(int status, std::string body) {
  return response(status, std::move(body), {{"Metadata-Flavor", "Google"}});
}

// No network, and a clock that stands still while nobody waits.
class FakeWorld : public ::testing::Test {
 protected:
  // To a GET of what begins with `url`, one after another; the last one stands for all that follow.
  void answer(const std::string& url, std::vector<Reply> replies) {
    http_.on(http::Method::kGet, url, std::move(replies));
  }

  FakeClock clock_;
  FakeHttpClient http_{clock_};
};

}  // namespace lastrun::google
