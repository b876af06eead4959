#include "google/credentials.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <variant>

#include "google/authorized_user.h"
#include "google/credentials_file.h"
#include "google/metadata_server.h"
#include "google/service_account.h"

namespace lastrun::google {
namespace {

// Whether a metadata server is there at all must not take long where there is none.
constexpr std::chrono::milliseconds kDetectDeadline{5'000};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string(value);
}

std::string variable(const char* name, const char* old_name) {
  std::string value = variable(name);
  return value.empty() ? variable(old_name) : value;
}

// Empty if neither variable is set.
std::string well_known_file(const Environment& environment) {
  constexpr const char* kName = "application_default_credentials.json";
  if (!environment.cloudsdk_config.empty()) return environment.cloudsdk_config + "/" + kName;
  if (!environment.home.empty()) return environment.home + "/.config/gcloud/" + kName;
  return {};
}

// Not there also means: in a directory that we may not enter, as when a container's HOME is /root but its user is not.
bool is_file(const std::string& path) {
  struct stat status{};
  return !path.empty() && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// They go into headers and URLs.
Result<void> check(const Environment& environment) {
  const auto usage = [](std::string_view name) {
    return Error{ErrorKind::kUsage, fmt::format("environment variable {} has a value that cannot be right", name)};
  };
  if (!environment.quota_project.empty() && !is_visible_ascii(environment.quota_project)) {
    return usage("GOOGLE_CLOUD_QUOTA_PROJECT");
  }
  if (!environment.project.empty() && !is_visible_ascii(environment.project)) return usage("GOOGLE_CLOUD_PROJECT");
  const bool plain_host = is_visible_ascii(environment.metadata_host) &&
                          environment.metadata_host.find_first_of("/@?#\\") == std::string::npos;
  if (!environment.metadata_host.empty() && !plain_host) return usage("GCE_METADATA_HOST");
  return Ok{};
}

std::string first_of(const std::string& wins, const std::string& otherwise) {
  return wins.empty() ? otherwise : wins;
}

Result<Credentials> open_file(const std::string& path, const CredentialsOptions& options, http::HttpClient& http,
                              Clock& clock) {
  TRY_ASSIGN(auto file, load_credentials_file(path));
  Credentials credentials;
  std::unique_ptr<TokenFetcher> fetcher;
  std::string quota_project;
  if (auto* key = std::get_if<ServiceAccountKey>(&file)) {
    TRY_ASSIGN(fetcher, open_service_account(*key, path, options.scopes, clock));
    credentials.kind = CredentialsKind::kServiceAccount;
    credentials.origin = fmt::format("service account {} (key file {})", key->email, path);
    credentials.account = key->email;
    credentials.universe_domain = key->universe_domain;
    credentials.project_id = first_of(options.environment.project, key->project_id);
    quota_project = key->quota_project;
  } else if (auto* user = std::get_if<AuthorizedUser>(&file)) {
    credentials.kind = CredentialsKind::kAuthorizedUser;
    credentials.origin = fmt::format("login of a person (file {})", path);
    credentials.universe_domain = user->universe_domain;
    credentials.project_id = options.environment.project;
    quota_project = user->quota_project;
    fetcher = make_authorized_user(std::move(*user), path, http, clock);
  }
  Token pattern{{}, first_of(options.environment.quota_project, quota_project), credentials.account};
  credentials.tokens =
      std::make_unique<RefreshingTokenSource>(std::move(fetcher), std::move(pattern), clock, options.warn);
  return credentials;
}

Result<Credentials> open_metadata_server(const CredentialsOptions& options, http::HttpClient& http, Clock& clock,
                                         const std::stop_token& stop) {
  const MetadataServer detecting(options.environment.metadata_host, http, clock, kDetectDeadline);
  Credentials credentials;
  TRY_ASSIGN(credentials.universe_domain, detecting.universe_domain(stop));
  credentials.kind = CredentialsKind::kMetadataServer;
  credentials.origin = fmt::format("metadata server {}", detecting.host());
  credentials.project_id = options.environment.project;
  if (credentials.project_id.empty()) {
    // Whoever needs the project says so when it is empty.
    auto project = detecting.project_id(stop);
    if (project.ok()) credentials.project_id = std::move(*project);
  }
  credentials.tokens = std::make_unique<RefreshingTokenSource>(
      make_metadata_fetcher(MetadataServer(options.environment.metadata_host, http, clock), options.scopes),
      Token{{}, options.environment.quota_project, {}}, clock, options.warn);
  return credentials;
}

Error nothing_found(const std::string& well_known, const std::string& metadata) {
  return Error{
      ErrorKind::kNotFound,
      fmt::format("no Google credentials found. Give some in one of three ways: a key file by --credentials FILE or "
                  "GOOGLE_APPLICATION_CREDENTIALS (not set); a login by `gcloud auth application-default login` ({}); "
                  "or run on Google Cloud, on GKE with Workload Identity ({})",
                  well_known.empty() ? "neither CLOUDSDK_CONFIG nor HOME is set" : "there is no file " + well_known,
                  metadata)};
}

}  // namespace

Environment read_environment() {
  Environment environment;
  environment.application_credentials = variable("GOOGLE_APPLICATION_CREDENTIALS");
  environment.cloudsdk_config = variable("CLOUDSDK_CONFIG");
  environment.home = variable("HOME");
  environment.quota_project = variable("GOOGLE_CLOUD_QUOTA_PROJECT");
  environment.project = variable("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT");
  environment.metadata_host = variable("GCE_METADATA_HOST", "GCE_METADATA_ROOT");
  environment.no_metadata_server = variable("NO_GCE_CHECK") == "true";
  return environment;
}

Result<Credentials> open_credentials(const CredentialsOptions& options, http::HttpClient& http, Clock& clock,
                                     const std::stop_token& stop) {
  TRY(check(options.environment));
  if (!options.file.empty()) return open_file(options.file, options, http, clock);
  if (!options.environment.application_credentials.empty()) {
    auto opened = open_file(options.environment.application_credentials, options, http, clock);
    if (!opened.ok()) return opened.error().within("GOOGLE_APPLICATION_CREDENTIALS");
    return opened;
  }
  const std::string well_known = well_known_file(options.environment);
  if (is_file(well_known)) return open_file(well_known, options, http, clock);
  if (options.environment.no_metadata_server) return nothing_found(well_known, "not tried: NO_GCE_CHECK=true");
  auto opened = open_metadata_server(options, http, clock, stop);
  if (!opened.ok() && opened.error().kind != ErrorKind::kCancelled) {
    return nothing_found(well_known, opened.error().message);
  }
  return opened;
}

}  // namespace lastrun::google
