// SPDX-License-Identifier: Apache-2.0
// The server over real sockets: what a client may send in pieces, together, too long, or badly.
#include "net/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "net/http_wire.h"

namespace pons::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A client of nothing but bytes.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const timeval limit{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~RawClient() { close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void Send(std::string_view text) {
    while (!text.empty()) {
      const auto n = send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // Reads until `count` complete answers have come, or the peer closed.
  std::string Answers(int count) {
    std::string got;
    while (CountAnswers(got) < count) {
      char block[65536];
      const auto n = recv(fd_, block, sizeof block, 0);
      if (n <= 0) break;
      got.append(block, static_cast<std::size_t>(n));
    }
    return got;
  }
  std::string UntilClosed() { return Answers(1 << 20); }

 private:
  static int CountAnswers(std::string_view text) {
    int count = 0;
    while (true) {
      const auto head = text.find("\r\n\r\n");
      if (head == std::string_view::npos) return count;
      std::size_t length = 0;
      const auto at = text.find("Content-Length: ");
      if (at < head) length = std::stoul(std::string(text.substr(at + 16, 12)));
      if (text.size() < head + 4 + length) return count;
      text.remove_prefix(head + 4 + length);
      ++count;
    }
  }
  int fd_;
};

ServerResponse Text(std::string body) {
  ServerResponse response;
  response.headers = {{"Content-Type", "text/plain"}};
  response.body = std::move(body);
  return response;
}

void Echo(const ServerRequest& request, const Responder& respond) {
  respond(Text(request.method + " " + std::string(request.path) + "|" + std::string(request.query) +
               "|" + request.body + "|" + std::string(FindHeader(request.headers, "x-one")) + "|" +
               request.peer));
}

std::unique_ptr<HttpServer> Start(Handler handler, ServerOptions options = {}) {
  static MemoryLogger log;
  options.threads = 2;
  auto server = StartHttpServer(options, std::move(handler), log);
  EXPECT_TRUE(server.has_value()) << (server ? "" : server.error().summary);
  return std::move(server).value();
}

constexpr std::string_view kGet = "GET /a?b=c HTTP/1.1\r\nHost: h\r\nX-One: 1\r\n\r\n";

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  auto server = Start(Echo);
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.Send(kGet);
    const auto answer = client.Answers(1);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /a|b=c||1|127.0.0.1"));
    EXPECT_THAT(answer, Not(HasSubstr("Connection:")));
  }
}

TEST(HttpServer, HeadersOfOneRequestDoNotReachTheNext) {
  auto server = Start(Echo);
  RawClient client(server->port());
  client.Send(kGet);
  EXPECT_THAT(client.Answers(1), EndsWith("|1|127.0.0.1"));
  client.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.Answers(1), EndsWith("GET /||||127.0.0.1"));
}

TEST(HttpServer, TakesARequestByteByByte) {
  auto server = Start(Echo);
  RawClient client(server->port());
  const std::string request = "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
  for (const char c : request) client.Send({&c, 1});
  EXPECT_THAT(client.Answers(1), EndsWith("POST /p||hello||127.0.0.1"));
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  auto server = Start([](const ServerRequest& request, const Responder& respond) {
    respond(Text("<" + request.target + ">"));
  });
  RawClient client(server->port());
  std::string requests;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    expected += "</" + std::to_string(i) + ">";
  }
  client.Send(requests);
  const std::string answers = client.Answers(200);
  std::string bodies;
  for (std::size_t at = 0; (at = answers.find("\r\n\r\n<", at)) != std::string::npos; at += 4) {
    bodies += answers.substr(at + 4, answers.find('>', at) - at - 3);
  }
  EXPECT_EQ(bodies, expected);
}

