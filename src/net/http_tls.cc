// SPDX-License-Identifier: Apache-2.0
#include "net/http_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

namespace pons::net {
namespace {

class Session final : public TlsSession {
 public:
  explicit Session(SSL_CTX* context) : ssl_(SSL_new(context)) {
    PONS_CHECK(ssl_ != nullptr);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, in_, out_);  // ssl_ owns both
    SSL_set_accept_state(ssl_);
  }
  ~Session() override { SSL_free(ssl_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool Feed(std::string_view cipher, std::string& plain) override {
    if (broken_) return false;
    if (!cipher.empty()) BIO_write(in_, cipher.data(), static_cast<int>(cipher.size()));
    std::array<char, 16384> block;
    while (true) {
      ERR_clear_error();
      const int n = SSL_read(ssl_, block.data(), static_cast<int>(block.size()));
      if (n > 0) {
        plain.append(block.data(), static_cast<std::size_t>(n));
        continue;
      }
      const int error = SSL_get_error(ssl_, n);
      if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return true;
      broken_ = error != SSL_ERROR_ZERO_RETURN;
      return false;
    }
  }

  bool Write(std::string_view plain) override {
    if (broken_ || SSL_is_init_finished(ssl_) == 0) return false;
    while (!plain.empty()) {
      const auto some = plain.substr(0, 1u << 20);
      ERR_clear_error();
      const int n = SSL_write(ssl_, some.data(), static_cast<int>(some.size()));
      if (n <= 0) {
        broken_ = true;
        return false;
      }
      plain.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  void Close() override {
    if (!broken_ && SSL_is_init_finished(ssl_) != 0) SSL_shutdown(ssl_);
    ERR_clear_error();
  }

  void Take(std::string& out) override {
    char* data = nullptr;
    const long n = BIO_get_mem_data(out_, &data);
    if (n > 0) {
      out.append(data, static_cast<std::size_t>(n));
      BIO_reset(out_);
    }
  }

 private:
  SSL* ssl_;
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;
  bool broken_ = false;
};

class Context final : public TlsContext {
 public:
  Context() : context_(SSL_CTX_new(TLS_server_method())) {
    PONS_CHECK(context_ != nullptr);
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  }
  ~Context() override { SSL_CTX_free(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::unique_ptr<TlsSession> Accept() override { return std::make_unique<Session>(context_); }
  SSL_CTX* context() { return context_; }

 private:
  SSL_CTX* context_;
};

}  // namespace

Result<std::shared_ptr<TlsContext>> LoadServerTls(const std::string& certificate_file,
                                                  const std::string& key_file) {
  auto context = std::make_shared<Context>();
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context->context(), certificate_file.c_str()) != 1) {
    ERR_clear_error();
    return MakeError(Fault::kMisconfigured, "The TLS certificate file " + certificate_file +
                                                " cannot be read: it must be a PEM chain.");
  }
  if (SSL_CTX_use_PrivateKey_file(context->context(), key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context->context()) != 1) {
    ERR_clear_error();
    return MakeError(Fault::kMisconfigured,
                     "The TLS key file " + key_file +
                         " cannot be used: it must be the PEM key of the certificate in " +
                         certificate_file + ".");
  }
  return std::shared_ptr<TlsContext>(std::move(context));
}

}  // namespace pons::net
