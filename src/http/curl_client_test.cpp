// What only the real client can show: connections, TLS, proxies, name lookup, signals.
#include "http/curl_client.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <signal.h>

#include <condition_variable>
#include <future>
#include <list>
#include <mutex>
#include <optional>

#include "testing/environment.h"
#include "testing/server_process.h"
#include "testing/temp_dir.h"

namespace {

// The C library's getaddrinfo, with one name that nobody ever answers for. libcurl finds this one first, as it stands
// in the program; the thread that curl looks names up in blocks here until the test lets it go.
class HangingLookup {
 public:
  static constexpr const char* kName = "lookup-hangs.test";

  // From now on lookups of kName hang.
  void hold() {
    const std::lock_guard lock{mutex_};
    held_ = true;
    asked_ = 0;
  }
  void release() {
    const std::lock_guard lock{mutex_};
    held_ = false;
    changed_.notify_all();
  }
  int answer() {
    std::unique_lock lock{mutex_};
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
    return EAI_AGAIN;
  }
  void wait_until_asked(int times) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return asked_ >= times; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int asked_ = 0;
  bool held_ = false;
};

HangingLookup& hanging_lookup() {
  static auto* lookup = new HangingLookup;  // never destroyed: curl's detached thread may still be in it
  return *lookup;
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  if (name != nullptr && std::string_view{name} == HangingLookup::kName) return hanging_lookup().answer();
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(name, service, hints, found);
}

namespace lastrun::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::EnvironmentVariable;
using testing::ServerProcess;

class CurlClient : public ::testing::Test {
 protected:
  // Starts a server of test/servers. Ended with the test.
  ServerProcess& start(const std::string& script, const std::vector<std::string>& arguments = {}) {
    auto server = ServerProcess::start_python(LASTRUN_SOURCE_DIR "/test/servers/" + script, arguments);
    CHECK(server.ok());
    return servers_.emplace_back(std::move(*server));
  }
  ServerProcess& start_tls(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.end(), {"--tls", dir_.path().string()});
    return start("http_contract_server.py", arguments);
  }
  [[nodiscard]] std::unique_ptr<HttpClient> open_client(CurlOptions options) const {
    return CurlHttpClient::open(std::move(options)).value();
  }
  [[nodiscard]] std::unique_ptr<HttpClient> open_trusting_client() const {
    CurlOptions options;
    options.ca_file = dir_.file("ca.pem");
    return open_client(options);
  }

  static CurlOptions options_of(std::string ca_file, std::string proxy) {
    CurlOptions options;
    options.ca_file = std::move(ca_file);
    options.proxy = std::move(proxy);
    return options;
  }
  static Request get(const std::string& url) {
    Request request;
    request.url = url;
    return request;
  }
  // One number from the server's /_stats.
  static int stat(HttpClient& client, const std::string& origin, const std::string& name) {
    const Outcome stats = client.send(get(origin + "/_stats"));
    CHECK(stats.ok());
    const std::string key = "\"" + name + "\": ";
    const std::size_t at = stats->body.find(key);
    CHECK(at != std::string::npos);
    return std::stoi(stats->body.substr(at + key.size()));
  }

  testing::NoProxyOrCaFromOutside hermetic_;
  testing::TempDir dir_;
  std::list<ServerProcess> servers_;
};

TEST_F(CurlClient, ConnectionsAreUsedAgainByLaterCalls) {
  const std::string origin = "http://" + start("http_contract_server.py").authority();
  const auto client = open_client({});
  for (int i = 0; i < 5; ++i) {
    for (const auto& outcome : client->send_all({get(origin + "/text"), get(origin + "/text")}, 1, {})) {
      EXPECT_TRUE(outcome.ok());
    }
  }
  EXPECT_EQ(stat(*client, origin, "requests"), 10);
  EXPECT_EQ(stat(*client, origin, "connections"), 1);
}

