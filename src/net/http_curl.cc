// SPDX-License-Identifier: Apache-2.0
// HttpTransport over libcurl's easy interface. A handle, with the connections it keeps open, serves
// one request at a time; free handles wait in a pool, the last used on top.
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>

#include "base/text.h"
#include "net/http.h"

namespace pons::net {
namespace {

constexpr std::size_t kIdleHandles = 64;
constexpr std::size_t kMaxResponseHeaderBytes = 256u << 10;

// What the callbacks of one request share.
struct Exchange {
  AddressPolicy policy = AddressPolicy::kPublicOnly;
  const CancelToken* cancel = nullptr;
  std::size_t max_bytes = 0;
  HttpResponse response;
  std::size_t header_bytes = 0;
  bool refused_address = false;
  bool too_long = false;
};

curl_socket_t OpenSocket(void* client, curlsocktype purpose, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(client);
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  IpAddress ip;
  if (address->family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address->addr, sizeof in);
    std::memcpy(ip.bytes.data(), &in.sin_addr, 4);
  } else if (address->family == AF_INET6) {
    sockaddr_in6 in{};
    // curl_sockaddr ends in a sockaddr that stands for addrlen bytes.
    std::memcpy(&in, &address->addr, std::min<std::size_t>(sizeof in, address->addrlen));
    ip.v6 = true;
    std::memcpy(ip.bytes.data(), &in.sin6_addr, 16);
  } else {
    exchange.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  if (!IsAllowed(exchange.policy, ip)) {
    exchange.refused_address = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t TakeBody(char* data, std::size_t size, std::size_t count, void* client) {
  auto& exchange = *static_cast<Exchange*>(client);
  const std::size_t n = size * count;
  if (exchange.response.body.size() + n > exchange.max_bytes) {
    exchange.too_long = true;
    return 0;
  }
  exchange.response.body.append(data, n);
  return n;
}

std::size_t TakeHeader(char* data, std::size_t size, std::size_t count, void* client) {
  auto& exchange = *static_cast<Exchange*>(client);
  const std::size_t n = size * count;
  exchange.header_bytes += n;
  if (exchange.header_bytes > kMaxResponseHeaderBytes) {
    exchange.too_long = true;
    return 0;
  }
  const std::string_view line(data, n);
  if (line.starts_with("HTTP/")) {
    exchange.response.headers.clear();  // an interim answer's (100) do not count
    return n;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    exchange.response.headers.emplace_back(Trim(line.substr(0, colon)),
                                           Trim(line.substr(colon + 1)));
  }
  return n;
}

int Progress(void* client, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(client)->cancel->cancelled() ? 1 : 0;
}

struct HeaderList {
  curl_slist* list = nullptr;
  HeaderList() = default;
  ~HeaderList() { curl_slist_free_all(list); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  void Add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

bool HasLineBreak(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Error Explain(CURLcode code, CURL* handle, const Exchange& exchange) {
  long sent = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent);
  Error error;
  error.effect = sent > 0 ? Effect::kUnknown : Effect::kNone;
  error.fault = Fault::kUnavailable;
  if (exchange.refused_address && sent == 0) {
    error.fault = Fault::kForbidden;
    error.summary =
        "The host resolves to an address that is not on the public internet, and requests to such "
        "addresses are not made.";
    return error;
  }
  if (exchange.too_long) {
    error.fault = Fault::kProtocol;
    error.summary = "The answer is longer than this server reads.";
    return error;
  }
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      error.fault = Fault::kCancelled;
      error.summary = "The request was given up because the server was told to stop.";
      break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      error.summary = "The host's name could not be resolved: check its spelling and the DNS.";
      break;
    case CURLE_COULDNT_CONNECT:
      error.summary = "Nothing answers at that address and port: check both, and the firewall.";
      break;
    case CURLE_OPERATION_TIMEDOUT:
      error.summary = "No answer in time.";
      break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
      error.summary =
          "The host's TLS certificate is not valid: it has expired, names another host, or its "
          "issuer is not known here.";
      break;
    case CURLE_SSL_CONNECT_ERROR:
      error.summary = "No TLS session could be agreed on: the host must offer TLS 1.2 or later.";
      break;
    case CURLE_URL_MALFORMAT:
      error.fault = Fault::kMisconfigured;
      error.summary = "The URL cannot be read: check its spelling.";
      break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_BAD_CONTENT_ENCODING:
      error.fault = Fault::kProtocol;
      error.summary = "What answers does not speak HTTP as it should.";
      break;
    default:
      error.summary = std::string("The connection broke off (") + curl_easy_strerror(code) + ").";
  }
  return error;
}

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(const CurlSettings& settings) : settings_(settings) {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    PONS_CHECK(initialised == CURLE_OK);
  }
  ~CurlTransport() override {
    for (const Line& line : idle_) CleanUp(line);
  }
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  Result<HttpResponse> Send(const HttpRequest& request, const CancelToken& cancel) override {
    PONS_TRY(CheckUrl(request.url, settings_.policy));
    if (cancel.cancelled()) return MakeError(Fault::kCancelled, "The request was not started.");
    HeaderList headers;
    PONS_TRY(AddHeaders(request, headers));
    Exchange exchange;
    exchange.policy = settings_.policy;
    exchange.cancel = &cancel;
    exchange.max_bytes = request.max_response_bytes;
    const Line line = Borrow();
    Prepare(line.easy, request, headers, exchange);
    const CURLcode code = Perform(line, cancel);
    if (code != CURLE_OK) {
      Error error = Explain(code, line.easy, exchange);
      GiveBack(line);
      return error;
    }
    long status = 0;
    curl_easy_getinfo(line.easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    GiveBack(line);
    return std::move(exchange.response);
  }

 private:
  // A handle and the one that drives it, which keeps its connections.
  struct Line {
    CURL* easy = nullptr;
    CURLM* multi = nullptr;
  };

  // As curl_easy_perform, which looks whether it is cancelled once a second only.
  static CURLcode Perform(const Line& line, const CancelToken& cancel) {
    constexpr int kLookMillis = 50;
    PONS_CHECK(curl_multi_add_handle(line.multi, line.easy) == CURLM_OK);
    CURLcode code = CURLE_OK;
    for (int running = 1; running > 0;) {
      if (cancel.cancelled()) {
        code = CURLE_ABORTED_BY_CALLBACK;
        break;
      }
      if (curl_multi_perform(line.multi, &running) != CURLM_OK) {
        code = CURLE_FAILED_INIT;
        break;
      }
      if (running > 0) curl_multi_poll(line.multi, nullptr, 0, kLookMillis, nullptr);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(line.multi, &left)) {
      if (message->msg == CURLMSG_DONE && code == CURLE_OK) code = message->data.result;
    }
    curl_multi_remove_handle(line.multi, line.easy);
    return code;
  }

  static Result<void> AddHeaders(const HttpRequest& request, HeaderList& headers) {
    const auto unfit = MakeError(Fault::kMisconfigured, "A request header holds a line break.");
    if (HasLineBreak(request.method)) return unfit;
    for (const auto& [name, value] : request.headers) {
      if (HasLineBreak(name) || HasLineBreak(value)) return unfit;
      // curl takes "name:" for "leave it out" and "name;" for "empty".
      headers.Add(value.empty() ? name + ";" : name + ": " + value);
    }
    if (FindHeader(request.headers, "content-type").empty()) headers.Add("Content-Type:");
    headers.Add("Expect:");  // costs a round trip and helps nobody here
    return Ok();
  }

  void Prepare(CURL* handle, const HttpRequest& request, const HeaderList& headers,
               Exchange& exchange) const {
    curl_easy_reset(handle);  // keeps connections
    const auto set = [handle](CURLoption option, auto value) {
      PONS_CHECK(curl_easy_setopt(handle, option, value) == CURLE_OK);
    };
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROTOCOLS_STR,
        settings_.policy == AddressPolicy::kPublicOnly ? "https" : "http,https");
    set(CURLOPT_PROXY, settings_.proxy.c_str());
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings_.ca_file.empty()) set(CURLOPT_CAINFO, settings_.ca_file.c_str());
    set(CURLOPT_USERAGENT, settings_.user_agent.c_str());
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_MAXCONNECTS, 16L);
    set(CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(std::min(settings_.connect_timeout, request.timeout).count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
    if (request.method == "HEAD") {
      set(CURLOPT_NOBODY, 1L);
    } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
               request.method == "PATCH") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.c_str());
    }
    if (request.method != "HEAD") set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_HTTPHEADER, headers.list);
    set(CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
    set(CURLOPT_OPENSOCKETDATA, &exchange);
    set(CURLOPT_WRITEFUNCTION, &TakeBody);
    set(CURLOPT_WRITEDATA, &exchange);
    set(CURLOPT_HEADERFUNCTION, &TakeHeader);
    set(CURLOPT_HEADERDATA, &exchange);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &Progress);
    set(CURLOPT_XFERINFODATA, &exchange);
  }

  Line Borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        const Line line = idle_.back();
        idle_.pop_back();
        return line;
      }
    }
    const Line line{curl_easy_init(), curl_multi_init()};
    PONS_CHECK(line.easy != nullptr && line.multi != nullptr);
    curl_multi_setopt(line.multi, CURLMOPT_MAXCONNECTS, 16L);
    return line;
  }

  void GiveBack(const Line& line) {
    curl_easy_reset(line.easy);  // nothing of this exchange may be called again
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleHandles) {
      idle_.push_back(line);
    } else {
      CleanUp(line);
    }
  }

  static void CleanUp(const Line& line) {
    curl_easy_cleanup(line.easy);
    curl_multi_cleanup(line.multi);
  }

  const CurlSettings settings_;
  std::mutex mutex_;
  std::vector<Line> idle_;
};

}  // namespace

std::unique_ptr<HttpTransport> MakeCurlTransport(const CurlSettings& settings) {
  return std::make_unique<CurlTransport>(settings);
}

}  // namespace pons::net
