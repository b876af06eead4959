#include "google/metadata_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "google/credentials_file.h"

namespace lastrun::google {
namespace {

using std::chrono::milliseconds;

// The address instead of the name metadata.google.internal, as Google's Go client does: no DNS server that is down,
// slow or not Google's stands in between.
constexpr std::string_view kDefaultHost = "169.254.169.254";

// It is on the same machine. A first token can take seconds on GKE, where it is exchanged behind the scenes.
constexpr http::Deadlines kDeadlines{milliseconds{1'000}, milliseconds{8'000}, milliseconds{8'000}};

constexpr std::size_t kLargestAnswer = 64u << 10;

Error status_error(int status) {
  if (status == 404) return Error{ErrorKind::kNotFound, "there is no such value (status 404)"};
  const auto message = fmt::format("answered with status {}", status);
  if (status >= 500 || status == 429 || status == 408) return Error{ErrorKind::kUnavailable, message, Retry::kYes};
  if (status == 401 || status == 403) return Error{ErrorKind::kPermission, message};
  return Error{ErrorKind::kRejected, message};
}

class MetadataTokenFetcher : public TokenFetcher {
 public:
  MetadataTokenFetcher(MetadataServer server, std::vector<std::string> scopes)
      : server_(std::move(server)), scopes_(std::move(scopes)) {}

  Result<FreshToken> fetch(std::stop_token stop) override { return server_.token(scopes_, stop); }

 private:
  MetadataServer server_;
  std::vector<std::string> scopes_;
};

// Scopes are URLs of letters, digits and "-_./:"; what else there may be is escaped.
std::string escape_scope(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_./:,").find(c) != std::string_view::npos;
    escaped += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return escaped;
}

}  // namespace

MetadataServer::MetadataServer(std::string host, http::HttpClient& http, Clock& clock, milliseconds deadline)
    : host_(host.empty() ? std::string(kDefaultHost) : std::move(host)), http_(http), clock_(clock) {
  tries_.deadline = deadline;
}

Result<std::string> MetadataServer::get(const std::string& path, const std::stop_token& stop) const {
  http::Request request;
  request.url = fmt::format("http://{}/computeMetadata/v1/{}", host_, path);
  request.headers.add("Metadata-Flavor", "Google");
  request.around_proxy = true;  // its tokens must not travel through one
  request.deadlines = kDeadlines;
  request.max_body_bytes = kLargestAnswer;
  auto outcome = send_with_retries(http_, clock_, std::move(request), tries_, stop);

  const std::string attempt =
      fmt::format("reading {} from the metadata server {}", path.substr(0, path.find('?')), host_);
  if (!outcome.ok()) return outcome.error().within(attempt);
  if (outcome->headers.get("Metadata-Flavor") != "Google") {
    return Error{ErrorKind::kRejected, "its answer lacks the header Metadata-Flavor: Google, so it is another server"}
        .within(attempt);
  }
  if (outcome->status != 200) return status_error(outcome->status).within(attempt);
  return std::move(outcome->body);
}

Result<std::string> MetadataServer::get_word(const std::string& path, const std::stop_token& stop) const {
  TRY_ASSIGN(auto word, get(path, stop));
  while (!word.empty() && (word.back() == '\n' || word.back() == '\r')) word.pop_back();
  if (!is_visible_ascii(word)) {
    return Error{ErrorKind::kRejected, fmt::format("the metadata server {} gave no usable {}", host_, path)};
  }
  return word;
}

Result<std::string> MetadataServer::project_id(const std::stop_token& stop) const {
  return get_word("project/project-id", stop);
}

Result<std::string> MetadataServer::universe_domain(const std::stop_token& stop) const {
  auto answer = get("universe/universe-domain", stop);
  if (!answer.ok() && answer.error().kind == ErrorKind::kNotFound) return std::string(kDefaultUniverse);
  if (!answer.ok()) return answer;
  if (answer->empty()) return std::string(kDefaultUniverse);
  if (is_host_name(*answer)) return answer;
  return Error{ErrorKind::kRejected, fmt::format("the metadata server {} gave no usable universe domain", host_)};
}

Result<std::string> MetadataServer::cluster_name(const std::stop_token& stop) const {
  return get_word("instance/attributes/cluster-name", stop);
}

Result<std::string> MetadataServer::cluster_location(const std::stop_token& stop) const {
  return get_word("instance/attributes/cluster-location", stop);
}

Result<FreshToken> MetadataServer::token(const std::vector<std::string>& scopes, const std::stop_token& stop) const {
  const auto asked_at = clock_.now();
  std::string path = "instance/service-accounts/default/token";
  if (!scopes.empty()) path += "?scopes=" + escape_scope(fmt::format("{}", fmt::join(scopes, ",")));
  auto body = get(path, stop);
  if (!body.ok() && body.error().kind == ErrorKind::kNotFound) {
    return Error{ErrorKind::kPermission,
                 fmt::format("the metadata server {} knows no service account for this machine or pod: attach one, on "
                             "GKE by Workload Identity",
                             host_)};
  }
  if (!body.ok() && body.error().kind == ErrorKind::kPermission) {
    return Error{
        ErrorKind::kPermission,
        body.error().message + "; on GKE, does the Kubernetes service account have roles/iam.workloadIdentityUser?"};
  }
  if (!body.ok()) return std::move(body).error();
  auto token = decode_token_answer(*body, asked_at);
  if (!token.ok()) return token.error().within(fmt::format("reading a token from the metadata server {}", host_));
  return token;
}

std::unique_ptr<TokenFetcher> make_metadata_fetcher(MetadataServer server, std::vector<std::string> scopes) {
  return std::make_unique<MetadataTokenFetcher>(std::move(server), std::move(scopes));
}

}  // namespace lastrun::google