TEST_F(CurlClient, AsManyRequestsRunAtOnceAsAllowedAndNoMore) {
  const std::string origin = "http://" + start("http_contract_server.py").authority();
  const auto client = open_client({});
  (void)client->send_all(std::vector<Request>(40, get(origin + "/slow-body")), 8, {});
  EXPECT_EQ(stat(*client, origin, "max_in_flight"), 8);
  EXPECT_EQ(stat(*client, origin, "connections"), 8);
}

TEST_F(CurlClient, Http2TakesOneConnectionForAll) {
  const std::string origin = "https://" + start_tls().authority();
  const auto client = open_trusting_client();
  for (int call = 0; call < 3; ++call) {
    for (const auto& outcome : client->send_all(std::vector<Request>(200, get(origin + "/slow-body")), 64, {})) {
      ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    }
  }
  EXPECT_EQ(stat(*client, origin, "http2_requests"), 600);
  EXPECT_EQ(stat(*client, origin, "connections"), 1);
  EXPECT_EQ(stat(*client, origin, "max_streams"), 64);
}

TEST_F(CurlClient, GivingUpOneStreamKeepsTheConnection) {
  const std::string origin = "https://" + start_tls().authority();
  const auto client = open_trusting_client();
  Request hanging = get(origin + "/hang");
  hanging.deadlines.first_byte = milliseconds{50};
  EXPECT_TRUE(client->send(get(origin + "/text")).ok());
  EXPECT_FALSE(client->send(hanging).ok());
  EXPECT_TRUE(client->send(get(origin + "/text")).ok());
  EXPECT_EQ(stat(*client, origin, "connections"), 1);
}

TEST_F(CurlClient, AServerMayAskForACertificate) {
  const std::string origin = "https://" + start_tls({"--client-certificates"}).authority();
  EXPECT_FALSE(open_trusting_client()->send(get(origin + "/text")).ok());
  CurlOptions options;
  options.ca_pem = testing::read_file(dir_.file("ca.pem"));
  options.client_certificate_pem = testing::read_file(dir_.file("client.pem"));
  options.client_key_pem = testing::read_file(dir_.file("client.key"));
  const Outcome outcome = open_client(options)->send(get(origin + "/text"));
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->body, "hello");
}

TEST_F(CurlClient, TheServerMayHaveAnotherNameThanItsHost) {
  const std::string authority = start_tls().authority();  // 127.0.0.1:PORT; the certificate has localhost too
  CurlOptions options;
  options.ca_file = dir_.file("ca.pem");
  options.tls_server_name = "localhost";
  const Outcome named = open_client(options)->send(get("https://" + authority + "/request-headers"));
  ASSERT_TRUE(named.ok()) << named.error().message;
  EXPECT_NE(named->body.find(authority), std::string::npos)
      << "the request still asks for the URL's host: " << named->body;

  options.tls_server_name = "kubernetes.default";
  const Outcome wrong = open_client(options)->send(get("https://" + authority + "/text"));
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("certificate is not trusted"), std::string::npos) << wrong.error().message;
}

TEST_F(CurlClient, ACertificateIsNotLookedAtWhereOneSaysSo) {
  const std::string origin = "https://" + start_tls().authority();
  EXPECT_FALSE(open_client({})->send(get(origin + "/text")).ok());
  CurlOptions options;
  options.verify = CurlOptions::Verify::kNo;
  options.tls_server_name = "somebody.else";
  const Outcome outcome = open_client(options)->send(get(origin + "/text"));
  EXPECT_TRUE(outcome.ok()) << outcome.error().message;
}

TEST_F(CurlClient, AHostThatRefusesDoesSoForWholeGroups) {
  const auto& server = start_tls();
  const std::string origin = "https://" + server.authority();
  const auto client = open_trusting_client();
  servers_.clear();
  for (const auto& outcome : client->send_all(std::vector<Request>(200, get(origin + "/x")), 64, {})) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable);
    EXPECT_FALSE(outcome.may_have_reached());
  }
}

