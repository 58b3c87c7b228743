// SPDX-License-Identifier: Apache-2.0
#include "net/http_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

namespace pons::net {
namespace {

class Session final : public TlsSession {
 public:
  // `host` empty: the server's side.
  Session(SSL_CTX* context, const std::string& host) : ssl_(SSL_new(context)) {
    PONS_CHECK(ssl_ != nullptr);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_, in_, out_);  // ssl_ owns both
    if (host.empty()) {
      SSL_set_accept_state(ssl_);
    } else {
      Expect(host);
      SSL_set_connect_state(ssl_);
    }
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

  bool ready() const override { return SSL_is_init_finished(ssl_) != 0; }
  bool mistrusts() const override { return broken_ && SSL_get_verify_result(ssl_) != X509_V_OK; }

 private:
  void Expect(const std::string& host) {
    SSL_set_verify(ssl_, SSL_VERIFY_PEER, nullptr);
    // An address is looked for among the certificate's addresses, a name among its names.
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host.c_str()) == 1) return;
    ERR_clear_error();
    PONS_CHECK(SSL_set1_host(ssl_, host.c_str()) == 1);
    PONS_CHECK(SSL_set_tlsext_host_name(ssl_, host.c_str()) == 1);
  }

  SSL* ssl_;
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;
  bool broken_ = false;
};

class Context final : public TlsContext {
 public:
  explicit Context(const SSL_METHOD* method) : context_(SSL_CTX_new(method)) {
    PONS_CHECK(context_ != nullptr);
    SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
    SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  }
  ~Context() override { SSL_CTX_free(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::unique_ptr<TlsSession> Accept() override {
    return std::make_unique<Session>(context_, std::string());
  }
  std::unique_ptr<TlsSession> Connect(const std::string& host) override {
    PONS_CHECK(!host.empty());
    return std::make_unique<Session>(context_, host);
  }
  SSL_CTX* context() { return context_; }

 private:
  SSL_CTX* context_;
};

}  // namespace

Result<std::shared_ptr<TlsContext>> LoadServerTls(const std::string& certificate_file,
                                                  const std::string& key_file) {
  auto context = std::make_shared<Context>(TLS_server_method());
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

Result<std::shared_ptr<TlsContext>> LoadClientTls(const std::string& ca_file) {
  auto context = std::make_shared<Context>(TLS_client_method());
  ERR_clear_error();
  const int loaded = ca_file.empty()
                         ? SSL_CTX_set_default_verify_paths(context->context())
                         : SSL_CTX_load_verify_file(context->context(), ca_file.c_str());
  if (loaded != 1) {
    ERR_clear_error();
    return MakeError(Fault::kMisconfigured, "The file of trusted certificates " + ca_file +
                                                " cannot be read: it must be PEM.");
  }
  return std::shared_ptr<TlsContext>(std::move(context));
}

}  // namespace pons::net
