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
  // True once the handshake is done.
  virtual bool ready() const = 0;
  // Whether the session broke because the peer's certificate was not believed.
  virtual bool mistrusts() const = 0;
};

class TlsContext {
 public:
  virtual ~TlsContext() = default;
  virtual std::unique_ptr<TlsSession> Accept() = 0;  // server side
  // Client side; the certificate must be for `host`, a name or an address.
  virtual std::unique_ptr<TlsSession> Connect(const std::string& host) = 0;
};

// For Accept. TLS 1.2 and 1.3. Errors: kMisconfigured, naming the file that cannot be used.
Result<std::shared_ptr<TlsContext>> LoadServerTls(const std::string& certificate_file,
                                                  const std::string& key_file);

// For Connect. Certificates are always checked: against those in `ca_file` (PEM), or the system's
// where it is empty. Errors: kMisconfigured, naming the file that cannot be used.
Result<std::shared_ptr<TlsContext>> LoadClientTls(const std::string& ca_file);

}  // namespace pons::net
