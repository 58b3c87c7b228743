// SPDX-License-Identifier: Apache-2.0
// The client against the server of this module, and against peers that do not behave.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "net/http.h"
#include "net/http_server.h"

namespace pons::net {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<HttpServer> Start(Handler handler, ServerOptions options = {}) {
  static MemoryLogger log;
  options.threads = 1;
  auto server = StartHttpServer(options, std::move(handler), log);
  EXPECT_TRUE(server.has_value()) << (server ? "" : server.error().summary);
  return std::move(server).value();
}

std::unique_ptr<HttpTransport> AtHome() {
  CurlSettings settings;
  settings.policy = AddressPolicy::kAnyForDevelopment;
  return MakeCurlTransport(settings);
}

HttpRequest To(std::uint16_t port, std::string_view path = "/") {
  HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + std::string(path);
  request.timeout = std::chrono::seconds(10);
  return request;
}

// Accepts one connection at a time and sends `answer` to whatever comes; empty: says nothing.
class RudePeer {
 public:
  explicit RudePeer(std::string answer) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] {
      while (true) {
        const int peer = accept(fd_, nullptr, nullptr);
        if (peer < 0) return;
        ++accepted_;
        char block[4096];
        if (!answer.empty()) {
          const bool keep = answer.find("keep-alive") != std::string::npos;
          do {
            if (recv(peer, block, sizeof block, 0) <= 0) break;
            send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
          } while (keep);
        } else {
          while (recv(peer, block, sizeof block, 0) > 0) {
          }
        }
        close(peer);
      }
    });
  }
  ~RudePeer() {
    shutdown(fd_, SHUT_RDWR);
    thread_.join();
    close(fd_);
  }
  RudePeer(const RudePeer&) = delete;
  RudePeer& operator=(const RudePeer&) = delete;
  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::thread thread_;
};

TEST(CurlTransport, CarriesMethodHeadersAndBody) {
  auto server = Start([](const ServerRequest& request, const Responder& respond) {
    ServerResponse response;
    response.status = 207;
    response.headers = {{"X-Back", std::string(FindHeader(request.headers, "X-There"))}};
    response.body = request.method + " " + request.target + " " + request.body + " " +
                    std::string(FindHeader(request.headers, "content-type"));
    respond(std::move(response));
  });
  auto transport = AtHome();
  const CancelToken cancel;
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    auto request = To(server->port(), "/a%20b?c=d");
    request.method = method;
    request.headers = {{"X-There", "1 2"}, {"Content-Type", "text/x"}};
    request.body = std::string("b\0y", 3);
    const auto response = transport->Send(request, cancel);
    ASSERT_TRUE(response) << response.error().summary;
    EXPECT_EQ(response->status, 207);
    EXPECT_EQ(FindHeader(response->headers, "x-back"), "1 2");
    EXPECT_EQ(response->body,
              std::string(method) + " /a%20b?c=d " + std::string("b\0y", 3) + " text/x");
  }
}

TEST(CurlTransport, ReusesItsConnection) {
  auto transport = AtHome();
  const CancelToken cancel;
  RudePeer keeping("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(transport->Send(To(keeping.port()), cancel));
  EXPECT_EQ(keeping.accepted(), 1);
  RudePeer closing("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(transport->Send(To(closing.port()), cancel));
  EXPECT_EQ(closing.accepted(), 3);
  transport.reset();  // hangs up, which lets the first peer go
}

TEST(CurlTransport, DoesNotFollowRedirects) {
  std::atomic<int> requests{0};
  auto server = Start([&](const ServerRequest&, const Responder& respond) {
    ++requests;
    ServerResponse response;
    response.status = 302;
    response.headers = {{"Location", "/elsewhere"}};
    respond(std::move(response));
  });
  const auto response = AtHome()->Send(To(server->port()), CancelToken());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(requests, 1);
}

TEST(CurlTransport, StopsAtTheLimit) {
  auto server = Start([](const ServerRequest&, const Responder& respond) {
    ServerResponse response;
    response.body = std::string(100000, 'x');
    respond(std::move(response));
  });
  auto request = To(server->port());
  request.max_response_bytes = 99999;
  const auto response = AtHome()->Send(request, CancelToken());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().fault, Fault::kProtocol);
  request.max_response_bytes = 100000;
  EXPECT_TRUE(AtHome()->Send(request, CancelToken()).has_value());
}

TEST(CurlTransport, NeverDialsAnAddressThePolicyRefuses) {
  std::atomic<int> requests{0};
  RudePeer neighbour("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  auto transport = MakeCurlTransport({});
  // Names that look harmless and resolve to this machine; the form of the URL tells nothing.
  for (const char* host : {"ip6-localhost", "ip6-loopback"}) {
    HttpRequest request;
    request.url = "https://" + std::string(host) + ":" + std::to_string(neighbour.port()) + "/";
    request.timeout = std::chrono::seconds(5);
    const auto response = transport->Send(request, CancelToken());
    ASSERT_FALSE(response.has_value()) << host;
    // Where the name is not in this machine's hosts file, it is not resolved at all.
    EXPECT_TRUE(response.error().fault == Fault::kForbidden ||
                response.error().fault == Fault::kUnavailable);
  }
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  HttpRequest request;
  request.url = "https://" + std::string(name) + ":" + std::to_string(neighbour.port()) + "/";
  request.timeout = std::chrono::seconds(5);
  EXPECT_FALSE(transport->Send(request, CancelToken()).has_value());
  EXPECT_EQ(neighbour.accepted(), 0);
}

TEST(CurlTransport, SaysWhetherTheRequestMayHaveArrived) {
  auto transport = AtHome();
  RudePeer silent("");
  auto request = To(silent.port());
  request.timeout = std::chrono::milliseconds(200);
  auto response = transport->Send(request, CancelToken());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().fault, Fault::kUnavailable);
  EXPECT_EQ(response.error().effect, Effect::kUnknown);

  RudePeer hangs_up("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  response = transport->Send(To(hangs_up.port()), CancelToken());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().effect, Effect::kUnknown);

  std::uint16_t free_port = 0;
  { free_port = RudePeer("").port(); }
  response = transport->Send(To(free_port), CancelToken());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().fault, Fault::kUnavailable);
  EXPECT_EQ(response.error().effect, Effect::kNone);
}

TEST(CurlTransport, WhatIsNoHttpIsAProtocolError) {
  RudePeer peer("220 mail.example ESMTP\r\n");
  const auto response = AtHome()->Send(To(peer.port()), CancelToken());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().fault, Fault::kProtocol);
}

