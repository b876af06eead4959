#include "app/google_world.h"

#include <utility>

#include "app/log.h"
#include "http/curl_client.h"

namespace lastrun::app {

Result<std::unique_ptr<GoogleWorld>> GoogleWorld::open(const GoogleOptions& options) {
  auto world = std::make_unique<GoogleWorld>();
  http::CurlOptions curl;
  curl.ca_file = options.ca_file;
  curl.proxy = options.proxy;
  TRY_ASSIGN(world->http, http::CurlHttpClient::open(std::move(curl)));
  if (options.no_auth) return world;
  google::CredentialsOptions credentials;
  credentials.environment = google::read_environment();
  credentials.file = options.credentials_file;
  credentials.warn = [](const std::string& warning) { log(Severity::kWarning, warning); };
  TRY_ASSIGN(world->credentials, google::open_credentials(credentials, *world->http, world->clock));
  return world;
}

}  // namespace lastrun::app
