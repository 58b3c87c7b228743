// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/tds_stream.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pons::best_practice::sandbox {
namespace {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CertificateDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

// A key and a certificate for nobody in particular, as a fresh SQL Server makes for itself.
bool UseOwnCertificate(SSL_CTX* context) {
  const std::unique_ptr<EVP_PKEY, KeyDeleter> key(EVP_EC_gen("P-256"));
  const std::unique_ptr<X509, CertificateDeleter> certificate(X509_new());
  if (!key || !certificate) return false;
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400L * 3650);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const unsigned char text[] = "SSL_Self_Signed_Fallback";
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  return X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0 &&
         SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1;
}

void PutHeader(char* at, PacketType type, bool last, std::size_t length, std::uint8_t id) {
  at[0] = static_cast<char>(type);
  at[1] = last ? 1 : 0;
  at[2] = static_cast<char>(length >> 8 & 0xFF);
  at[3] = static_cast<char>(length & 0xFF);
  at[4] = 0;
  at[5] = 51;  // SPID
  at[6] = static_cast<char>(id);
  at[7] = 0;
}

}  // namespace

// OpenSSL's way to the socket: raw once the handshake is over, in prelogin packets during it.
struct HandshakeBio {
  static int Read(BIO* bio, char* out, int size) {
    auto& stream = *static_cast<TdsStream*>(BIO_get_data(bio));
    auto want = static_cast<std::size_t>(size);
    BIO_clear_retry_flags(bio);
    if (stream.wrapped_) {
      if (stream.left_in_packet_ == 0) {
        char header[kPacketHeader];
        if (!stream.ReadRaw(header, sizeof header)) return -1;
        const auto length = static_cast<std::size_t>(static_cast<unsigned char>(header[2]) << 8 |
                                                     static_cast<unsigned char>(header[3]));
        const bool prelogin = header[0] == static_cast<char>(PacketType::kPrelogin);
        if (!prelogin || length <= kPacketHeader) return -1;
        stream.left_in_packet_ = length - kPacketHeader;
      }
      want = std::min(want, stream.left_in_packet_);
      if (!stream.ReadRaw(out, want)) return -1;
      stream.left_in_packet_ -= want;
      return static_cast<int>(want);
    }
    while (true) {
      const ssize_t got = ::recv(stream.socket_, out, want, 0);
      if (got >= 0) return static_cast<int>(got);
      if (errno != EINTR) return -1;
    }
  }

  static int Write(BIO* bio, const char* data, int size) {
    auto& stream = *static_cast<TdsStream*>(BIO_get_data(bio));
    const std::string_view bytes(data, static_cast<std::size_t>(size));
    if (!stream.wrapped_) return stream.WriteRaw(bytes) ? size : -1;
    stream.outgoing_ += bytes;
    return size;
  }

  static bool FlushWrapped(TdsStream& stream) {
    std::string_view rest = stream.outgoing_;
    while (!rest.empty()) {
      const std::size_t part = std::min<std::size_t>(rest.size(), 4096 - kPacketHeader);
      std::string packet(kPacketHeader, '\0');
      PutHeader(packet.data(), PacketType::kPrelogin, part == rest.size(), part + kPacketHeader, 0);
      packet += rest.substr(0, part);
      if (!stream.WriteRaw(packet)) return false;
      rest.remove_prefix(part);
    }
    stream.outgoing_.clear();
    return true;
  }

  static long Control(BIO* bio, int command, long, void*) {
    if (command != BIO_CTRL_FLUSH) return command == BIO_CTRL_DUP ? 1 : 0;
    auto& stream = *static_cast<TdsStream*>(BIO_get_data(bio));
    return !stream.wrapped_ || FlushWrapped(stream) ? 1 : -1;
  }

  static const BIO_METHOD* Method() {
    static BIO_METHOD* const kMethod = [] {
      BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tds");
      BIO_meth_set_read(method, Read);
      BIO_meth_set_write(method, Write);
      BIO_meth_set_ctrl(method, Control);
      return method;
    }();
    return kMethod;
  }
};

Result<SslContext> MakeSslContext(const std::string& certificate_file,
                                  const std::string& key_file) {
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return MakeError(Fault::kInternal, "OpenSSL gives no context");
  // TDS 7.x ends at TLS 1.2: with 1.3 the client's last flight would come after the handshake, when
  // records are no longer wrapped.
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  if (certificate_file.empty() && key_file.empty()) {
    if (!UseOwnCertificate(context.get())) {
      return MakeError(Fault::kInternal, "OpenSSL makes no certificate");
    }
    return context;
  }
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return MakeError(Fault::kMisconfigured, "cannot use the certificate " + certificate_file +
                                                " with the key " + key_file + "; both must be PEM");
  }
  return context;
}

