// One call of send_all is a Group: a window of at most max_concurrent Transfers slides over the requests. One thread
// drives them all through curl's multi interface; it sleeps in curl_multi_poll until a socket, the next deadline or a
// requested stop wakes it. The deadlines are kept here and not by curl, which knows no deadline for the first byte and
// does not tell which of its own has passed.
#include "http/curl_client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <list>
#include <optional>
#include <system_error>

#include "base/text.h"
#include "http/failure.h"
#include "http/gunzip.h"
#include "http/url.h"

namespace lastrun::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr long kKeptConnections = 16;  // at least this many stay open between calls

// A proxy as messages name it: its URL may have a user and a password in it.
struct Proxy {
  std::string setting;  // what named it: "--proxy" or a variable of the environment; empty: none is set
  std::string host;     // a name or an address, without the brackets of IPv6; empty: the setting cannot be read
  std::string port;

  [[nodiscard]] bool is_set() const { return !setting.empty(); }
  [[nodiscard]] std::string describe() const {
    if (host.empty()) return "the proxy of " + setting;
    const bool brackets = host.find(':') != std::string::npos;
    return printable("the proxy " + (brackets ? "[" + host + "]" : host) + ":" + port + " (" + setting + ")");
  }
};

// When in doubt, text counts as part of a password, which may hold any character.
Proxy parse_proxy(std::string setting, std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find("://"));
  if (scheme.size() < url.size()) url.remove_prefix(scheme.size() + 3);
  url.remove_prefix(url.rfind('@') + 1);  // npos + 1 is 0
  url = url.substr(0, url.find_first_of("/?#"));
  std::string_view port = scheme == "https" ? "443" : "1080";  // curl's defaults
  const std::size_t colon = url.rfind(':');
  if (colon != url.npos && !url.ends_with(']')) {
    port = url.substr(colon + 1);
    url = url.substr(0, colon);
  }
  if (url.starts_with('[') && url.ends_with(']')) url = url.substr(1, url.size() - 2);
  if (port.empty() || port.find_first_not_of("0123456789") != port.npos) return {std::move(setting), {}, {}};
  return {std::move(setting), std::string{url}, std::string{port}};
}

// The one that curl takes for this request, unless NO_PROXY names its host. Source: man page of CURLOPT_PROXY.
Proxy proxy_of(const Request& request, const CurlOptions& options, bool tls) {
  if (request.around_proxy) return {};
  if (!options.proxy.empty()) return parse_proxy("--proxy", options.proxy);
  // No HTTP_PROXY: a CGI script's client could set it.
  constexpr std::array<const char*, 5> kNames{"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"};
  for (const char* name : kNames) {
    if (tls ? strcmp(name, "http_proxy") == 0 : strncasecmp(name, "https", 5) == 0) continue;
    const char* value = getenv(name);
    if (value != nullptr && *value != '\0') return parse_proxy(name, value);
  }
  return {};
}

// A request on its way. Lives at one address: curl points to it.
class Transfer {
 public:
  Transfer(CURLM* multi, const CurlOptions& options, const Request& request, std::size_t index);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] CURL* easy() const { return easy_; }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] steady_clock::time_point deadline() const {
    const auto limit = started_ + time_limit(request_.deadlines, phase_);
    return idles() ? std::min(limit, last_piece_ + request_.deadlines.idle) : limit;
  }
  // What came of it if it is given up now.
  [[nodiscard]] Outcome late() const {
    const bool idle = idles() && last_piece_ + request_.deadlines.idle < started_ + request_.deadlines.whole;
    if (idle) return idle_too_long(request_);
    return deadline_passed(request_, phase_, proxy_.is_set() ? proxy_.describe() : "");
  }
  [[nodiscard]] Outcome stopped() const { return cancelled(request_, phase_); }
  // What came of it, once curl says that it has ended.
  [[nodiscard]] Outcome finish(CURLcode code);

 private:
  // Why a callback of ours made curl give up.
  enum class Refusal { kNone, kLargeHeaders, kLargeBody, kBrokenGzip, kSentTwice, kEnough };

  void set_options(const CurlOptions& options);
  void set_tls(const CurlOptions& options);
  void ask_by_name(const std::string& name);
  void set_headers();
  [[nodiscard]] bool idles() const { return headers_over_ && request_.deadlines.idle.count() > 0; }
  bool on_header(std::string_view line);
  void on_headers_over();
  bool on_body(std::string_view bytes);
  bool take(std::string_view bytes, std::string& body, std::size_t max_bytes);
  bool pass_on(std::string_view bytes);
  bool on_connected();
  [[nodiscard]] Outcome failure(CURLcode code) const;
  [[nodiscard]] std::string why_no_connection(CURLcode code) const;
  [[nodiscard]] std::string why_no_tcp_connection() const;
  [[nodiscard]] std::string detail(CURLcode code) const;

  CURLM* multi_;
  const Request& request_;
  std::size_t index_;
  CURL* easy_;
  curl_slist* header_lines_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  std::string host_;  // the URL's own authority, where the server is asked by another name
  std::string ca_file_;
  Proxy proxy_;
  steady_clock::time_point started_ = steady_clock::now();
  steady_clock::time_point last_piece_{};  // of the answer, once its headers are over
  bool headers_over_ = false;
  std::string piece_;  // unzipped, for the reader
  Phase phase_ = Phase::kConnecting;
  Refusal refusal_ = Refusal::kNone;
  Response response_;
  std::size_t header_bytes_ = 0;
  std::optional<Gunzip> gunzip_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
};

