// SPDX-License-Identifier: Apache-2.0
// One client's socket as TDS packets, with TLS where it was agreed. During the handshake TLS
// records travel inside prelogin packets, afterwards TDS packets travel inside TLS (MS-TDS,
// "PRELOGIN"). Threads: one at a time, but Shutdown may be called from any.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "vendors/best_practice/sandbox/tds_reply.h"
#include "vendors/best_practice/sandbox/tds_request.h"

namespace pons::best_practice::sandbox {

struct SslContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

// From PEM files, or with a key and certificate made on the spot where both are empty.
Result<SslContext> MakeSslContext(const std::string& certificate_file, const std::string& key_file);

struct Message {
  PacketType type = PacketType::kBatch;
  bool reset_connection = false;  // the client took the session from a pool
  std::string payload;
};

class TdsStream {
 public:
  explicit TdsStream(int socket) : socket_(socket) {}
  ~TdsStream();
  TdsStream(const TdsStream&) = delete;
  TdsStream& operator=(const TdsStream&) = delete;

  // A whole message. Nullopt: the client is gone, or sent what is no TDS or too long.
  std::optional<Message> Read(std::size_t max_bytes);
  // Whether bytes wait to be read; returns at once.
  bool Readable() const;
  bool Write(std::string_view bytes);

  // Server's side of the handshake.
  bool StartTls(SSL_CTX* context);
  // Back to plain, after a login that alone was encrypted.
  void StopTls();

  void Shutdown();
  int socket() const { return socket_; }

 private:
  friend struct HandshakeBio;
  bool ReadExactly(char* out, std::size_t size);
  bool ReadRaw(char* out, std::size_t size);
  bool WriteRaw(std::string_view bytes);

  int socket_;
  SSL* ssl_ = nullptr;
  // Of the handshake.
  bool wrapped_ = false;
  std::size_t left_in_packet_ = 0;
  std::string outgoing_;
};

// Cuts a reply into packets and sends it as it grows; memory stays bounded.
class PacketWriter {
 public:
  explicit PacketWriter(TdsStream& stream) : stream_(stream) {}

  void set_packet_size(std::size_t size) { packet_size_ = size; }
  std::size_t packet_size() const { return packet_size_; }
  // After this many bytes of replies the connection is cut; nullopt: never.
  void set_limit(std::optional<std::size_t> bytes) { limit_ = bytes; }

  // Tokens are put here; Flush once in a while.
  ByteBuffer& tokens() { return tokens_; }
  // Sends what fills whole packets; false: the client is gone.
  bool Flush();
  // Sends the rest and ends the message.
  bool Finish();
  // Forgets what was not sent.
  void Discard() { tokens_.Clear(); }
  bool alive() const { return alive_; }
  bool started() const { return started_; }  // something of this reply is with the client

  static constexpr std::size_t kFlushAt = std::size_t{64} << 10;

 private:
  bool Send(std::size_t payload, bool last);

  TdsStream& stream_;
  ByteBuffer tokens_;
  std::string packets_;
  std::size_t packet_size_ = 4096;
  std::uint8_t packet_id_ = 1;
  std::optional<std::size_t> limit_;
  bool alive_ = true;
  bool started_ = false;
};

}  // namespace pons::best_practice::sandbox