// By the server's own count of requests, nothing of any reached it.
TEST_F(CurlClient, NeitherANameNorTlsThatFailsLetsARequestLeave) {
  const std::string plain = start("http_contract_server.py").authority();
  for (const std::string& url : {std::string{"http://"} + HangingLookup::kName + "/x", "https://" + plain + "/text"}) {
    const Outcome outcome = open_client({})->send(get(url));
    ASSERT_FALSE(outcome.ok()) << url;
    EXPECT_EQ(outcome.error().retry, Retry::kYes) << outcome.error().message;
    EXPECT_FALSE(outcome.may_have_reached()) << outcome.error().message;
  }
  EXPECT_EQ(stat(*open_client({}), "http://" + plain, "requests"), 0);
}

TEST_F(CurlClient, IntroducesItselfAndAsksForGzipOnly) {
  const std::string origin = "http://" + start("http_contract_server.py").authority();
  Request request = get(origin + "/request-headers");
  request.method = Method::kPost;
  request.headers.add("X-Goog-User-Project", "p");
  request.headers.add("X-Empty", "");
  const Outcome outcome = open_client({})->send(request);
  ASSERT_TRUE(outcome.ok());
  EXPECT_NE(outcome->body.find("user-agent: lastrun/"), std::string::npos);
  EXPECT_NE(outcome->body.find("accept-encoding: gzip\n"), std::string::npos);
  EXPECT_NE(outcome->body.find("x-goog-user-project: p\n"), std::string::npos);
  EXPECT_NE(outcome->body.find("x-empty: \n"), std::string::npos);
  EXPECT_NE(outcome->body.find("content-length: 0\n"), std::string::npos);
  for (const char* absent : {"content-type", "expect", "cookie"}) {
    EXPECT_EQ(outcome->body.find(absent), std::string::npos) << outcome->body;
  }
}