// curl_easy_setopt fails for options it does not know only, which a wrong libcurl at run time would mean.
template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

Transfer::Transfer(CURLM* multi, const CurlOptions& options, const Request& request, std::size_t index)
    : multi_(multi), request_(request), index_(index), easy_(curl_easy_init()), ca_file_(options.ca_file) {
  CHECK(easy_ != nullptr);
  set_options(options);
  set_headers();
  CHECK(curl_multi_add_handle(multi_, easy_) == CURLM_OK);
}

Transfer::~Transfer() {
  curl_multi_remove_handle(multi_, easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(header_lines_);
  curl_slist_free_all(connect_to_);
}

void Transfer::set_options(const CurlOptions& options) {
  const bool tls = strncasecmp(request_.url.c_str(), "https:", 6) == 0;
  set(easy_, CURLOPT_URL, request_.url.c_str());
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_PATH_AS_IS, 1L);
  set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  // Waiting whether a connection can be shared is right for TLS only: there ALPN tells as soon as it stands, a plain
  // connection would hold up all others until its first answer.
  set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  set(easy_, CURLOPT_PIPEWAIT, tls ? 1L : 0L);
  if (request_.method == Method::kPost) {
    set(easy_, CURLOPT_POST, 1L);
    set(easy_, CURLOPT_POSTFIELDS, request_.body.data());
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  set(easy_, CURLOPT_USERAGENT, "lastrun/" LASTRUN_VERSION);
  set(easy_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);

  set(easy_, CURLOPT_NOSIGNAL, 1L);    // no handlers; curl sends with MSG_NOSIGNAL, under TLS too
  set(easy_, CURLOPT_QUICK_EXIT, 1L);  // giving up does not wait for a name lookup that hangs
  // Curl's own limit (300 s unless set) must not be the first to strike.
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>((request_.deadlines.connect + std::chrono::hours{1}).count()));

  set_tls(options);
  if (tls && !options.tls_server_name.empty()) ask_by_name(options.tls_server_name);
  proxy_ = proxy_of(request_, options, tls);
  if (!options.proxy.empty()) set(easy_, CURLOPT_PROXY, options.proxy.c_str());
  if (request_.around_proxy) set(easy_, CURLOPT_NOPROXY, "*");

  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
  set(easy_, CURLOPT_HEADERDATA, this);
  set(
      easy_, CURLOPT_HEADERFUNCTION, +[](char* data, size_t, size_t size, void* self) -> size_t {
        return static_cast<Transfer*>(self)->on_header({data, size}) ? size : 0;
      });
  set(easy_, CURLOPT_WRITEDATA, this);
  set(
      easy_, CURLOPT_WRITEFUNCTION, +[](char* data, size_t, size_t size, void* self) -> size_t {
        return static_cast<Transfer*>(self)->on_body({data, size}) ? size : size + 1;
      });
  set(easy_, CURLOPT_PREREQDATA, this);
  set(
      easy_, CURLOPT_PREREQFUNCTION, +[](void* self, char*, char*, int, int) -> int {
        return static_cast<Transfer*>(self)->on_connected() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
      });
}

