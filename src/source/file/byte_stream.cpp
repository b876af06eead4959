#include "source/file/byte_stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "source/file/unpack.h"

namespace lastrun::source {
namespace {

// A file descriptor that is closed with its owner, unless it is standard input.
class FileStream : public ByteStream {
 public:
  FileStream(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  ~FileStream() override {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;

  Result<std::size_t> read(std::span<char> buffer) override {
    while (true) {
      const ssize_t count = ::read(fd_, buffer.data(), buffer.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno == EINTR) continue;
      return Error{ErrorKind::kIo, name_ + ": cannot read: " + std::strerror(errno)};
    }
  }

 private:
  int fd_;
  std::string name_;
};

// The first bytes, which were read to find out what they are, and then the rest.
class PushedBackStream : public ByteStream {
 public:
  PushedBackStream(std::string head, std::unique_ptr<ByteStream> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    if (given_ == head_.size()) return rest_->read(buffer);
    const std::size_t count = std::min(buffer.size(), head_.size() - given_);
    std::copy_n(head_.data() + given_, count, buffer.data());
    given_ += count;
    return count;
  }

 private:
  std::string head_;
  std::size_t given_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

Error open_error(const std::string& name, int error) {
  const ErrorKind kind = error == ENOENT                     ? ErrorKind::kNotFound
                         : error == EACCES || error == EPERM ? ErrorKind::kPermission
                                                             : ErrorKind::kIo;
  return Error{kind, name + ": cannot open: " + std::strerror(error)};
}

}  // namespace

std::string input_name(const std::string& path) {
  return path == "-" ? "standard input" : path;
}

Result<std::unique_ptr<ByteStream>> open_input(const std::string& path) {
  const std::string name = input_name(path);
  int fd = STDIN_FILENO;
  if (path != "-") {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return open_error(name, errno);
  }
  std::unique_ptr<ByteStream> stream = std::make_unique<FileStream>(fd, name);
  struct stat info{};
  if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    return Error{ErrorKind::kIo, name + ": is a directory; expected a file of JSON (argo list -A -o json > FILE)"};
  }
  (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);  // a hint; pipes refuse it

  constexpr std::size_t kMagicBytes = 4;
  std::string head;
  while (head.size() < kMagicBytes) {
    std::array<char, kMagicBytes> bytes{};
    TRY_ASSIGN(const std::size_t count, stream->read(std::span(bytes).first(kMagicBytes - head.size())));
    if (count == 0) break;
    head.append(bytes.data(), count);
  }
  const Packing packing = packing_of(head);
  stream = std::make_unique<PushedBackStream>(std::move(head), std::move(stream));
  if (packing == Packing::kNone) return stream;
  return unpack(std::move(stream), packing, name);
}

}  // namespace lastrun::source