TEST_F(CurlClient, AnUnknownCaIsRefusedAndTheSettingNamed) {
  const std::string origin = "https://" + start_tls().authority();
  const Outcome outcome = open_client({})->send(get(origin + "/text"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(outcome.error().retry, Retry::kNo);
  EXPECT_FALSE(outcome.may_have_reached());
  EXPECT_NE(outcome.error().message.find("certificate is not trusted"), std::string::npos) << outcome.error().message;
  EXPECT_NE(outcome.error().message.find("--ca-file or SSL_CERT_FILE"), std::string::npos);
}

TEST_F(CurlClient, TheCaComesFromTheSettingOrTheEnvironment) {
  const std::string origin = "https://" + start_tls().authority();
  EXPECT_TRUE(open_trusting_client()->send(get(origin + "/text")).ok());
  const EnvironmentVariable ca{"SSL_CERT_FILE", dir_.file("ca.pem")};
  EXPECT_TRUE(open_client({})->send(get(origin + "/text")).ok());
}

TEST_F(CurlClient, ACertificateForAnotherHostIsRefused) {
  const int port = start_tls({"--host", "127.0.0.2"}).port();
  const Outcome outcome = open_trusting_client()->send(get("https://127.0.0.2:" + std::to_string(port) + "/text"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().retry, Retry::kNo);
  EXPECT_NE(outcome.error().message.find("certificate is not trusted"), std::string::npos) << outcome.error().message;
}

TEST_F(CurlClient, ACaFileThatIsNoneIsAUsageError) {
  CurlOptions options;
  options.ca_file = dir_.file("missing.pem");
  const auto missing = CurlHttpClient::open(options);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  const std::string origin = "https://" + start_tls().authority();
  const Outcome outcome =
      open_client(options_of(dir_.write("empty.pem", "no certificate"), ""))->send(get(origin + "/text"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kUsage) << outcome.error().message;
  EXPECT_FALSE(outcome.may_have_reached());
}

TEST_F(CurlClient, GoesThroughTheProxyOfTheSettingOrTheEnvironment) {
  const std::string secure = "https://" + start_tls().authority();
  const std::string plain = "http://" + start("http_contract_server.py").authority();
  const std::string proxy = "http://" + start("connect_proxy.py").authority();
  const auto client = open_client(options_of(dir_.file("ca.pem"), proxy));
  const Outcome outcome = client->send(get(secure + "/text"));
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->headers.get("X-Proxy"), "");  // the proxy's own headers are not the server's
  EXPECT_TRUE(client->send(get(plain + "/text")).ok());
  const auto direct = open_trusting_client();
  {
    const EnvironmentVariable variable{"HTTPS_PROXY", proxy};
    EXPECT_TRUE(open_trusting_client()->send(get(secure + "/text")).ok());
    const EnvironmentVariable exception{"NO_PROXY", "127.0.0.1"};
    EXPECT_TRUE(open_trusting_client()->send(get(secure + "/text")).ok());
  }
  EXPECT_EQ(stat(*direct, proxy, "connects"), 2);
  EXPECT_EQ(stat(*direct, proxy, "gets"), 1);
}

TEST_F(CurlClient, ARequestMayGoAroundTheProxy) {
  const std::string plain = "http://" + start("http_contract_server.py").authority();
  const std::string proxy = "http://" + start("connect_proxy.py").authority();
  Request request = get(plain + "/text");
  request.around_proxy = true;
  EXPECT_TRUE(open_client(options_of("", proxy))->send(request).ok());
  {
    const EnvironmentVariable variable{"http_proxy", proxy};
    EXPECT_TRUE(open_client({})->send(request).ok());
  }
  EXPECT_EQ(stat(*open_client({}), proxy, "gets"), 0);
}

TEST_F(CurlClient, AProxysPasswordIsUsedAndNeverShown) {
  const std::string origin = "https://" + start_tls().authority();
  const std::string proxy = start("connect_proxy.py", {"--password", "hunter2"}).authority();
  EXPECT_TRUE(
      open_client(options_of(dir_.file("ca.pem"), "http://user:hunter2@" + proxy))->send(get(origin + "/text")).ok());
  for (const char* prefix :
       {"http://user:hunter3@", "gopher://user:hunter3@", "http://hunter3.user:hunter3@nowhere."}) {
    const Outcome outcome = open_client(options_of(dir_.file("ca.pem"), prefix + proxy))->send(get(origin + "/text"));
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(outcome.error().message.find("hunter"), std::string::npos) << outcome.error().message;
    EXPECT_FALSE(outcome.may_have_reached()) << outcome.error().message;
  }
}

// Both with https and without, as the setting of either says.
TEST_F(CurlClient, AProxyThatRefusesIsNamedAndNotTheServer) {
  const std::string gone = start("connect_proxy.py").authority();
  servers_.clear();
  const std::string refused = "no connection: refused by the proxy " + gone;
  for (const char* url : {"https://monitoring.invalid/x", "http://monitoring.invalid/x"}) {
    const Outcome outcome = open_client(options_of("", "http://user:hunter2@" + gone))->send(get(url));
    ASSERT_FALSE(outcome.ok());
    EXPECT_FALSE(outcome.may_have_reached());
    const std::string& message = outcome.error().message;
    EXPECT_NE(message.find(refused + " (--proxy); is it up"), std::string::npos) << message;
    EXPECT_EQ(message.find("hunter2"), std::string::npos) << message;
    EXPECT_EQ(message.find("only through"), std::string::npos) << message;
  }
  for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    const EnvironmentVariable variable{name, gone};
    const Outcome outcome = open_client({})->send(get("https://monitoring.invalid/x"));
    const std::string& message = outcome.error().message;
    EXPECT_NE(message.find(refused + " (" + name + ")"), std::string::npos) << message;
  }
}

TEST_F(CurlClient, AServerThatRefusesIsNotTakenForTheProxy) {
  const std::string gone = start("connect_proxy.py").authority();
  servers_.clear();
  const EnvironmentVariable variable{"https_proxy", "http://user:hunter2@proxy.invalid:8080"};
  const EnvironmentVariable exception{"NO_PROXY", "127.0.0.1"};
  const std::string message = open_client({})->send(get("https://" + gone + "/x")).error().message;
  EXPECT_NE(message.find("Connection refused; is the server up and reachable from here without the proxy "
                         "proxy.invalid:8080 (https_proxy)?"),
            std::string::npos)
      << message;
}

TEST_F(CurlClient, AProxyThatDoesNotConnectUsIsNamed) {
  const std::string proxy = start("connect_proxy.py", {"--password", "hunter2"}).authority();
  const std::string message = open_client(options_of("", "http://user:hunter3@" + proxy))
                                  ->send(get("https://monitoring.invalid/x"))
                                  .error()
                                  .message;
  EXPECT_NE(message.find("the proxy " + proxy + " (--proxy) refused to connect us: it answered 407"), std::string::npos)
      << message;
}

TEST_F(CurlClient, AProxyThatIsNotFoundIsNamedWithoutItsPassword) {
  const std::pair<const char*, const char*> rows[] = {
      {"http://hunter2:hunter2@nowhere.invalid:3128", "the name of the proxy nowhere.invalid:3128 (--proxy) cannot"},
      {"hunter2:hunter2@nowhere.invalid", "the name of the proxy nowhere.invalid:1080 (--proxy) cannot"},
      {"https://hunter2:hunter2@nowhere.invalid/", "the name of the proxy nowhere.invalid:443 (--proxy) cannot"},
      {"http://user:hunter2", "the name of the proxy of --proxy cannot"},
  };
  for (const auto& [proxy, named] : rows) {
    const std::string message =
        open_client(options_of("", proxy))->send(get("https://monitoring.invalid/x")).error().message;
    EXPECT_NE(message.find(named), std::string::npos) << message;
    EXPECT_EQ(message.find("hunter"), std::string::npos) << message;
  }
}

TEST_F(CurlClient, AProxyMayHaveHeldUpAConnectionThatDoesNotCome) {
  hanging_lookup().hold();
  const auto client = open_client(options_of("", std::string{"http://user:hunter2@"} + HangingLookup::kName + ":3128"));
  Request request = get("https://monitoring.invalid/x");
  request.deadlines.connect = milliseconds{50};
  const std::string message = client->send(request).error().message;
  hanging_lookup().release();
  EXPECT_NE(message.find("is the host reachable from here, and the proxy lookup-hangs.test:3128 (--proxy)"),
            std::string::npos)
      << message;
}

TEST_F(CurlClient, AServerThatDiedBetweenTwoCallsRaisesNoSignal) {
  ASSERT_EQ(signal(SIGPIPE, SIG_DFL), SIG_DFL);  // the test would die of it
  const std::string origin = "https://" + start_tls().authority();
  const auto client = open_trusting_client();
  EXPECT_TRUE(client->send(get(origin + "/text")).ok());
  servers_.clear();
  const Outcome outcome = client->send(get(origin + "/text"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable);
}

// libcurl's usual way is to wait for the thread that looks the name up, however long that takes.
TEST_F(CurlClient, ANameLookupThatHangsHoldsUpNeitherDeadlineNorStop) {
  hanging_lookup().hold();
  const auto client = open_client({});
  Request request = get(std::string{"http://"} + HangingLookup::kName + "/x");
  request.deadlines.connect = milliseconds{50};
  const Outcome late = client->send(request);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().kind, ErrorKind::kTimeout);
  EXPECT_FALSE(late.may_have_reached());

  request.deadlines = {};
  std::stop_source stop;
  auto sent = std::async(std::launch::async, [&] { return client->send(request, stop.get_token()); });
  hanging_lookup().wait_until_asked(2);
  const auto asked = steady_clock::now();
  stop.request_stop();
  const Outcome stopped = sent.get();
  EXPECT_LT(steady_clock::now() - asked, std::chrono::seconds{1});
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind, ErrorKind::kCancelled);
  EXPECT_FALSE(stopped.may_have_reached());
  hanging_lookup().release();
}

}  // namespace
}  // namespace lastrun::http