void Transfer::set_tls(const CurlOptions& options) {
  const bool verify = options.verify == CurlOptions::Verify::kYes;
  set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy_, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
  set(easy_, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
  // The options outlive the transfer: curl need not copy.
  const auto blob = [&](CURLoption option, const std::string& pem) {
    if (pem.empty()) return;
    curl_blob bytes{const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
    set(easy_, option, &bytes);
  };
  if (!options.ca_pem.empty()) {
    blob(CURLOPT_CAINFO_BLOB, options.ca_pem);
    set(easy_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  } else if (!options.ca_file.empty()) {
    set(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
    set(easy_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    set(easy_, CURLOPT_PROXY_CAINFO, options.ca_file.c_str());
    set(easy_, CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  }
  blob(CURLOPT_SSLCERT_BLOB, options.client_certificate_pem);
  blob(CURLOPT_SSLKEY_BLOB, options.client_key_pem);
}

// Curl takes the name for SNI and for the certificate from the URL: the URL gets it, and the connection goes where the
// URL pointed before.
void Transfer::ask_by_name(const std::string& name) {
  const auto url = split_url(request_.url);
  CHECK(url.ok());  // check_sendable has seen it
  host_ = url->authority;
  const std::size_t colon = host_.rfind(':');
  const bool has_port = colon != std::string::npos && host_.find(']', colon) == std::string::npos;
  const std::string port = has_port ? host_.substr(colon + 1) : "443";
  const std::string host = has_port ? host_.substr(0, colon) : host_;
  connect_to_ = curl_slist_append(nullptr, ("::" + host + ":" + port).c_str());
  CHECK(connect_to_ != nullptr);
  set(easy_, CURLOPT_CONNECT_TO, connect_to_);
  const std::string shown = name.find(':') == std::string::npos ? name : "[" + name + "]";
  const std::string rest = request_.url.substr(url->scheme.size() + 3 + url->authority.size());
  set(easy_, CURLOPT_URL, (std::string(url->scheme) + "://" + shown + ":" + port + rest).c_str());
}

void Transfer::set_headers() {
  const auto add = [&](const std::string& line) {
    header_lines_ = curl_slist_append(header_lines_, line.c_str());
    CHECK(header_lines_ != nullptr);
  };
  const auto given = [&](std::string_view name) {
    const auto& entries = request_.headers.entries();
    return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) {
      return entry.first.size() == name.size() && strncasecmp(entry.first.data(), name.data(), name.size()) == 0;
    });
  };
  for (const auto& [name, value] : request_.headers.entries()) {
    // "Name:" alone would take one of curl's own headers away; "Name;" is how curl spells an empty value.
    add(value.find_first_not_of(" \t") == std::string::npos ? name + ";" : name + ": " + value);
  }
  if (!host_.empty() && !given("Host")) add("Host: " + host_);
  if (!given("Accept-Encoding")) add("Accept-Encoding: gzip");
  if (!given("Content-Type")) add("Content-Type:");  // curl would call every body a form
  if (!given("Expect")) add("Expect:");              // curl would wait a second before a large body
  set(easy_, CURLOPT_HTTPHEADER, header_lines_);
}

bool Transfer::on_connected() {
  if (phase_ == Phase::kConnecting) {
    phase_ = Phase::kWaiting;
    return true;
  }
  refusal_ = Refusal::kSentTwice;  // curl found a kept connection dead and would send the request again
  return false;
}

bool Transfer::on_header(std::string_view line) {
  phase_ = Phase::kReceiving;
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    refusal_ = Refusal::kLargeHeaders;
    return false;
  }
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (headers_over_) return true;  // a trailer
  if (line.empty()) {
    on_headers_over();
    return true;
  }
  if (line.starts_with("HTTP/")) {  // an answer begins; the one before it was interim (1xx)
    response_.headers = {};
    gunzip_.reset();
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
  response_.headers.add(std::string{name}, std::string{value});
  return true;
}

// The headers of the answer itself, not of an interim one.
void Transfer::on_headers_over() {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return;
  headers_over_ = true;
  last_piece_ = steady_clock::now();
  response_.status = static_cast<int>(status);
  if (strcasecmp(std::string{response_.headers.get("Content-Encoding")}.c_str(), "gzip") == 0) gunzip_.emplace();
  if (request_.reader != nullptr) request_.reader->begin(response_);
}

bool Transfer::on_body(std::string_view bytes) {
  last_piece_ = steady_clock::now();
  return request_.reader != nullptr ? pass_on(bytes) : take(bytes, response_.body, request_.max_body_bytes);
}

// Appends to `body` what the bytes unzip to; it never grows beyond `max_bytes`.
bool Transfer::take(std::string_view bytes, std::string& body, std::size_t max_bytes) {
  if (gunzip_) {
    switch (gunzip_->feed(bytes, body, max_bytes)) {
      case Gunzip::Status::kOk: return true;
      case Gunzip::Status::kBroken: refusal_ = Refusal::kBrokenGzip; return false;
      case Gunzip::Status::kTooLarge: refusal_ = Refusal::kLargeBody; return false;
    }
  }
  if (bytes.size() > max_bytes - body.size()) {
    refusal_ = Refusal::kLargeBody;
    return false;
  }
  body.append(bytes);
  return true;
}

bool Transfer::pass_on(std::string_view bytes) {
  if (gunzip_) {
    piece_.clear();
    if (!take(bytes, piece_, request_.max_body_bytes)) return false;
    bytes = piece_;
  }
  if (bytes.empty() || request_.reader->read(bytes)) return true;
  refusal_ = Refusal::kEnough;
  return false;
}

Outcome Transfer::finish(CURLcode code) {
  if (refusal_ == Refusal::kEnough) return std::move(response_);
  if (code != CURLE_OK) return failure(code);
  if (gunzip_ && !gunzip_->complete()) return no_whole_answer(request_, "its gzip data ends early");
  return std::move(response_);
}

Outcome Transfer::failure(CURLcode code) const {
  switch (refusal_) {
    case Refusal::kLargeHeaders: return headers_too_large(request_);
    case Refusal::kLargeBody: return body_too_large(request_);
    case Refusal::kBrokenGzip: return no_whole_answer(request_, "its gzip data is broken");
    case Refusal::kSentTwice: return no_whole_answer(request_, "the connection, kept from before, broke first");
    case Refusal::kEnough:
    case Refusal::kNone: break;
  }
  if (phase_ != Phase::kConnecting) return no_whole_answer(request_, detail(code));
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {Error{ErrorKind::kUsage, describe(request_) + ": the URL cannot be fetched: " + detail(code)},
              Reached::kNo};
    case CURLE_SSL_CACERT_BADFILE:
      return {Error{ErrorKind::kUsage, describe(request_) + ": the CA file " + ca_file_ +
                                           " holds no certificate that can be read; it must be PEM"},
              Reached::kNo};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {Error{ErrorKind::kUnavailable,
                    describe(request_) + ": the server's certificate is not trusted: " + detail(code) +
                        "; is this the right host? If its CA is one of your own, name that CA's file with --ca-file or "
                        "SSL_CERT_FILE"},
              Reached::kNo};
    default: return no_connection(request_, why_no_connection(code));
  }
}

std::string Transfer::why_no_connection(CURLcode code) const {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "the host's name cannot be resolved; is it spelled right, does DNS work here?";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the name of " + proxy_.describe() + " cannot be resolved; is it spelled right, does DNS work here?";
    case CURLE_COULDNT_CONNECT: return why_no_tcp_connection();
    default: {
      long answer_to_connect = 0;
      curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &answer_to_connect);
      if (answer_to_connect < 300) return detail(code);
      return proxy_.describe() + " refused to connect us: it answered " + std::to_string(answer_to_connect);
    }
  }
}

std::string Transfer::why_no_tcp_connection() const {
  long number = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &number);
  if (number == 0) return detail(CURLE_COULDNT_CONNECT);
  const std::string reason = std::generic_category().message(static_cast<int>(number));
  if (!proxy_.is_set()) {
    return reason + "; is the server up and reachable from here, or only through a proxy (HTTPS_PROXY)?";
  }
  // Whether NO_PROXY named the host is known to curl alone, which tells by its words (from 8.7.0 on otherwise, too).
  const std::string_view words{error_text_.data()};
  if (words.find(" to " + proxy_.host + " port " + proxy_.port + " ") == words.npos) {
    return reason + "; is the server up and reachable from here without " + proxy_.describe() + "?";
  }
  const std::string what =
      number == ECONNREFUSED ? "refused by " + proxy_.describe() : proxy_.describe() + " cannot be reached: " + reason;
  return what + "; is it up and reachable from here, is the setting right?";
}

