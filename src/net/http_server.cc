// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/clock.h"
#include "net/http_loop.h"
#include "net/http_wire.h"

namespace pons::net {

std::size_t MostConnections(const ServerOptions& options) {
  if (options.max_connections != 0) return options.max_connections;
  constexpr std::size_t kForOthers = 200;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024 - kForOthers;
  const std::size_t most = static_cast<std::size_t>(files.rlim_cur);
  return most > 2 * kForOthers ? most - kForOthers : most / 2;
}

// --- Loop ---------------------------------------------------------------------------------------

void Loop::Start() {
  Accept();
  ArmSweep();
  thread_ = std::thread([this] {
    thread_id_ = std::this_thread::get_id();
    io.run();
  });
}

void Loop::Accept() {
  accepting_ = true;
  acceptor.async_accept([this](const error_code& ec, tcp::socket socket) {
    if (stopping || ec == asio::error::operation_aborted) return;
    if (ec) {
      accepting_ = false;  // out of descriptors, most likely: the sweep takes it up again
      return;
    }
    if (shared.connections.load(std::memory_order_relaxed) < shared.most_connections) {
      auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket));
      shared.connections.fetch_add(1, std::memory_order_relaxed);
      connections_.emplace(connection.get(), connection);
      connection->Start();
    }
    Accept();
  });
}

void Loop::ArmSweep() {
  sweep_timer_.expires_after(std::chrono::seconds(1));
  sweep_timer_.async_wait([this](const error_code& ec) {
    if (!ec) Sweep();
  });
}

void Loop::Sweep() {
  ++tick;
  std::vector<ConnectionPtr> all;
  all.reserve(connections_.size());
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  const bool enough = stopping && tick - stop_tick_ > shared.options.stop_timeout.count();
  for (const auto& connection : all) {
    if (enough) {
      connection->Close();
    } else {
      connection->Tick();
    }
  }
  if (stopping && connections_.empty()) return;
  if (!stopping && !accepting_) Accept();
  ArmSweep();
}

void Loop::Remove(Connection* connection) {
  if (connections_.erase(connection) != 0) {
    shared.connections.fetch_sub(1, std::memory_order_relaxed);
  }
  if (stopping && connections_.empty()) sweep_timer_.cancel();
}

void Loop::BeginStop() {
  asio::post(io, [this] {
    stopping = true;
    stop_tick_ = tick;
    error_code ec;
    acceptor.close(ec);
    std::vector<ConnectionPtr> all;
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) connection->StopWhenIdle();
    if (connections_.empty()) sweep_timer_.cancel();
  });
}

void Loop::Join() {
  if (!thread_.joinable()) return;
  thread_.join();
  {
    const std::lock_guard lock(inbox_mutex_);
    inbox_closed_ = true;
    inbox_.clear();
  }
  finished_.clear();
  // What was cancelled still holds its connection; let it go.
  io.restart();
  io.poll();
}

void Loop::Deliver(const ConnectionPtr& connection, ServerResponse response) {
  if (thread_id_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    connection->SetAnswer(std::move(response));
    return;
  }
  const std::lock_guard lock(inbox_mutex_);
  if (inbox_closed_) return;
  inbox_.push_back({connection, std::move(response)});
  if (inbox_.size() == 1) asio::post(io, [this] { Drain(); });
}

void Loop::Drain() {
  std::vector<Inbound> arrived;
  {
    const std::lock_guard lock(inbox_mutex_);
    arrived.swap(inbox_);
  }
  for (auto& [connection, response] : arrived) connection->SetAnswer(std::move(response));
}

// Answers finished in one turn of the loop are made durable, and then sent, together: the flush is
// queued behind whatever else was ready.
void Loop::Finished(ConnectionPtr connection) {
  finished_.push_back(std::move(connection));
  if (flush_posted_) return;
  flush_posted_ = true;
  asio::post(io, [this] { Flush(); });
}

void Loop::Flush() {
  flush_posted_ = false;
  flushing_.swap(finished_);
  const bool sendable = !shared.options.before_send || shared.options.before_send();
  for (const auto& connection : flushing_) connection->Send(sendable);
  flushing_.clear();
}

std::string_view Loop::Date() {
  const Instant now = SystemClock().Now();
  const std::int64_t second = ToMillis(now) / 1000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = FormatHttpDate(now);
  }
  return date_;
}

// --- Server -------------------------------------------------------------------------------------

namespace {

Error CannotListen(const ServerOptions& options, const std::string& why) {
  return MakeError(Fault::kMisconfigured,
                   "Cannot listen on " + options.address + ":" + std::to_string(options.port) +
                       ": " + why + ". Choose another address or port, or stop what uses it.");
}

error_code Open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool share) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec && share) {
    const int one = 1;
    if (setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) != 0) {
      ec = error_code(errno, boost::system::system_category());
    }
  }
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(4096, ec);
  return ec;
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(const ServerOptions& options, Handler handler, std::shared_ptr<TlsContext> tls)
      : shared_(std::make_shared<Shared>(options, std::move(handler), std::move(tls))) {}
  ~BeastServer() override { Stop(); }

  Result<void> Listen() {
    error_code ec;
    const auto address = asio::ip::make_address(shared_->options.address, ec);
    if (ec) return CannotListen(shared_->options, "that is not an IP address");
    tcp::endpoint endpoint(address, shared_->options.port);
    if (endpoint.port() != 0) {
      // Port sharing would let a second server take half of the connections unnoticed.
      asio::io_context io;
      tcp::acceptor probe(io);
      if ((ec = Open(probe, endpoint, false))) return CannotListen(shared_->options, ec.message());
    }
    unsigned threads = shared_->options.threads;
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < threads; ++i) {
      auto loop = std::make_shared<Loop>(shared_);
      if ((ec = Open(loop->acceptor, endpoint, true))) {
        return CannotListen(shared_->options, ec.message());
      }
      if (i == 0) endpoint = loop->acceptor.local_endpoint(ec);
      loops_.push_back(std::move(loop));
    }
    port_ = endpoint.port();
    for (const auto& loop : loops_) loop->Start();
    return Ok();
  }

  std::uint16_t port() const override { return port_; }

  void Stop() override {
    const std::lock_guard lock(stop_mutex_);
    for (const auto& loop : loops_) loop->BeginStop();
    for (const auto& loop : loops_) loop->Join();
    loops_.clear();
  }

 private:
  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Loop>> loops_;
  std::uint16_t port_ = 0;
  std::mutex stop_mutex_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> StartHttpServer(const ServerOptions& options, Handler handler,
                                                    Logger& log) {
  std::shared_ptr<TlsContext> tls;
  if (!options.tls_certificate_file.empty()) {
    PONS_ASSIGN(tls, LoadServerTls(options.tls_certificate_file, options.tls_key_file));
  }
  auto server = std::make_unique<BeastServer>(options, std::move(handler), std::move(tls));
  PONS_TRY(server->Listen());
  log.Info("http server listens", {{"address", options.address},
                                   {"port", server->port()},
                                   {"tls", !options.tls_certificate_file.empty()}});
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace pons::net
