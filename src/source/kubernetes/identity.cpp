#include "source/kubernetes/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace lastrun::source {
namespace {

using std::chrono::seconds;

constexpr seconds kTokenFileAge{60};          // client-go's period; the kubelet renews tokens long before they expire
constexpr seconds kPluginPause{10};           // between two runs of a plugin whose credentials are refused
constexpr std::chrono::minutes kPatience{1};  // with a plugin: it may have to reach its cloud

// RFC 4648.
std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      three = three << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool padding = k > bytes.size() - i;
      text += padding ? '=' : kDigits[three >> (18 - 6 * k) & 63U];
    }
  }
  return text;
}

// The key of an extra field is part of a header's name: what is not allowed there is percent-encoded, lower case.
std::string header_key(std::string_view key) {
  std::string text;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view kAllowed = "!#$&'*+-.^_`|~";
    if (std::isalnum(byte) != 0 || kAllowed.find(c) != std::string_view::npos) {
      text += static_cast<char>(std::tolower(byte));
    } else {
      text += fmt::format("%{:02X}", byte);
    }
  }
  return text;
}

void add_impersonation(const ClusterAccess& access, http::Headers& headers) {
  if (access.impersonate.empty()) return;
  headers.add("Impersonate-User", access.impersonate);
  if (!access.impersonate_uid.empty()) headers.add("Impersonate-Uid", access.impersonate_uid);
  for (const std::string& group : access.impersonate_groups) headers.add("Impersonate-Group", group);
  for (const auto& [key, values] : access.impersonate_extra) {
    for (const std::string& value : values) headers.add("Impersonate-Extra-" + header_key(key), value);
  }
}

}  // namespace

Result<void> Identity::add_to(http::Headers& headers, std::stop_token stop) {
  std::string token = access_.token;
  if (!access_.token_file.empty()) {
    TRY_ASSIGN(token, token_of_file());
  } else if (token.empty() && access_.exec) {
    TRY_ASSIGN(token, token_of_plugin(std::move(stop)));
  }
  if (!token.empty()) {
    headers.add("Authorization", "Bearer " + token);
  } else if (!access_.username.empty()) {
    headers.add("Authorization", "Basic " + base64(access_.username + ":" + access_.password));
  }
  add_impersonation(access_, headers);
  return Ok{};
}

Result<std::string> Identity::token_of_file() {
  const auto now = clock_.steady_now();
  const bool fresh = file_read_at_ && now - *file_read_at_ < kTokenFileAge;
  if (!fresh) {
    errno = 0;
    std::ifstream file(access_.token_file, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    std::string token = content.str();
    while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back())) != 0) token.pop_back();
    if (!token.empty()) {
      file_token_ = std::move(token);
      file_read_at_ = now;
    } else if (file_token_.empty() && access_.token.empty()) {
      return Error{
          ErrorKind::kPermission,
          "the token file " + access_.token_file +
              (errno != 0 ? std::string(" cannot be read: ") + std::strerror(errno) : std::string(" is empty")),
          Retry::kYes};
    }
  }
  return file_token_.empty() ? access_.token : file_token_;
}

Result<std::string> Identity::token_of_plugin(std::stop_token stop) {
  const auto now = clock_.steady_now();
  const bool asked_just_now = exec_asked_at_ && now - *exec_asked_at_ < kPluginPause;
  const bool expired = exec_.expires && *exec_.expires <= clock_.now();
  const bool usable = exec_asked_at_ && !exec_error_ && !exec_refused_ && !expired;
  if (!usable && !asked_just_now) {
    exec_asked_at_ = now;
    exec_refused_ = false;
    auto handed_out = run_exec_plugin(access_, kPatience, std::move(stop));
    if (handed_out.ok()) {
      exec_ = *std::move(handed_out);
      exec_error_.reset();
    } else {
      exec_error_ = handed_out.error();
      if (exec_error_->kind == ErrorKind::kCancelled) exec_asked_at_.reset();
    }
  }
  if (exec_error_) return *exec_error_;
  return exec_.token;
}

void Identity::refused() {
  file_read_at_.reset();
  exec_refused_ = true;
}

}  // namespace lastrun::source
