#include "http/url.h"

#include <strings.h>

#include <algorithm>
#include <chrono>

namespace lastrun::http {
namespace {

constexpr std::chrono::milliseconds kLongestDeadline = std::chrono::hours{24};

bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

Error unfetchable(const std::string& why) {
  return Error{ErrorKind::kUsage, "the URL " + why};
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::kGet: return "GET";
    case Method::kPost: return "POST";
  }
  return "?";
}

}  // namespace

Result<Url> split_url(std::string_view url) {
  if (std::any_of(url.begin(), url.end(), [](char c) { return is_control(c) || c == ' '; })) {
    return unfetchable("contains a space or a control character");
  }
  const size_t colon = url.find("://");
  if (colon == std::string_view::npos) return unfetchable("does not start with http:// or https://");
  Url parts;
  parts.scheme = url.substr(0, colon);
  if (!equal_without_case(parts.scheme, "http") && !equal_without_case(parts.scheme, "https")) {
    return unfetchable("does not start with http:// or https://");
  }
  const std::string_view rest = url.substr(colon + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  parts.authority = rest.substr(0, authority_end);
  if (parts.authority.find('@') != std::string_view::npos) {
    return unfetchable("has a user name in it: credentials belong into a header");
  }
  if (parts.authority.empty() || parts.authority.front() == ':') return unfetchable("names no host");
  const std::string_view target = rest.substr(authority_end);
  parts.path = target.substr(0, target.find_first_of("?#"));
  return parts;
}

std::string describe(const Request& request) {
  std::string text{name_of(request.method)};
  if (const auto url = split_url(request.url)) text.append(" ").append(url->authority).append(url->path);
  return text;
}

Result<void> check_sendable(const Request& request) {
  const auto refuse = [&](const std::string& why) { return Error{ErrorKind::kUsage, describe(request) + ": " + why}; };
  if (const auto url = split_url(request.url); !url) return refuse(url.error().message);
  for (const auto& [name, value] : request.headers.entries()) {
    if (!is_token(name)) return refuse("a header of the request has a name that is none");
    if (std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; })) {
      return refuse("a header of the request contains a control character");
    }
  }
  for (const auto deadline : {request.deadlines.connect, request.deadlines.first_byte, request.deadlines.whole}) {
    if (deadline < std::chrono::milliseconds{1} || deadline > kLongestDeadline) {
      return refuse("a deadline must be between 1 ms and 24 h");
    }
  }
  if (request.method == Method::kGet && !request.body.empty()) return refuse("a GET has no body");
  return Ok{};
}

}  // namespace lastrun::http