TEST(HttpServer, ReadsChunkedBodies) {
  auto server = Start(Echo);
  RawClient client(server->port());
  client.Send(
      "POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_THAT(client.Answers(1), EndsWith("POST /p||abcdefg||127.0.0.1"));
}

TEST(HttpServer, HeadHasTheLengthAndNoBody) {
  auto server =
      Start([](const ServerRequest&, const Responder& respond) { respond(Text("twelve bytes")); });
  RawClient client(server->port());
  client.Send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto answer = client.UntilClosed();
  EXPECT_THAT(answer, HasSubstr("Content-Length: 12\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST(HttpServer, AsksForTheBodyThatWaitsFor100Continue) {
  auto server = Start(Echo);
  RawClient client(server->port());
  client.Send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Answers(1), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("ok");
  EXPECT_THAT(client.Answers(1), EndsWith("POST /p||ok||127.0.0.1"));
}

TEST(HttpServer, RefusesABodyThatIsTooLongBeforeReadingIt) {
  ServerOptions options;
  options.max_body_bytes = 1000;
  auto server = Start(Echo, options);
  RawClient client(server->port());
  client.Send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_THAT(client.UntilClosed(), StartsWith("HTTP/1.1 413 "));
  RawClient chunked(server->port());
  chunked.Send("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
               std::string(1001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.UntilClosed(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, LetsTheHandlerSayHowLongABodyMayBe) {
  ServerOptions options;
  options.max_body_bytes = 5000;
  options.body_limit = [](const ServerRequest& request) -> std::size_t {
    return request.target == "/large" && FindHeader(request.headers, "token") == "good" ? 100'000
                                                                                        : 1000;
  };
  options.too_large_content_type = "text/x-words";
  options.too_large_body = "too much";
  auto server = Start(Echo, options);
  const auto ask = [&](std::string_view target, std::string_view token, std::size_t bytes) {
    RawClient client(server->port());
    client.Send("POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" +
                "Token: " + std::string(token) + "\r\nContent-Length: " + std::to_string(bytes) +
                "\r\n\r\n" + std::string(bytes, 'x'));
    return client.UntilClosed();
  };
  EXPECT_THAT(ask("/large", "good", 5000), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("/large", "good", 5001), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(ask("/large", "bad", 1001), EndsWith("too much"));
  EXPECT_THAT(ask("/small", "good", 1001), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(ask("/small", "good", 1000), StartsWith("HTTP/1.1 200 "));
  RawClient chunked(server->port());
  chunked.Send("POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
               std::string(1001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.UntilClosed(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, TakesOnlySoManyLargeBodiesAtATime) {
  ServerOptions options;
  options.max_large_bodies = 1;
  options.threads = 1;
  auto server = Start(
      [](const ServerRequest& request, Responder respond) {
        ServerResponse response;
        response.body = std::to_string(request.body.size());
        respond(std::move(response));
      },
      options);
  const std::string head =
      "POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2000000\r\n\r\n";
  RawClient first(server->port());
  first.Send(head + "x");
  // What is small goes on beside it; and by its answer the first one's head has been read.
  const auto small = [&] {
    RawClient client(server->port());
    client.Send("POST /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
    return client.UntilClosed();
  };
  EXPECT_THAT(small(), EndsWith("\r\n1"));
  RawClient second(server->port());
  second.Send(head);
  EXPECT_THAT(second.UntilClosed(), StartsWith("HTTP/1.1 503 "));
  first.Send(std::string(1'999'999, 'x'));
  EXPECT_THAT(first.UntilClosed(), EndsWith("\r\n2000000"));
  RawClient third(server->port());
  third.Send(head + std::string(2'000'000, 'x'));
  EXPECT_THAT(third.UntilClosed(), EndsWith("\r\n2000000")) << "there is room again";
}

TEST(HttpServer, RefusesHeadersThatAreTooLong) {
  auto server = Start(Echo);
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(40000, 'x') + "\r\n\r\n");
  EXPECT_THAT(client.UntilClosed(), StartsWith("HTTP/1.1 431 "));
}

TEST(HttpServer, RefusesWhatIsNotOneClearRequest) {
  auto server = Start(Echo);
  for (const std::string_view bad :
       {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    RawClient client(server->port());
    client.Send(bad);
    EXPECT_THAT(client.UntilClosed(), StartsWith("HTTP/1.1 400 ")) << bad;
  }
}

TEST(HttpServer, SendsLargeAnswersWhole) {
  const auto big = std::make_shared<const std::string>(20u << 20, 'z');
  auto server = Start([&](const ServerRequest&, const Responder& respond) {
    ServerResponse response;
    response.shared_body = big;
    respond(std::move(response));
  });
  RawClient client(server->port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto answer = client.UntilClosed();
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), *big);
}

TEST(HttpServer, AHeaderValueCannotStartAHeader) {
  auto server = Start([](const ServerRequest&, const Responder& respond) {
    ServerResponse response;
    response.headers = {{"X-A", "1\r\nX-B: 2"}};
    respond(std::move(response));
  });
  RawClient client(server->port());
  client.Send(kGet);
  EXPECT_THAT(client.Answers(1), HasSubstr("\r\nX-A: 1  X-B: 2\r\n"));
}

TEST(HttpServer, AnswersFromOtherThreads) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  auto server = Start([&](const ServerRequest& request, Responder respond) {
    const std::lock_guard lock(mutex);
    threads.emplace_back(
        [&request, respond = std::move(respond)] { respond(Text(request.target)); });
  });
  RawClient client(server->port());
  for (int i = 0; i < 50; ++i) {
    client.Send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.Answers(1), EndsWith("\r\n\r\n/" + std::to_string(i)));
  }
  server->Stop();
  for (auto& thread : threads) thread.join();
}

TEST(HttpServer, ADroppedResponderIsA500) {
  auto server = Start([](const ServerRequest&, const Responder&) {});
  RawClient client(server->port());
  client.Send(kGet);
  EXPECT_THAT(client.Answers(1), StartsWith("HTTP/1.1 500 "));
}

TEST(HttpServer, NothingIsSentBeforeBeforeSendSaysSo) {
  std::atomic<bool> sendable{true};
  std::atomic<int> calls{0};
  std::atomic<int> handled{0};
  ServerOptions options;
  options.before_send = [&] {
    ++calls;
    return sendable.load();
  };
  options.unsendable_body = "not recorded";
  auto server = Start(
      [&](const ServerRequest&, const Responder& respond) {
        ++handled;
        respond(Text("secret"));
      },
      options);
  RawClient client(server->port());
  client.Send(kGet);
  EXPECT_THAT(client.Answers(1), EndsWith("secret"));
  EXPECT_EQ(calls, 1);
  sendable = false;
  client.Send(kGet);
  const auto refused = client.Answers(1);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refused, EndsWith("\r\n\r\nnot recorded"));
  EXPECT_THAT(refused, Not(HasSubstr("secret")));
  EXPECT_EQ(handled, 2);
}

TEST(HttpServer, StopLetsARunningRequestFinish) {
  std::mutex mutex;
  std::condition_variable wake;
  Responder held;
  auto server = Start([&](const ServerRequest&, Responder respond) {
    const std::lock_guard lock(mutex);
    held = std::move(respond);
    wake.notify_all();
  });
  RawClient client(server->port());
  client.Send(kGet);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(wake.wait_for(lock, std::chrono::seconds(10), [&] { return held != nullptr; }));
  }
  std::thread stopper([&] { server->Stop(); });
  held(Text("done"));
  held = nullptr;
  stopper.join();
  EXPECT_THAT(client.UntilClosed(), EndsWith("done"));
}

TEST(HttpServer, AnAnswerAfterStopIsForgotten) {
  Responder held;
  ServerOptions options;
  options.stop_timeout = std::chrono::seconds(0);
  std::atomic<bool> arrived{false};
  auto server = Start(
      [&](const ServerRequest&, Responder respond) {
        held = std::move(respond);
        arrived = true;
        arrived.notify_all();
      },
      options);
  RawClient client(server->port());
  client.Send(kGet);
  arrived.wait(false);
  server.reset();  // gives up on it
  held(Text("too late"));
  held = nullptr;
  EXPECT_EQ(client.UntilClosed(), "");
}

TEST(HttpServer, ClosesAPeerThatNeverFinishesItsRequest) {
  ServerOptions options;
  options.request_timeout = std::chrono::seconds(1);
  auto server = Start(Echo, options);
  RawClient slow(server->port());
  slow.Send("GET / HTTP/1.1\r\nHo");
  RawClient silent(server->port());
  EXPECT_THAT(slow.UntilClosed(), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(silent.UntilClosed(), "");
}

TEST(HttpServer, ClosesConnectionsAboveTheLimit) {
  ServerOptions options;
  options.max_connections = 2;
  auto server = Start(Echo, options);
  auto first = std::make_unique<RawClient>(server->port());
  RawClient second(server->port());
  for (RawClient* client : {first.get(), &second}) {
    client->Send(kGet);
    EXPECT_THAT(client->Answers(1), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_EQ(RawClient(server->port()).UntilClosed(), "");
  first->Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(first->UntilClosed(), StartsWith("HTTP/1.1 200 "));
  first.reset();
  // The server sees that end a moment after the client did.
  std::string answer;
  while (answer.empty()) {
    RawClient next(server->port());
    next.Send(kGet);
    answer = next.Answers(1);
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST(HttpServer, DropsAPeerThatDoesNotReadItsAnswer) {
  const auto big = std::make_shared<const std::string>(64u << 20, 'z');
  ServerOptions options;
  options.request_timeout = std::chrono::seconds(1);
  auto server = Start(
      [&](const ServerRequest&, const Responder& respond) {
        ServerResponse response;
        response.shared_body = big;
        respond(std::move(response));
      },
      options);
  const std::weak_ptr<const std::string> watched = big;
  RawClient deaf(server->port());
  deaf.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  // The answer is let go once the connection has been given up.
  while (watched.use_count() < 2) std::this_thread::yield();
  while (watched.use_count() > 1) std::this_thread::yield();
}

// Requests with bytes changed, cut and doubled at random, on one connection after another: whatever
// comes, the next good request is answered.
TEST(HttpServer, GarbageBreaksNothing) {
  auto server = Start(Echo);
  SeededRandom random(20261122);
  const std::string good =
      "POST /p?a=b HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nExpect: 100-continue\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n0\r\nTrailer: t\r\n\r\n";
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = good + good;
    for (std::uint64_t n = random.Below(8); n > 0; --n) {
      const std::size_t at = random.Below(bytes.size());
      switch (random.Below(4)) {
        case 0:
          bytes[at] = static_cast<char>(random.Below(256));
          break;
        case 1:
          bytes.erase(at, random.Below(20));
          break;
        case 2:
          bytes.insert(at, bytes.substr(random.Below(bytes.size()), random.Below(40)));
          break;
        default:
          bytes.insert(at, 1 + random.Below(3), '\n');
          break;
      }
    }
    RawClient client(server->port());
    client.Send(bytes);
  }
  RawClient client(server->port());
  client.Send(kGet);
  EXPECT_THAT(client.Answers(1), EndsWith("GET /a|b=c||1|127.0.0.1"));
}

TEST(HttpServer, APortInUseIsMisconfiguration) {
  auto first = Start(Echo);
  MemoryLogger log;
  ServerOptions options;
  options.port = first->port();
  auto second = StartHttpServer(options, Echo, log);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().fault, Fault::kMisconfigured);
  EXPECT_THAT(second.error().summary, HasSubstr(std::to_string(first->port())));
}

TEST(HttpWire, AFaultHasTheStatusThatSaysWhatToDo) {
  const std::pair<Fault, int> told[] = {
      {Fault::kUnauthenticated, 401}, {Fault::kForbidden, 403},     {Fault::kMisconfigured, 422},
      {Fault::kNotFound, 404},        {Fault::kConflict, 409},      {Fault::kRejected, 422},
      {Fault::kUnsupported, 422},     {Fault::kRateLimited, 429},   {Fault::kUnavailable, 503},
      {Fault::kProtocol, 500},        {Fault::kCursorExpired, 410}, {Fault::kCancelled, 503},
      {Fault::kInternal, 500},
  };
  for (const auto& [fault, status] : told) {
    EXPECT_EQ(StatusOf(fault), status) << FaultName(fault);
    EXPECT_NE(StatusText(status), "Unknown") << status;
  }
}

TEST(HttpDate, IsWrittenAndReadBack) {
  const Instant instant = FromMillis(784111777000);
  EXPECT_EQ(FormatHttpDate(instant), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), instant);
  EXPECT_EQ(ParseHttpDate("Sun, 31 Feb 1994 08:49:37 GMT"), std::nullopt);
  EXPECT_EQ(ParseHttpDate("yesterday"), std::nullopt);
}

}  // namespace
}  // namespace pons::net
