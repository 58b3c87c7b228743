// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace pons::net
