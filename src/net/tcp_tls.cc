// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "net/tcp.h"

namespace pons::net {
namespace {

using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock::time_point;

constexpr std::size_t kOneRead = 64 * 1024;

milliseconds Left(Moment end) {
  const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

class SecureStream final : public TcpStream {
 public:
  SecureStream(std::unique_ptr<TcpStream> plain, std::unique_ptr<TlsSession> session)
      : plain_(std::move(plain)), session_(std::move(session)) {}

  ~SecureStream() override {
    session_->Close();
    const CancelToken never;
    (void)Flush(milliseconds(0), never);
  }

  Result<void> ShakeHands(milliseconds timeout, const CancelToken& cancel) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    std::string arrived;
    while (true) {
      const bool going = session_->Feed(arrived, inside_);
      const auto flushed = Flush(Left(end), cancel);
      if (!going) return WhyNot();
      PONS_TRY(flushed);
      if (session_->ready()) return Ok();
      PONS_ASSIGN(auto bytes, plain_->Read(kOneRead, Left(end), cancel));
      if (!bytes) return MakeError(Fault::kUnavailable, peer() + " does not answer by TLS");
      if (bytes->empty())
        return MakeError(Fault::kUnavailable, peer() + " closed before TLS began");
      arrived = *std::move(bytes);
    }
  }

  Result<std::optional<std::string>> Read(std::size_t most, milliseconds timeout,
                                          const CancelToken& cancel) override {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (inside_.empty() && !over_) {
      PONS_ASSIGN(const auto bytes, plain_->Read(kOneRead, Left(end), cancel));
      if (!bytes) return std::optional<std::string>();
      // Without close_notify the end may be forged; to the owner of the stream both are an end.
      over_ = bytes->empty() || !session_->Feed(*bytes, inside_);
      PONS_TRY(Flush(Left(end), cancel));
    }
    auto out = inside_.substr(0, most);
    inside_.erase(0, out.size());
    return std::optional<std::string>(std::move(out));
  }

  Result<void> Write(std::string_view bytes, milliseconds timeout,
                     const CancelToken& cancel) override {
    const auto end = std::chrono::steady_clock::now() + timeout;
    constexpr std::size_t kPiece = 256 * 1024;  // bounds what waits encrypted
    while (!bytes.empty()) {
      if (!session_->Write(bytes.substr(0, kPiece))) {
        auto error = MakeError(Fault::kUnavailable, peer() + ": TLS broke");
        error.effect = Effect::kUnknown;
        return error;
      }
      bytes.remove_prefix(std::min(kPiece, bytes.size()));
      PONS_TRY(Flush(Left(end), cancel));
    }
    return Ok();
  }

  const std::string& peer() const override { return plain_->peer(); }

 private:
  Result<void> Flush(milliseconds timeout, const CancelToken& cancel) {
    std::string out;
    session_->Take(out);
    return out.empty() ? Ok() : plain_->Write(out, timeout, cancel);
  }

  Error WhyNot() const {
    if (session_->mistrusts()) {
      return MakeError(Fault::kMisconfigured,
                       peer() + ": its certificate is not trusted, or is for another name");
    }
    return MakeError(Fault::kProtocol, peer() + ": no TLS session could be agreed on");
  }

  std::unique_ptr<TcpStream> plain_;
  std::unique_ptr<TlsSession> session_;
  std::string inside_;  // decrypted, not read yet
  bool over_ = false;
};

}  // namespace

Result<std::unique_ptr<TcpStream>> SecureTcp(std::unique_ptr<TcpStream> plain,
                                             std::unique_ptr<TlsSession> session,
                                             milliseconds timeout, const CancelToken& cancel) {
  auto stream = std::make_unique<SecureStream>(std::move(plain), std::move(session));
  PONS_TRY(stream->ShakeHands(timeout, cancel));
  return std::unique_ptr<TcpStream>(std::move(stream));
}

}  // namespace pons::net
