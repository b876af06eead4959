#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/client.h"

namespace lastrun::http {

struct CurlOptions {
  // PEM file of the CAs to trust, instead of the system's. Empty: $SSL_CERT_FILE, else the system's (/etc/ssl/certs).
  std::string ca_file;
  // "http://host:port" (or https://, socks5h://; a user and password may be in it). Empty: the environment's
  // HTTPS_PROXY, http_proxy, ALL_PROXY. NO_PROXY is respected either way.
  std::string proxy;
  // The CAs to trust as PEM text; wins over ca_file.
  std::string ca_pem;
  // Who we are to a server that asks for a certificate, as PEM text: both, or neither.
  std::string client_certificate_pem;
  std::string client_key_pem;
  // The name that the server is asked by (SNI) and that its certificate must have. Empty: the URL's host.
  std::string tls_server_name;
  // kNo: any certificate will do, so that anybody may be at the other end.
  enum class Verify { kYes, kNo } verify = Verify::kYes;
};

// HttpClient on libcurl. TLS 1.2 or later, certificates verified unless told otherwise; HTTP/2 where a https server
// offers it, all requests of a group then share one connection (up to the server's own limit of streams, usually 100).
// Gzip is asked for and undone; other encodings are not asked for.
//
// Beyond the promises of HttpClient: a certificate that does not verify is kUnavailable with Retry::kNo, a CA file
// that curl cannot use is kUsage. libcurl's own resending of a request whose kept connection turns out dead is
// switched off: that is kUnavailable, like every other lost answer.
// Raises no SIGPIPE and installs no signal handler. Blocks neither on DNS nor on TLS when it is told to stop.
class CurlHttpClient : public HttpClient {
 public:
  // kUsage if the CA file cannot be read. Nothing is sent yet.
  static Result<std::unique_ptr<CurlHttpClient>> open(CurlOptions options = {});
  ~CurlHttpClient() override;

  [[nodiscard]] std::vector<Outcome> send_all(const std::vector<Request>& requests, std::size_t max_concurrent,
                                              std::stop_token stop) override;

 private:
  explicit CurlHttpClient(CurlOptions options);

  CurlOptions options_;
  void* multi_;  // CURLM: keeps the connections between calls
};

}  // namespace lastrun::http