TEST(CurlTransport, StopsWhenCancelled) {
  RudePeer silent("");
  CancelToken cancel;
  std::thread other([&] { cancel.Cancel(); });
  auto request = To(silent.port());
  request.timeout = std::chrono::seconds(60);
  const auto response = AtHome()->Send(request, cancel);
  other.join();
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().fault, Fault::kCancelled);
}

TEST(CurlTransport, RefusesHeadersWithLineBreaks) {
  auto request = To(1);
  request.headers = {{"X", "a\r\nY: b"}};
  const auto response = AtHome()->Send(request, CancelToken());
  ASSERT_FALSE(response.has_value());
  EXPECT_EQ(response.error().fault, Fault::kMisconfigured);
}

TEST(CurlTransport, SpeaksTlsAndChecksTheCertificate) {
  const auto dir =
      std::filesystem::temp_directory_path() / ("pons-tls-" + std::to_string(getpid()));
  std::filesystem::create_directories(dir);
  const std::string key = (dir / "key.pem").string(), certificate = (dir / "cert.pem").string();
  const std::string make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout " +
      key + " -out " + certificate +
      " -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null";
  ASSERT_EQ(std::system(make.c_str()), 0);
  ServerOptions options;
  options.tls_certificate_file = certificate;
  options.tls_key_file = key;
  const std::string big(1u << 20, 'q');
  auto server = Start(
      [&](const ServerRequest& request, const Responder& respond) {
        ServerResponse response;
        response.body = request.body + big;
        respond(std::move(response));
      },
      options);
  HttpRequest request;
  request.method = "POST";
  request.url = "https://localhost:" + std::to_string(server->port()) + "/";
  request.body = std::string(300000, 'b');
  request.timeout = std::chrono::seconds(10);

  CurlSettings settings;
  settings.policy = AddressPolicy::kAnyForDevelopment;
  const auto stranger = MakeCurlTransport(settings)->Send(request, CancelToken());
  ASSERT_FALSE(stranger.has_value());
  EXPECT_THAT(stranger.error().summary, HasSubstr("certificate"));
  EXPECT_EQ(stranger.error().effect, Effect::kNone);

  settings.ca_file = certificate;
  auto transport = MakeCurlTransport(settings);
  for (int i = 0; i < 3; ++i) {
    const auto response = transport->Send(request, CancelToken());
    ASSERT_TRUE(response) << response.error().summary;
    EXPECT_EQ(response->body, request.body + big);
  }
  std::filesystem::remove_all(dir);
}

TEST(HttpServerTls, NamesTheFileItCannotUse) {
  MemoryLogger log;
  ServerOptions options;
  options.tls_certificate_file = "/nonexistent/cert.pem";
  options.tls_key_file = "/nonexistent/key.pem";
  const auto server = StartHttpServer(
      options, [](const ServerRequest&, const Responder&) {}, log);
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().fault, Fault::kMisconfigured);
  EXPECT_THAT(server.error().summary, HasSubstr("/nonexistent/cert.pem"));
}

}  // namespace
}  // namespace pons::net
