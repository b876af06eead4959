#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace lastrun::http {

// Unzips a body of Content-Encoding gzip as it arrives. Ours, because libcurl 7.88 takes a gzip stream that ends early
// for a whole one. Several members one after another are one body (RFC 1952 section 2.2).
class Gunzip {
 public:
  enum class Status { kOk, kBroken, kTooLarge };

  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // Appends what `zipped` unzips to. `body` never grows beyond `max_bytes`, however much would come out.
  // After anything but kOk the stream is done for.
  [[nodiscard]] Status feed(std::string_view zipped, std::string& body, std::size_t max_bytes);

  // Whether what was fed ends where a member ends; so does nothing at all.
  [[nodiscard]] bool complete() const { return between_members_; }

 private:
  std::unique_ptr<z_stream_s> stream_;
  bool between_members_ = true;
};

}  // namespace lastrun::http
