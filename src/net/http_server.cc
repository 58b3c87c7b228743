// SPDX-License-Identifier: Apache-2.0
// The server behind http_server.h, over Asio with callbacks. Beast's parser reads requests straight
// into the connection's ServerRequest, whose strings are reused; answers leave in one gathered
// write of our own head and the handler's body.
//
// Threads: a Loop is one io thread with its io_context, acceptor and connections; all that is in a
// Connection is touched on that thread only. The one door from other threads is Loop::Deliver.
//
// A connection goes kReading -> kHandling -> kWriting -> kReading; kLingering drains what a refused
// peer still sends, so that it gets to read the refusal.
#include "net/http_server.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "net/http_tls.h"
#include "net/http_wire.h"

namespace pons::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kFirstBuffer = 4096;
constexpr int kLingerSeconds = 2;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Puts a request's parts into a ServerRequest as they are recognised, reusing its strings.
class Parser final : public http::basic_parser<true> {
 public:
  Parser(ServerRequest& request, const ServerOptions& options) : request_(request) {
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
      expects_continue_ = SameHeaderName(View(value), "100-continue");
    }
  }
  void on_header_impl(error_code&) override { request_.headers.resize(used_); }
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
  std::size_t used_ = 0;
  bool expects_continue_ = false;
  int hosts_ = 0;
  int version_ = 11;
};

int RefusalFor(const error_code& ec) {
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return 431;
  return 400;
}

class Connection;
using ConnectionPtr = std::shared_ptr<Connection>;

std::size_t MostConnections(const ServerOptions& options) {
  if (options.max_connections != 0) return options.max_connections;
  constexpr std::size_t kForOthers = 200;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 1024 - kForOthers;
  const std::size_t most = static_cast<std::size_t>(files.rlim_cur);
  return most > 2 * kForOthers ? most - kForOthers : most / 2;
}

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
  int since_ = 0;  // loop_->tick when the state's clock was last set

  std::vector<char> in_;
  std::size_t begin_ = 0, end_ = 0;
  std::vector<char> cipher_in_;  // TLS only
  std::string plain_;            // TLS only
  std::optional<Parser> parser_;
  ServerRequest request_;

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

// --- Connection ---------------------------------------------------------------------------------

void Connection::Start() {
  error_code ec;
  socket_.set_option(tcp::no_delay(true), ec);
  socket_.non_blocking(true, ec);
  const auto peer = socket_.remote_endpoint(ec);
  if (ec) return Close();
  request_.peer = peer.address().to_string();
  if (shared().tls != nullptr) {
    tls_ = shared().tls->Accept();
    cipher_in_.resize(16384);
  }
  since_ = loop_->tick;
  Read();
}

void Connection::Close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  error_code ec;
  socket_.close(ec);
  loop_->Remove(this);
}

bool Connection::MakeRoom() {
  if (begin_ != 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ < in_.size()) return true;
  const std::size_t most = shared().options.max_header_bytes + kFirstBuffer;
  if (in_.size() >= most) return false;
  in_.resize(std::min(most, std::max(kFirstBuffer, in_.size() * 2)));
  return true;
}

void Connection::Read() {
  auto handler = [self = shared_from_this()](const error_code& ec, std::size_t n) {
    self->OnRead(ec, n);
  };
  if (tls_ != nullptr) {
    socket_.async_read_some(asio::buffer(cipher_in_), std::move(handler));
    return;
  }
  if (!MakeRoom()) return Refuse(431);
  socket_.async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_), std::move(handler));
}

void Connection::OnRead(const error_code& ec, std::size_t n) {
  if (state_ == State::kClosed) return;
  if (ec) return Close();
  if (state_ == State::kLingering) {
    begin_ = end_ = 0;
    return Read();
  }
  if (!HasPartial()) since_ = loop_->tick;
  if (tls_ != nullptr) return OnCipher(n);
  end_ += n;
  Process();
}

void Connection::OnCipher(std::size_t n) {
  const bool open = tls_->Feed({cipher_in_.data(), n}, plain_);
  cipher_out_.clear();
  tls_->Take(cipher_out_);
  if (!cipher_out_.empty()) {
    error_code ec;
    // A handshake's few kilobytes fit the fresh socket's buffer; a peer for whom they do not is
    // not one to wait for.
    const std::size_t sent = socket_.write_some(asio::buffer(cipher_out_), ec);
    if (ec || sent != cipher_out_.size()) return Close();
  }
  if (!open) return Close();
  Process();
}

void Connection::Process() {
  while (true) {
    if (tls_ != nullptr && !plain_.empty()) {
      if (!MakeRoom()) return Refuse(431);
      const std::size_t n = std::min(plain_.size(), in_.size() - end_);
      std::copy_n(plain_.begin(), n, in_.begin() + static_cast<std::ptrdiff_t>(end_));
      plain_.erase(0, n);
      end_ += n;
    }
    if (begin_ == end_) return Read();
    if (!parser_) {
      request_.body.clear();
      continue_sent_ = false;
      parser_.emplace(request_, shared().options);
    }
    error_code ec;
    const std::size_t n = parser_->put(asio::buffer(in_.data() + begin_, end_ - begin_), ec);
    begin_ += n;
    if (ec && ec != http::error::need_more) return Refuse(RefusalFor(ec));
    if (parser_->is_done()) return Dispatch();
    if (parser_->is_header_done() && parser_->expects_continue() && !continue_sent_) {
      continue_sent_ = true;
      WriteSmall(kContinue);
      if (state_ != State::kReading) return;
    }
    if (n == 0 && plain_.empty()) return Read();
    if (n == 0 && !MakeRoom()) return Refuse(431);
  }
}

