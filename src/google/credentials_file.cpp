#include "google/credentials_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "google/json_fields.h"
#include "http/url.h"

namespace lastrun::google {
namespace {

constexpr std::size_t kLargestFile = 1u << 20;
constexpr std::string_view kDefaultTokenUri = "https://oauth2.googleapis.com/token";
constexpr std::string_view kWhatWorks =
    "what works: a service_account key, an authorized_user file (gcloud auth application-default login), or the "
    "metadata server of Google Cloud (Workload Identity)";

Error input_error(std::string message) {
  return Error{ErrorKind::kInput, std::move(message)};
}

Error errno_error(int code) {
  const ErrorKind kind = code == ENOENT || code == ENOTDIR ? ErrorKind::kNotFound
                         : code == EACCES                  ? ErrorKind::kPermission
                                                           : ErrorKind::kIo;
  return Error{kind, std::generic_category().message(code)};
}

// Closes the descriptor it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// O_NONBLOCK: opening a named pipe that nobody writes to must not wait; it is refused right after.
Result<std::string> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) return errno_error(errno);
  if (S_ISDIR(status.st_mode)) return input_error("is a directory");
  if (!S_ISREG(status.st_mode)) return input_error("is not a regular file");

  std::string text(kLargestFile + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.number(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kLargestFile) return input_error("is larger than 1 MiB, so it is no credentials file");
  text.resize(size);
  return text;
}

// What of an external account names the place its subject token comes from.
std::string external_account_kind(const JsonFields& fields) {
  if (fields.has("credential_source", "environment_id")) return "external_account (AWS)";
  if (fields.has("credential_source", "executable")) return "external_account (executable)";
  if (fields.has("credential_source", "certificate")) return "external_account (certificate)";
  if (fields.has("credential_source", "url")) return "external_account (URL)";
  if (fields.has("credential_source", "file")) return "external_account (file)";
  return "external_account";
}

// Refuses every type but the two that are read.
Error refuse_type(const std::string& type, const JsonFields& fields) {
  const std::string kind = type == "external_account" ? external_account_kind(fields) : type;
  for (const auto planned : {"impersonated_service_account", "external_account (URL)", "external_account (file)"}) {
    if (kind != planned) continue;
    return input_error(
        fmt::format("is of type {}, which lastrun does not read yet (it is planned); {}", kind, kWhatWorks));
  }
  if (type == "external_account" || type == "external_account_authorized_user" || type == "gdch_service_account") {
    return input_error(fmt::format("is of type {}, which lastrun does not read; {}", kind, kWhatWorks));
  }
  return input_error(fmt::format("is of the unknown type {}; {}", quote_name(type), kWhatWorks));
}

// The host of "host:port", IPv6 addresses with their brackets.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

Result<void> check_token_uri(std::string_view uri) {
  const auto url = http::split_url(uri);
  const auto host = url.ok() ? host_of(url->authority) : std::string_view{};
  const bool loopback = host == "127.0.0.1" || host == "[::1]" || host == "localhost";
  if (url.ok() && !host.empty() && (url->scheme == "https" || (url->scheme == "http" && loopback))) return Ok{};
  return input_error(
      "field 'token_uri' must begin with https:// (http:// only to this machine itself): secrets go there");
}

// The string that may be missing, null or empty: then it is `otherwise`.
Result<std::string> string_or(const JsonFields& fields, const std::string& name, std::string_view otherwise) {
  TRY_ASSIGN(auto text, fields.optional_string(name));
  return text && !text->empty() ? *std::move(text) : std::string(otherwise);
}

Result<std::string> decode_universe(const JsonFields& fields) {
  TRY_ASSIGN(auto universe, string_or(fields, "universe_domain", kDefaultUniverse));
  if (!is_host_name(universe)) return input_error("field 'universe_domain' is not a host name");
  return universe;
}

// The quota project goes into a header.
Result<std::string> decode_quota_project(const JsonFields& fields) {
  TRY_ASSIGN(auto project, string_or(fields, "quota_project_id", ""));
  if (!project.empty() && !is_visible_ascii(project)) return input_error("field 'quota_project_id' is not a project");
  return project;
}

Result<CredentialsFile> decode_service_account(const JsonFields& fields) {
  ServiceAccountKey key;
  TRY_ASSIGN(key.email, fields.string("client_email"));
  TRY_ASSIGN(key.private_key, fields.string("private_key"));
  TRY_ASSIGN(key.private_key_id, string_or(fields, "private_key_id", ""));
  TRY_ASSIGN(key.project_id, string_or(fields, "project_id", ""));
  TRY_ASSIGN(key.universe_domain, decode_universe(fields));
  TRY_ASSIGN(key.quota_project, decode_quota_project(fields));
  // Nothing is sent there (tokens are self-signed), but every other client would use it, so it must be sound.
  TRY_ASSIGN(const auto token_uri, fields.string("token_uri"));
  TRY(check_token_uri(token_uri));
  return CredentialsFile{std::move(key)};
}

Result<CredentialsFile> decode_authorized_user(const JsonFields& fields) {
  AuthorizedUser user;
  TRY_ASSIGN(user.client_id, fields.string("client_id"));
  TRY_ASSIGN(user.client_secret, fields.string("client_secret"));
  TRY_ASSIGN(user.refresh_token, fields.string("refresh_token"));
  TRY_ASSIGN(user.rapt_token, string_or(fields, "rapt_token", ""));
  TRY_ASSIGN(user.token_uri, string_or(fields, "token_uri", kDefaultTokenUri));
  TRY(check_token_uri(user.token_uri));
  TRY_ASSIGN(user.universe_domain, decode_universe(fields));
  TRY_ASSIGN(user.quota_project, decode_quota_project(fields));
  return CredentialsFile{std::move(user)};
}

Result<CredentialsFile> decode(std::string_view text) {
  TRY_ASSIGN(const auto fields, JsonFields::decode(text));
  TRY_ASSIGN(const auto type, fields.optional_string("type"));
  if (!type && (fields.has("web") || fields.has("installed"))) {
    return input_error(fmt::format("is an OAuth client's secret, not credentials; {}", kWhatWorks));
  }
  if (!type) return input_error(fmt::format("has no field 'type', so it is no credentials file; {}", kWhatWorks));
  if (*type == "service_account") return decode_service_account(fields);
  if (*type == "authorized_user") return decode_authorized_user(fields);
  return refuse_type(*type, fields);
}

}  // namespace

Result<CredentialsFile> decode_credentials_file(std::string_view text, const std::string& path) {
  auto file = decode(text);
  if (!file.ok()) return file.error().within("credentials file " + path);
  return file;
}

Result<CredentialsFile> load_credentials_file(const std::string& path) {
  auto text = read_file(path);
  if (!text.ok()) return text.error().within("credentials file " + path);
  return decode_credentials_file(*text, path);
}

bool is_visible_ascii(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t kLongestHostName = 253;  // RFC 1035, as text
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= kLongestHostName && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace lastrun::google
