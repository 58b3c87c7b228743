// SPDX-License-Identifier: Apache-2.0
// TLS as a filter between bytes on the wire and bytes of ours: no sockets, no waiting. The owner
// feeds what arrived and sends what Take() gives.
// Threads: a TlsContext may be shared; a TlsSession belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pons::net {

class TlsSession {
 public:
  virtual ~TlsSession() = default;
  // Takes bytes from the wire, goes on with the handshake, and appends what was decrypted to
  // `plain`. False: the session is over (broken, or closed by the peer); what Take gives is still
  // to be sent.
  virtual bool Feed(std::string_view cipher, std::string& plain) = 0;
  // Encrypts. False before the handshake is done, or after an error.
  virtual bool Write(std::string_view plain) = 0;
  virtual void Close() = 0;  // queues close_notify
  // Moves what is to be sent to the end of `out`.
  virtual void Take(std::string& out) = 0;
};

class TlsContext {
 public:
  virtual ~TlsContext() = default;
  virtual std::unique_ptr<TlsSession> Accept() = 0;  // server side
};

// TLS 1.2 and 1.3. Errors: kMisconfigured, naming the file that cannot be used.
Result<std::shared_ptr<TlsContext>> LoadServerTls(const std::string& certificate_file,
                                                  const std::string& key_file);

}  // namespace pons::net