void Connection::Dispatch() {
  close_after_ = !parser_->keep_alive();
  // RFC 9112 3.2: exactly one Host in HTTP/1.1, or the request is refused.
  if (parser_->version() == 11 && parser_->hosts() != 1) return Refuse(400);
  state_ = State::kHandling;
  const std::string_view target = request_.target;
  const auto mark = target.find('?');
  request_.path = target.substr(0, mark);
  request_.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  auto pending = std::make_shared<Pending>(shared_from_this());
  shared().handler(request_, [pending = std::move(pending)](ServerResponse response) {
    pending->Answer(std::move(response));
  });
}

void Connection::SetAnswer(ServerResponse response) {
  if (state_ != State::kHandling) return;  // closed meanwhile
  response_ = std::move(response);
  loop_->Finished(shared_from_this());
}

void Connection::Send(bool sendable) {
  if (state_ != State::kHandling) return;
  state_ = State::kWriting;
  since_ = loop_->tick;
  if (!sendable && response_.needs_before_send) {
    response_ = ServerResponse();
    response_.status = 503;
    response_.headers = {{"Content-Type", shared().options.unsendable_content_type},
                         {"Retry-After", "5"}};
    response_.body = shared().options.unsendable_body;
  }
  if (loop_->stopping) close_after_ = true;
  const std::string& body = response_.shared_body ? *response_.shared_body : response_.body;
  const bool bodiless =
      request_.method == "HEAD" || response_.status == 204 || response_.status == 304;
  WriteHead(head_, response_,
            {.date = loop_->Date(),
             .content_length = body.size(),
             .close = close_after_,
             .keep_alive_http10 = parser_ && parser_->version() == 10});
  if (tls_ != nullptr) {
    cipher_out_.clear();
    if (!tls_->Write(head_) || (!bodiless && !tls_->Write(body))) return Close();
    if (close_after_) tls_->Close();
    tls_->Take(cipher_out_);
    out_ = {asio::buffer(cipher_out_), asio::const_buffer()};
  } else {
    out_ = {asio::buffer(head_), bodiless ? asio::const_buffer() : asio::buffer(body)};
  }
  WritePending();
}

void Connection::WritePending() {
  const auto advance = [this](std::size_t n) {
    for (auto& part : out_) {
      const std::size_t some = std::min(n, part.size());
      part += some;
      n -= some;
    }
    return out_[0].size() + out_[1].size() == 0;
  };
  // Most answers leave at once, without a trip through the reactor.
  error_code ec;
  const std::size_t n = socket_.write_some(out_, ec);
  if (ec && ec != asio::error::would_block) return Close();
  if (advance(ec ? 0 : n)) return Written();
  socket_.async_write_some(
      out_, [self = shared_from_this(), advance](const error_code& failed, std::size_t sent) {
        if (self->state_ != State::kWriting) return;
        if (failed) return self->Close();
        self->since_ = self->loop_->tick;
        if (advance(sent)) return self->Written();
        self->WritePending();
      });
}

void Connection::Written() {
  response_ = ServerResponse();
  parser_.reset();
  if (close_after_) return Linger();
  state_ = State::kReading;
  since_ = loop_->tick;
  if (request_.body.capacity() > (64u << 10)) std::string().swap(request_.body);
  Process();
}

// Says no and ends the connection; the rest of what the peer sends is not understood.
void Connection::Refuse(int status) {
  state_ = State::kWriting;
  since_ = loop_->tick;
  close_after_ = true;
  response_ = ServerResponse();
  response_.status = status;
  response_.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  response_.body = std::string(StatusText(status)) + "\n";
  WriteHead(head_, response_,
            {.date = loop_->Date(), .content_length = response_.body.size(), .close = true});
  if (tls_ != nullptr) {
    cipher_out_.clear();
    if (!tls_->Write(head_) || !tls_->Write(response_.body)) return Close();
    tls_->Close();
    tls_->Take(cipher_out_);
    out_ = {asio::buffer(cipher_out_), asio::const_buffer()};
  } else {
    out_ = {asio::buffer(head_), asio::buffer(response_.body)};
  }
  WritePending();
}

void Connection::Linger() {
  error_code ec;
  socket_.shutdown(tcp::socket::shutdown_send, ec);
  if (ec) return Close();
  state_ = State::kLingering;
  since_ = loop_->tick;
  begin_ = end_ = 0;
  Read();
}

void Connection::WriteSmall(std::string_view text) {
  error_code ec;
  if (tls_ != nullptr) {
    cipher_out_.clear();
    if (!tls_->Write(text)) return Close();
    tls_->Take(cipher_out_);
    text = cipher_out_;
  }
  const std::size_t n = socket_.write_some(asio::buffer(text.data(), text.size()), ec);
  if (ec || n != text.size()) Close();
}

void Connection::Tick() {
  const int age = loop_->tick - since_;
  const int limit = static_cast<int>(shared().options.request_timeout.count());
  switch (state_) {
    case State::kReading:
      if (age <= limit) return;
      if (HasPartial()) return Refuse(408);
      return Close();
    case State::kWriting:
      if (age > limit) Close();
      return;
    case State::kLingering:
      if (age > kLingerSeconds) Close();
      return;
    case State::kHandling:  // the handler's time is its own
    case State::kClosed:
      return;
  }
}

void Connection::StopWhenIdle() {
  if (state_ == State::kReading && !HasPartial()) Close();
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
