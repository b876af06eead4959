#include "http/url.h"

#include <gtest/gtest.h>

namespace lastrun::http {
namespace {

Request get(const std::string& url) {
  Request request;
  request.url = url;
  return request;
}

TEST(Url, IsTakenApart) {
  const auto url = split_url("HTTPS://Example.test:8443/a/b?key=secret#frag");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "HTTPS");
  EXPECT_EQ(url->authority, "Example.test:8443");
  EXPECT_EQ(url->path, "/a/b");
  EXPECT_EQ(split_url("http://[::1]:80?q")->authority, "[::1]:80");
  EXPECT_EQ(split_url("http://h")->path, "");
}

TEST(Url, IsRefusedIfItCannotBeFetched) {
  for (const char* text : {"", "x", "/etc/passwd", "file:///etc/passwd", "ftp://h/", "http:/h/", "http://",
                           "https:///x", "http://:80/", "http://h/a b", "http://h/\r\nX: y", "http://h/\x7f"}) {
    EXPECT_FALSE(split_url(text).ok()) << text;
  }
}

TEST(Url, WithAUserNameIsRefusedWithoutShowingIt) {
  const auto refused = check_sendable(get("https://user:hunter2@h/p"));
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(refused.error().message, "GET: the URL has a user name in it: credentials belong into a header");
}

TEST(Url, MessagesShowMethodHostAndPathOnly) {
  EXPECT_EQ(describe(get("https://h:1/p?token=secret#x")), "GET h:1/p");
  Request post = get("https://h");
  post.method = Method::kPost;
  EXPECT_EQ(describe(post), "POST h");
}

TEST(Request, WithAHeaderThatBreaksOutOfItsLineIsRefused) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"X", "a\r\nEvil: 1"}, {"X", "a\nb"}, {"X", std::string("a\0b", 3)}, {"X Y", "a"}, {"X:", "a"}, {"", "a"}}) {
    Request request = get("https://h/");
    request.headers.add(name, value);
    EXPECT_EQ(check_sendable(request).error().kind, ErrorKind::kUsage) << name;
  }
  Request fine = get("https://h/");
  fine.headers.add("X-Empty", "");
  fine.headers.add("X", "caf\xc3\xa9\t!");
  EXPECT_TRUE(check_sendable(fine).ok());
}

TEST(Request, HasDeadlinesThatEnd) {
  for (const auto deadline : {std::chrono::milliseconds{0}, std::chrono::milliseconds::max()}) {
    Request request = get("https://h/");
    request.deadlines.whole = deadline;
    EXPECT_EQ(check_sendable(request).error().kind, ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace lastrun::http