// Curl's own words, which may hold text from the server (a certificate's names) or, in its complaints about proxies,
// a password: it is made printable, and what looks like an URL is not shown.
std::string Transfer::detail(CURLcode code) const {
  std::string text{error_text_.data()};
  if (text.empty() || text.find("://") != std::string::npos || text.find('@') != std::string::npos) {
    text = curl_easy_strerror(code);
  }
  return printable(text);
}

// The requests of one call of send_all.
class Group {
 public:
  Group(CURLM* multi, const CurlOptions& options, const std::vector<Request>& requests, std::size_t max_concurrent)
      : multi_(multi), options_(options), requests_(requests), max_concurrent_(max_concurrent) {
    outcomes_.resize(requests.size());
  }

  [[nodiscard]] bool done() const { return next_ == requests_.size() && active_.empty(); }

  // Starts as many as may run at once.
  void start() {
    while (next_ < requests_.size() && active_.size() < max_concurrent_) {
      const Request& request = requests_[next_];
      if (auto sendable = check_sendable(request); !sendable) {
        outcomes_[next_] = Outcome{std::move(sendable).error(), Reached::kNo};
      } else {
        active_.emplace_back(multi_, options_, request, next_);
      }
      ++next_;
    }
  }

  // Does what can be done without waiting and takes the outcomes that there are.
  void perform() {
    int running = 0;
    CHECK(curl_multi_perform(multi_, &running) == CURLM_OK);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      outcomes_[transfer->index()] = transfer->finish(message->data.result);
      active_.remove_if([&](const Transfer& each) { return &each == transfer; });
    }
    const auto now = steady_clock::now();
    active_.remove_if([&](const Transfer& each) {
      if (each.deadline() > now) return false;
      outcomes_[each.index()] = each.late();
      return true;
    });
  }

  // Until a socket is ready, the next deadline, or curl_multi_wakeup.
  void wait() {
    if (active_.empty()) return;
    auto until = steady_clock::time_point::max();
    for (const Transfer& each : active_) until = std::min(until, each.deadline());
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    const auto timeout = std::clamp<milliseconds::rep>(left.count(), 0, INT_MAX);
    CHECK(curl_multi_poll(multi_, nullptr, 0, static_cast<int>(timeout), nullptr) == CURLM_OK);
  }

  // The outcomes; those that there are none of yet were cancelled.
  [[nodiscard]] std::vector<Outcome> take() {
    for (const Transfer& each : active_) outcomes_[each.index()] = each.stopped();
    active_.clear();
    std::vector<Outcome> all;
    all.reserve(outcomes_.size());
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      all.push_back(outcomes_[i] ? std::move(*outcomes_[i]) : cancelled(requests_[i], Phase::kConnecting));
    }
    return all;
  }

 private:
  CURLM* multi_;
  const CurlOptions& options_;
  const std::vector<Request>& requests_;
  std::size_t max_concurrent_;
  std::size_t next_ = 0;
  std::list<Transfer> active_;
  std::vector<std::optional<Outcome>> outcomes_;
};

}  // namespace