TdsStream::~TdsStream() {
  StopTls();
  ::close(socket_);
}

void TdsStream::Shutdown() { ::shutdown(socket_, SHUT_RDWR); }

bool TdsStream::ReadRaw(char* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket_, out, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool TdsStream::WriteRaw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool TdsStream::ReadExactly(char* out, std::size_t size) {
  if (ssl_ == nullptr) return ReadRaw(out, size);
  while (size > 0) {
    std::size_t got = 0;
    if (SSL_read_ex(ssl_, out, size, &got) != 1) return false;
    out += got;
    size -= got;
  }
  return true;
}

bool TdsStream::Write(std::string_view bytes) {
  if (ssl_ == nullptr) return WriteRaw(bytes);
  if (bytes.empty()) return true;
  std::size_t sent = 0;
  return SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent) == 1 && sent == bytes.size();
}

bool TdsStream::Readable() const {
  if (ssl_ != nullptr && SSL_pending(ssl_) > 0) return true;
  pollfd waiting{socket_, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

std::optional<Message> TdsStream::Read(std::size_t max_bytes) {
  Message message;
  while (true) {
    unsigned char header[kPacketHeader];
    if (!ReadExactly(reinterpret_cast<char*>(header), sizeof header)) return std::nullopt;
    const auto length = static_cast<std::size_t>(header[2] << 8 | header[3]);
    if (length < kPacketHeader) return std::nullopt;
    const std::size_t part = length - kPacketHeader;
    const std::size_t before = message.payload.size();
    if (before + part > max_bytes) return std::nullopt;
    message.type = static_cast<PacketType>(header[0]);
    message.reset_connection = message.reset_connection || (header[1] & 0x18) != 0;
    message.payload.resize(before + part);
    if (!ReadExactly(message.payload.data() + before, part)) return std::nullopt;
    if ((header[1] & 0x01) != 0) return message;
  }
}

bool TdsStream::StartTls(SSL_CTX* context) {
  ssl_ = SSL_new(context);
  BIO* bio = BIO_new(HandshakeBio::Method());
  if (ssl_ == nullptr || bio == nullptr) return false;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  wrapped_ = true;
  const bool done = SSL_accept(ssl_) == 1 && HandshakeBio::FlushWrapped(*this);
  wrapped_ = false;
  return done && left_in_packet_ == 0;
}

void TdsStream::StopTls() {
  SSL_free(ssl_);
  ssl_ = nullptr;
}

bool PacketWriter::Send(std::size_t payload, bool last) {
  started_ = started_ || payload > 0 || last;
  const std::size_t room = packet_size_ - kPacketHeader;
  packets_.clear();
  std::size_t at = 0;
  do {
    const std::size_t part = std::min(room, payload - at);
    const std::size_t header = packets_.size();
    packets_.resize(header + kPacketHeader);
    PutHeader(packets_.data() + header, PacketType::kReply, last && at + part == payload,
              part + kPacketHeader, packet_id_++);
    packets_.append(tokens_.data() + at, part);
    at += part;
  } while (at < payload);
  std::string_view bytes = packets_;
  if (limit_ && bytes.size() > *limit_) {
    stream_.Write(bytes.substr(0, *limit_));
    stream_.Shutdown();
    alive_ = false;
    return false;
  }
  if (limit_) *limit_ -= bytes.size();
  alive_ = alive_ && stream_.Write(bytes);
  return alive_;
}

bool PacketWriter::Flush() {
  const std::size_t room = packet_size_ - kPacketHeader;
  // The last packet is kept back: it may be the one that ends the message.
  const std::size_t whole = tokens_.size() == 0 ? 0 : (tokens_.size() - 1) / room * room;
  if (whole == 0) return alive_;
  if (!Send(whole, false)) return false;
  const std::size_t rest = tokens_.size() - whole;
  std::memmove(tokens_.data(), tokens_.data() + whole, rest);
  tokens_.Shrink(whole);
  return true;
}

bool PacketWriter::Finish() {
  if (!Flush()) return false;
  const bool sent = Send(tokens_.size(), true);
  tokens_.Clear();
  packet_id_ = 1;
  started_ = false;
  return sent;
}

}  // namespace pons::best_practice::sandbox
