// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 server: keep-alive, bounded headers and bodies, one deadline a request, optional TLS.
// One io thread per core, each accepting on its own socket; a connection stays on its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "net/client_address.h"
#include "net/http.h"

namespace pons::net {

// One request. Lives in its connection and is reused for the next one: a Handler may keep referring
// to it until it calls (or drops) the Responder, and not a moment longer.
struct ServerRequest {
  std::string method;
  std::string target;      // as sent: "/fhir/R4/Patient?name=x"
  std::string_view path;   // target up to '?', still percent-encoded; points into target
  std::string_view query;  // after '?', still percent-encoded; points into target
  Headers headers;
  std::string body;
  // "127.0.0.1": who asks; behind a trusted proxy, whom it asks for.
  std::string peer;

  ServerRequest() = default;
  ServerRequest(const ServerRequest&) = delete;  // path and query point into it
  ServerRequest& operator=(const ServerRequest&) = delete;
};

struct ServerResponse {
  int status = 200;
  Headers headers;  // Content-Length, Date and Connection are the server's
  std::string body;
  // Where set, sent instead of `body`, without a copy.
  std::shared_ptr<const std::string> shared_body;
  // False: depends on nothing that before_send makes durable, and is sent whatever that says.
  bool needs_before_send = true;
};

// Gives the answer to one request. To be called exactly once, from any thread; a Responder dropped
// without a call answers 500.
using Responder = std::function<void(ServerResponse)>;

// Called on an io thread; must not block. Long work is handed to a pool, which calls the Responder.
using Handler = std::function<void(const ServerRequest&, Responder)>;

// Server-sent events and other long answers: see Stream in http_stream.h where present.

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free port, told by port()
  unsigned threads = 0;    // 0: one per core
  // Above this, new connections are closed at once. 0: what the process's limit on open files
  // leaves when 200 are kept for everything else.
  std::size_t max_connections = 0;
  std::size_t max_header_bytes = 16u << 10;
  std::size_t max_body_bytes = 16u << 20;
  // Asked once the head of a request is there (method, target and headers are filled in): how large
  // its body may be, at most max_body_bytes. On the io thread; must not block. Empty: always that.
  std::function<std::size_t(const ServerRequest&)> body_limit = {};
  // Bodies above 1 MiB at one time, from their head to their answer; further ones are answered 503.
  std::size_t max_large_bodies = 16;
  // From first byte to complete request, and idle. A body gets a second more for each 16 KiB that
  // have come.
  std::chrono::seconds request_timeout{30};
  std::chrono::seconds stop_timeout{5};   // what Stop grants to requests in flight
  std::string tls_certificate_file = {};  // PEM chain; empty: plain HTTP
  std::string tls_key_file = {};
  // Proxies that are believed about whom they ask for (client_address.h).
  std::vector<AddressBlock> trusted_proxies = {};
  // Called on the io thread before a batch of finished answers is written, so that what they depend
  // on (the audit trail) is made durable once for all of them. False: each is answered 503 instead.
  std::function<bool()> before_send = {};
  // What those 503 answers say.
  std::string unsendable_content_type = "text/plain; charset=utf-8";
  std::string unsendable_body =
      "The answer could not be recorded, so it is not given. Try again.\n";
  // What is said to a body that is too large; empty: the status in words.
  std::string too_large_content_type = {};
  std::string too_large_body = {};
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;  // stops, and waits for its threads
  virtual std::uint16_t port() const = 0;
  virtual void Stop() = 0;  // stops accepting, finishes what is in flight within stop_timeout
};

// Listens at once. Errors: kMisconfigured with the address and the next step.
Result<std::unique_ptr<HttpServer>> StartHttpServer(const ServerOptions& options, Handler handler,
                                                    Logger& log);

}  // namespace pons::net