Result<std::unique_ptr<CurlHttpClient>> CurlHttpClient::open(CurlOptions options) {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(kStarted == CURLE_OK);
  if (options.ca_file.empty()) {
    if (const char* file = getenv("SSL_CERT_FILE")) options.ca_file = file;
  }
  if (!options.ca_file.empty() && access(options.ca_file.c_str(), R_OK) != 0) {
    const int reason = errno;
    return Error{ErrorKind::kUsage,
                 "the CA file " + options.ca_file +
                     " (--ca-file or SSL_CERT_FILE) cannot be read: " + std::generic_category().message(reason)};
  }
  return std::unique_ptr<CurlHttpClient>{new CurlHttpClient{std::move(options)}};
}

CurlHttpClient::CurlHttpClient(CurlOptions options) : options_(std::move(options)), multi_(curl_multi_init()) {
  CHECK(multi_ != nullptr);
  CHECK(curl_multi_setopt(static_cast<CURLM*>(multi_), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX) == CURLM_OK);
}

CurlHttpClient::~CurlHttpClient() {
  curl_multi_cleanup(multi_);
}

std::vector<Outcome> CurlHttpClient::send_all(const std::vector<Request>& requests, std::size_t max_concurrent,
                                              std::stop_token stop) {
  CHECK(max_concurrent > 0);
  const long at_once = static_cast<long>(std::min<std::size_t>(max_concurrent, INT_MAX));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, std::max(at_once, kKeptConnections));

  Group group{multi_, options_, requests, max_concurrent};
  const std::stop_callback wake{stop, [this] { curl_multi_wakeup(multi_); }};
  while (!group.done() && !stop.stop_requested()) {
    group.perform();
    group.start();
    group.wait();  // returns at once for what has just been started
  }
  return group.take();
}

}  // namespace lastrun::http
