// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

namespace pons::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Pair {
  std::unique_ptr<TcpStream> client, server;
};

Pair Connected() {
  const CancelToken never;
  auto listener = TcpListener::Listen("127.0.0.1", 0);
  EXPECT_TRUE(listener.has_value());
  auto client = ConnectTcp("127.0.0.1", (*listener)->port(), seconds(5), never);
  EXPECT_TRUE(client.has_value());
  auto server = (*listener)->Accept(never);
  EXPECT_TRUE(server.has_value());
  return {*std::move(client), *std::move(server)};
}

TEST(TcpTest, BytesGoBothWays) {
  const CancelToken never;
  auto [client, server] = Connected();
  ASSERT_TRUE(client->Write("hello", seconds(5), never).has_value());
  EXPECT_EQ(**server->Read(100, seconds(5), never), "hello");
  ASSERT_TRUE(server->Write("world", seconds(5), never).has_value());
  EXPECT_EQ(**client->Read(3, seconds(5), never), "wor");
  EXPECT_EQ(**client->Read(3, seconds(5), never), "ld");
}

TEST(TcpTest, WaitsAreBounded) {
  const CancelToken never;
  auto [client, server] = Connected();
  EXPECT_FALSE((*client->Read(10, milliseconds(0), never)).has_value());
  EXPECT_FALSE((*client->Read(10, milliseconds(20), never)).has_value());
  // Nobody reads: a writer gives up, and says that it does not know what got through.
  const std::string much(64u << 20, 'x');
  const auto stuck = client->Write(much, milliseconds(50), never);
  ASSERT_FALSE(stuck.has_value());
  EXPECT_EQ(stuck.error().fault, Fault::kUnavailable);
  EXPECT_EQ(stuck.error().effect, Effect::kUnknown);
}

TEST(TcpTest, TheOthersEndIsSeen) {
  const CancelToken never;
  auto [client, server] = Connected();
  server.reset();
  EXPECT_EQ(**client->Read(10, seconds(5), never), "");
}

TEST(TcpTest, CancelWakesReadersAndAcceptors) {
  CancelToken cancel;
  auto [client, server] = Connected();
  auto listener = *TcpListener::Listen("127.0.0.1", 0);
  Fault read = Fault::kInternal;
  Fault accept = Fault::kInternal;
  auto* const stream = client.get();
  std::thread reader([&] { read = stream->Read(10, seconds(60), cancel).error().fault; });
  std::thread acceptor([&] { accept = listener->Accept(cancel).error().fault; });
  cancel.Cancel();
  reader.join();
  acceptor.join();
  EXPECT_EQ(read, Fault::kCancelled);
  EXPECT_EQ(accept, Fault::kCancelled);
}

TEST(TcpTest, NobodyThere) {
  const CancelToken never;
  std::uint16_t port = 0;
  {
    auto listener = *TcpListener::Listen("127.0.0.1", 0);
    port = listener->port();
    EXPECT_EQ(TcpListener::Listen("127.0.0.1", port).error().fault, Fault::kConflict);
  }
  const auto refused = ConnectTcp("127.0.0.1", port, seconds(5), never);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, Fault::kUnavailable);
  EXPECT_EQ(refused.error().effect, Effect::kNone);
  EXPECT_EQ(TcpListener::Listen("no address", 0).error().fault, Fault::kMisconfigured);
  EXPECT_EQ(TcpListener::Listen("192.0.2.1", 0).error().fault, Fault::kMisconfigured);
}

TEST(TcpTest, SixToo) {
  const CancelToken never;
  auto listener = TcpListener::Listen("::1", 0);
  if (!listener) GTEST_SKIP() << "this machine has no IPv6 loopback";
  auto client = ConnectTcp("::1", (*listener)->port(), seconds(5), never);
  ASSERT_TRUE(client.has_value());
  EXPECT_TRUE((*client)->peer().starts_with("[::1]:"));
}

