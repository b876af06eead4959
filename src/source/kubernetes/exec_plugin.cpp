#include "source/kubernetes/exec_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <simdjson.h>
#include <spawn.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/text.h"
#include "source/object/fields.h"

namespace lastrun::source {
namespace {

using simdjson::dom::element;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMostOutput = std::size_t{1} << 20;
constexpr std::size_t kMostComplaint = 4096;  // bytes of its standard error that are kept

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Error{ErrorKind::kIo, std::string("pipe: ") + strerror(errno)};
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// KUBERNETES_EXEC_INFO: what the plugin may know of us and of the cluster.
std::string exec_info(const ClusterAccess& access) {
  nlohmann::ordered_json spec{{"interactive", false}};
  if (access.exec->provide_cluster_info) {
    nlohmann::ordered_json cluster{{"server", access.server}};
    if (!access.tls_server_name.empty()) cluster["tls-server-name"] = access.tls_server_name;
    if (access.insecure_skip_tls_verify) cluster["insecure-skip-tls-verify"] = true;
    if (!access.proxy_url.empty()) cluster["proxy-url"] = access.proxy_url;
    spec["cluster"] = cluster;
  }
  const nlohmann::ordered_json info{
      {"kind", "ExecCredential"}, {"apiVersion", access.exec->api_version}, {"spec", spec}};
  return info.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<std::string> environment_of(const ClusterAccess& access) {
  std::vector<std::pair<std::string, std::string>> ours = access.exec->environment;
  ours.emplace_back("KUBERNETES_EXEC_INFO", exec_info(access));
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const bool replaced = std::any_of(ours.begin(), ours.end(), [&](const auto& variable) {
      return text.starts_with(variable.first) && text.substr(variable.first.size()).starts_with('=');
    });
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : ours) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A running plugin in a process group of its own, which ends with this object.
class Process {
 public:
  static Result<Process> start(const ClusterAccess& access, const Pipe& out, const Pipe& err) {
    const ExecPlugin& plugin = *access.exec;
    std::vector<std::string> arguments{plugin.command};
    arguments.insert(arguments.end(), plugin.arguments.begin(), plugin.arguments.end());
    std::vector<std::string> environment = environment_of(access);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out.write.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err.write.get(), STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t pid = 0;
    const int error = posix_spawnp(&pid, plugin.command.c_str(), &files, &attributes, pointers_to(arguments).data(),
                                   pointers_to(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    if (error == 0) return Process(pid);
    std::string message = "the exec plugin " + one_line(plugin.command) + " cannot be run: " + strerror(error);
    if (!plugin.install_hint.empty()) message += "; " + one_line(plugin.install_hint);
    return Error{error == ENOENT ? ErrorKind::kNotFound : ErrorKind::kIo, message};
  }
  explicit Process(pid_t pid) : pid_(pid) {}
  Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  Process& operator=(Process&&) = delete;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ == 0) return;
    kill(-pid_, SIGKILL);
    (void)wait();
  }

  // Its status; it must be about to end.
  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    kill(-pid_, SIGKILL);  // what it left behind
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

enum class End { kClosed, kLate, kStopped, kTooMuch };

// Reads both pipes until the plugin has closed its output.
End read_output(Pipe& out, Pipe& err, const Descriptor& stopped, steady_clock::time_point give_up, std::string& output,
                std::string& complaint) {
  std::array<pollfd, 3> waiting{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {stopped.get(), POLLIN, 0}}};
  std::array<char, 4096> space{};
  while (waiting[0].fd >= 0) {
    const auto left = std::chrono::ceil<milliseconds>(give_up - steady_clock::now());
    if (left.count() <= 0) return End::kLate;
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) <= 0) continue;
    if (waiting[2].revents != 0) return End::kStopped;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waiting[i].revents == 0) continue;
      const ssize_t got = ::read(waiting[i].fd, space.data(), space.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        waiting[i].fd = -1;
        continue;
      }
      const std::string_view piece(space.data(), static_cast<std::size_t>(got));
      if (i == 0) {
        output += piece;
        if (output.size() > kMostOutput) return End::kTooMuch;
      } else {
        complaint += piece.substr(0, kMostComplaint - std::min(kMostComplaint, complaint.size()));
      }
    }
  }
  return End::kClosed;
}

}  // namespace

Result<ExecCredential> run_exec_plugin(const ClusterAccess& access, milliseconds patience, std::stop_token stop) {
  CHECK(access.exec.has_value());
  const std::string name = "the exec plugin " + one_line(access.exec->command);
  TRY_ASSIGN(Pipe out, open_pipe());
  TRY_ASSIGN(Pipe err, open_pipe());
  const Descriptor stopped(eventfd(0, EFD_CLOEXEC));
  const std::stop_callback wake(stop, [&] { (void)eventfd_write(stopped.get(), 1); });
  const auto give_up = steady_clock::now() + patience;
  TRY_ASSIGN(Process process, Process::start(access, out, err));
  out.write.close();
  err.write.close();
  std::string output;
  std::string complaint;
  switch (read_output(out, err, stopped, give_up, output, complaint)) {
    case End::kLate:
      return Error{ErrorKind::kTimeout,
                   name + ": printed no credential within " + std::to_string(patience.count()) + " ms", Retry::kYes};
    case End::kStopped: return Error{ErrorKind::kCancelled, name + ": cancelled, as we were asked to stop"};
    case End::kTooMuch: return Error{ErrorKind::kLimit, name + ": printed more than 1 MiB"};
    case End::kClosed: break;
  }
  const int status = process.wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const std::string how = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                              : "signal " + std::to_string(WTERMSIG(status));
    return Error{ErrorKind::kPermission,
                 name + ": ended with " + how + (complaint.empty() ? "" : ": " + one_line(complaint)), Retry::kYes};
  }
  auto credential = decode_exec_credential(output, access.exec->api_version);
  if (!credential.ok()) return credential.error().within(name);
  return credential;
}

Result<ExecCredential> decode_exec_credential(std::string_view text, std::string_view api_version) {
  const auto wrong = [](const std::string& what) { return Error{ErrorKind::kInput, what}; };
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(text.data(), text.size(), true).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return wrong("printed no ExecCredential: it is no JSON object");
  }
  ExecCredential credential;
  std::string_view kind;
  std::string_view version;
  std::string_view token;
  std::string_view certificate;
  std::string_view key;
  TRY(each_field(root, "the ExecCredential", [&](std::string_view field, const element& value) -> Result<void> {
    if (field == "kind") return read(kind, value, field);
    if (field == "apiVersion") return read(version, value, field);
    if (field != "status") return Ok{};
    return each_field(value, "status", [&](std::string_view part, const element& inner) -> Result<void> {
      if (part == "token") return read(token, inner, "status.token");
      if (part == "clientCertificateData") return read(certificate, inner, "status.clientCertificateData");
      if (part == "clientKeyData") return read(key, inner, "status.clientKeyData");
      if (part == "expirationTimestamp") return read(credential.expires, inner, "status.expirationTimestamp");
      return Ok{};
    });
  }));
  if (kind != "ExecCredential") return wrong("printed no ExecCredential: its kind is another");
  if (version != api_version) {
    return wrong("printed an ExecCredential of another apiVersion than the kubeconfig's " + std::string(api_version));
  }
  if (certificate.empty() != key.empty())
    return wrong("printed a client certificate without its key, or the other way");
  if (token.empty() && certificate.empty()) return wrong("printed neither a token nor a client certificate");
  credential.token = token;
  credential.client_certificate_pem = certificate;
  credential.client_key_pem = key;
  return credential;
}

}  // namespace lastrun::source
