// SPDX-License-Identifier: Apache-2.0
// HTTP as a client: one request in, one response or Error out. Blocking; used from worker threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "net/address_policy.h"

namespace pons::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first header of that name, case ignored; empty where there is none.
std::string_view FindHeader(const Headers& headers, std::string_view name);
bool SameHeaderName(std::string_view a, std::string_view b);  // ASCII case ignored

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute, http or https
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{15000};  // whole exchange
  std::size_t max_response_bytes = 8u << 20;
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// Threads: Send may be called from any thread. Redirects are never followed.
// Errors: kUnavailable (not reachable, time-out; Effect::kUnknown once the request may have been
// sent), kProtocol (no HTTP answer, too long), kForbidden (address refused by the policy).
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  virtual Result<HttpResponse> Send(const HttpRequest& request, const CancelToken& cancel) = 0;
};

struct CurlSettings {
  AddressPolicy policy = AddressPolicy::kPublicOnly;  // judged for each address that is dialled
  std::chrono::milliseconds connect_timeout{10000};
  std::string ca_file = {};  // PEM; empty: the system's
  std::string proxy = {};    // URL; empty: none (the environment's proxy variables are not read)
  std::string user_agent = "pons";
};

// Keeps connections open between requests. TLS 1.2 at least, certificates always checked. Bodies
// are unpacked where the answer says gzip; the limit counts unpacked bytes.
std::unique_ptr<HttpTransport> MakeCurlTransport(const CurlSettings& settings);

}  // namespace pons::net