// A certificate for localhost and 127.0.0.1, and both ends of a connection.
class TlsTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/pons-tcp-tls-XXXXXX";
    folder_ = mkdtemp(name);
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-keyout " +
        folder_ + "/key.pem -out " + folder_ +
        "/cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 "
        "2>/dev/null";
    ASSERT_EQ(std::system(make.c_str()), 0);
    server_tls_ = *LoadServerTls(folder_ + "/cert.pem", folder_ + "/key.pem");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Both sides shake hands; what each got.
  struct Ends {
    Result<std::unique_ptr<TcpStream>> client, server;
  };
  Ends Secured(TlsContext& client_tls, const std::string& host) {
    const CancelToken never;
    auto [client, server] = Connected();
    Result<std::unique_ptr<TcpStream>> accepted = MakeError(Fault::kInternal, "not done");
    auto* const plain = &server;
    std::thread other(
        [&] { accepted = SecureTcp(std::move(*plain), server_tls_->Accept(), seconds(5), never); });
    auto connected = SecureTcp(std::move(client), client_tls.Connect(host), seconds(5), never);
    if (!connected) client.reset();
    other.join();
    return {std::move(connected), std::move(accepted)};
  }

  std::string folder_;
  std::shared_ptr<TlsContext> server_tls_;
};

TEST_F(TlsTest, BytesGoBothWays) {
  const CancelToken never;
  auto client_tls = *LoadClientTls(folder_ + "/cert.pem");
  for (const char* host : {"localhost", "127.0.0.1"}) {
    auto ends = Secured(*client_tls, host);
    ASSERT_TRUE(ends.client.has_value()) << ends.client.error().summary;
    ASSERT_TRUE(ends.server.has_value()) << ends.server.error().summary;
    auto& client = **ends.client;
    auto& server = **ends.server;
    EXPECT_FALSE((*client.Read(10, milliseconds(0), never)).has_value());
    const std::string much(3u << 20, 'x');
    std::thread writer([&] { EXPECT_TRUE(client.Write(much, seconds(20), never).has_value()); });
    std::string got;
    while (got.size() < much.size()) {
      const auto bytes = server.Read(10'000, seconds(20), never);
      ASSERT_TRUE(bytes.has_value() && bytes->has_value() && !(*bytes)->empty());
      EXPECT_LE((*bytes)->size(), 10'000u);
      got += **bytes;
    }
    writer.join();
    EXPECT_EQ(got, much);
    ends.server = MakeError(Fault::kCancelled, "closed");
    EXPECT_EQ(**client.Read(10, seconds(5), never), "");
  }
}

TEST_F(TlsTest, CertificatesThatAreNotBelieved) {
  auto trusting = *LoadClientTls(folder_ + "/cert.pem");
  const auto other_name = Secured(*trusting, "example.org");
  ASSERT_FALSE(other_name.client.has_value());
  EXPECT_EQ(other_name.client.error().fault, Fault::kMisconfigured);
  EXPECT_FALSE(other_name.server.has_value());
  auto system = *LoadClientTls("");
  const auto unknown = Secured(*system, "localhost");
  ASSERT_FALSE(unknown.client.has_value());
  EXPECT_EQ(unknown.client.error().fault, Fault::kMisconfigured);
  EXPECT_EQ(LoadClientTls(folder_ + "/none.pem").error().fault, Fault::kMisconfigured);
}

TEST_F(TlsTest, APeerThatSpeaksNoTls) {
  const CancelToken never;
  auto [client, server] = Connected();
  ASSERT_TRUE(client->Write("MSH|this is no handshake\r", seconds(5), never).has_value());
  const auto accepted = SecureTcp(std::move(server), server_tls_->Accept(), seconds(5), never);
  ASSERT_FALSE(accepted.has_value());
  EXPECT_EQ(accepted.error().fault, Fault::kProtocol);
  auto silent = Connected();
  const auto waited =
      SecureTcp(std::move(silent.server), server_tls_->Accept(), milliseconds(20), never);
  EXPECT_EQ(waited.error().fault, Fault::kUnavailable);
}

}  // namespace
}  // namespace pons::net
