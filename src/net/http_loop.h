// SPDX-License-Identifier: Apache-2.0
// Inside of the HTTP server: its io threads and connections. For http_*.cc only, since Asio's
// headers are slow to compile; http_server.h is the door.
//
// Beast's parser reads requests straight into the connection's ServerRequest, whose strings are
// reused; answers leave in one gathered write of our own head and the handler's body.
//
// Threads: a Loop is one io thread with its io_context, acceptor and connections; all that is in a
// Connection is touched on that thread only. The one door from other threads is Loop::Deliver.
//
// A connection goes kReading -> kHandling -> kWriting -> kReading; kLingering drains what a refused
// peer still sends, so that it gets to read the refusal.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/http_server.h"
#include "net/http_tls.h"

namespace pons::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// Puts a request's parts into a ServerRequest as they are recognised, reusing its strings.
class Parser final : public http::basic_parser<true> {
 public:
  Parser(ServerRequest& request, const ServerOptions& options)
      : request_(request), options_(options) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(options.max_header_bytes));
    body_limit(options.max_body_bytes);
  }

  bool expects_continue() const { return expects_continue_; }
  int hosts() const { return hosts_; }
  int version() const { return version_; }

 private:
  using Text = boost::beast::string_view;

  void on_request_impl(http::verb, Text method, Text target, int version, error_code&) override {
    request_.method.assign(method.data(), method.size());
    request_.target.assign(target.data(), target.size());
    version_ = version;
  }
  void on_response_impl(int, Text, int, error_code&) override {}
  void on_field_impl(http::field field, Text name, Text value, error_code&) override {
    if (used_ == request_.headers.size()) request_.headers.emplace_back();
    auto& header = request_.headers[used_++];
    header.first.assign(name.data(), name.size());
    header.second.assign(value.data(), value.size());
    if (field == http::field::host) ++hosts_;
    if (field == http::field::expect) {
      expects_continue_ = SameHeaderName({value.data(), value.size()}, "100-continue");
    }
  }
  void on_header_impl(error_code& ec) override {
    request_.headers.resize(used_);
    if (!options_.body_limit) return;
    const std::size_t most = std::min(options_.body_limit(request_), options_.max_body_bytes);
    const auto length = content_length();
    if (length && *length > most) {
      ec = http::error::body_limit;
      return;
    }
    body_limit(most);  // what comes in chunks has no length yet
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text body, error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override {
    request_.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  ServerRequest& request_;
  const ServerOptions& options_;
  std::size_t used_ = 0;
  bool expects_continue_ = false;
  int hosts_ = 0;
  int version_ = 11;
};

class Connection;
using ConnectionPtr = std::shared_ptr<Connection>;

std::size_t MostConnections(const ServerOptions& options);

struct Shared {
  Shared(const ServerOptions& server_options, Handler server_handler,
         std::shared_ptr<TlsContext> server_tls)
      : options(server_options),
        handler(std::move(server_handler)),
        tls(std::move(server_tls)),
        most_connections(MostConnections(server_options)) {}

  ServerOptions options;
  Handler handler;
  std::shared_ptr<TlsContext> tls;
  std::size_t most_connections;
  mutable std::atomic<std::size_t> connections{0};
  mutable std::atomic<std::size_t> large_bodies{0};
};

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::shared_ptr<const Shared> server)
      : shared_(std::move(server)), shared(*shared_), acceptor(io), sweep_timer_(io) {}

  void Start();
  void BeginStop();  // any thread
  void Join();       // any other thread
  // An answer for a connection of this loop, from any thread.
  void Deliver(const ConnectionPtr& connection, ServerResponse response);

  // The rest is for this loop's thread.
  void Finished(ConnectionPtr connection);
  void Remove(Connection* connection);
  std::string_view Date();

  const std::shared_ptr<const Shared> shared_;
  const Shared& shared;
  asio::io_context io{1};
  tcp::acceptor acceptor;
  int tick = 0;  // seconds, coarsely
  bool stopping = false;

 private:
  struct Inbound {
    ConnectionPtr connection;
    ServerResponse response;
  };

  void Accept();
  void ArmSweep();
  void Sweep();
  void Flush();
  void Drain();

  asio::steady_timer sweep_timer_;
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_{};
  std::unordered_map<Connection*, ConnectionPtr> connections_;
  std::vector<ConnectionPtr> finished_;
  std::vector<ConnectionPtr> flushing_;
  bool flush_posted_ = false;
  bool accepting_ = false;
  int stop_tick_ = 0;
  std::string date_;
  std::int64_t date_second_ = -1;

  std::mutex inbox_mutex_;
  std::vector<Inbound> inbox_;
  bool inbox_closed_ = false;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Loop> loop, tcp::socket socket)
      : loop_(std::move(loop)), socket_(std::move(socket)) {}
  ~Connection() { GiveBackRoom(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start();
  void Close();
  void Tick();  // once a second
  void StopWhenIdle();
  void SetAnswer(ServerResponse response);
  void Send(bool sendable);  // writes what SetAnswer was given
  const std::shared_ptr<Loop>& loop() const { return loop_; }

 private:
  enum class State : std::uint8_t { kReading, kHandling, kWriting, kLingering, kClosed };

  const Shared& shared() const { return loop_->shared; }
  bool HasPartial() const { return begin_ != end_ || (parser_ && parser_->got_some()); }
  void Read();
  void OnRead(const error_code& ec, std::size_t n);
  void OnCipher(std::size_t n);
  bool MakeRoom();
  void Process();
  void Dispatch();
  bool TakeRoom();  // for a large body; false where too many are here already
  void GiveBackRoom();
  void Refuse(int status);
  void WriteSmall(std::string_view text);
  void WritePending();
  void Written();
  void Linger();

  std::shared_ptr<Loop> loop_;  // first: outlives the socket
  tcp::socket socket_;
  std::unique_ptr<TlsSession> tls_;
  State state_ = State::kReading;
  bool close_after_ = false;
  bool continue_sent_ = false;
  bool large_ = false;  // counted in Shared::large_bodies
  int since_ = 0;       // loop_->tick when the state's clock was last set

  std::vector<char> in_;
  std::size_t begin_ = 0, end_ = 0;
  std::vector<char> cipher_in_;  // TLS only
  std::string plain_;            // TLS only
  std::optional<Parser> parser_;
  ServerRequest request_;
  std::string peer_;  // at the other end of the socket

  ServerResponse response_;
  std::string head_;
  std::string cipher_out_;  // TLS only
  std::array<asio::const_buffer, 2> out_;
};

// One request's claim on its answer.
class Pending {
 public:
  explicit Pending(ConnectionPtr connection) : connection_(std::move(connection)) {}
  ~Pending() {
    if (!answered_.exchange(true)) {
      ServerResponse response;
      response.status = 500;
      response.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
      response.body = "The request was not answered: a defect of the server.\n";
      connection_->loop()->Deliver(connection_, std::move(response));
    }
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  void Answer(ServerResponse response) {
    if (answered_.exchange(true)) return;
    connection_->loop()->Deliver(connection_, std::move(response));
  }

 private:
  ConnectionPtr connection_;
  std::atomic<bool> answered_{false};
};

}  // namespace pons::net
