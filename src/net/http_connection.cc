// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/beast/http/error.hpp>

#include "net/http_loop.h"
#include "net/http_wire.h"

namespace pons::net {
namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr int kLingerSeconds = 2;
constexpr std::size_t kLargeBody = 1u << 20;
constexpr std::size_t kSlowestBody = 16u << 10;  // bytes a second
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

int RefusalFor(const error_code& ec) {
  if (ec == http::error::body_limit) return 413;
  if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return 431;
  return 400;
}

}  // namespace

void Connection::Start() {
  error_code ec;
  socket_.set_option(tcp::no_delay(true), ec);
  socket_.non_blocking(true, ec);
  const auto peer = socket_.remote_endpoint(ec);
  if (ec) return Close();
  peer_ = request_.peer = peer.address().to_string();
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
    if (!TakeRoom()) return Refuse(503);
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

bool Connection::TakeRoom() {
  if (large_ || !parser_->is_header_done()) return true;
  const auto announced = parser_->content_length();
  if (request_.body.size() <= kLargeBody && (!announced || *announced <= kLargeBody)) return true;
  large_ = true;
  return shared().large_bodies.fetch_add(1) < shared().options.max_large_bodies;
}

void Connection::GiveBackRoom() {
  if (large_) shared().large_bodies.fetch_sub(1);
  large_ = false;
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
  if (const auto& proxies = shared().options.trusted_proxies; !proxies.empty()) {
    request_.peer = ClientAddress(peer_, request_.headers, proxies);
  }
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
  if (request_.body.capacity() > (64u << 10)) std::string().swap(request_.body);
  GiveBackRoom();
  if (close_after_) return Linger();
  state_ = State::kReading;
  since_ = loop_->tick;
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
  if (status == 503) response_.headers.emplace_back("Retry-After", "5");
  if (status == 413 && !shared().options.too_large_body.empty()) {
    response_.headers = {{"Content-Type", shared().options.too_large_content_type}};
    response_.body = shared().options.too_large_body;
  }
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
  int limit = static_cast<int>(shared().options.request_timeout.count());
  if (state_ == State::kReading) limit += static_cast<int>(request_.body.size() / kSlowestBody);
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

}  // namespace pons::net
