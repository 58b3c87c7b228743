// SPDX-License-Identifier: Apache-2.0
#include "sandboxkit/control.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/text.h"
#include "net/http_server.h"

namespace pons::sandboxkit {
namespace {

std::string Unescape(std::string_view text) {
  std::string out;
  const auto hex = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 &&
               hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

json::Value QueryObject(std::string_view query) {
  json::Object out;
  for (std::string_view pair : Split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string key = Unescape(pair.substr(0, equals));
    const std::string value =
        equals == std::string_view::npos ? "" : Unescape(pair.substr(equals + 1));
    out.emplace_back(key, value);
  }
  return out;
}

int StatusOf(Fault fault) {
  switch (fault) {
    case Fault::kNotFound:
      return 404;
    case Fault::kRejected:
    case Fault::kProtocol:
    case Fault::kMisconfigured:
      return 400;
    case Fault::kConflict:
      return 409;
    case Fault::kUnsupported:
      return 405;
    case Fault::kUnavailable:
      return 503;
    case Fault::kUnauthenticated:
    case Fault::kForbidden:
    case Fault::kRateLimited:
    case Fault::kCursorExpired:
    case Fault::kCancelled:
    case Fault::kInternal:
      return 500;
  }
  return 500;
}

// The page shows its own documents in a frame; beyond that only who was named may frame it.
std::string PagePolicy(const std::string& framed_by) {
  std::string policy =
      "default-src 'self'; style-src 'self'; script-src 'self'; object-src 'none'; "
      "base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
  if (!framed_by.empty()) (policy += ' ') += framed_by;
  return policy;
}

// "http://127.0.0.1:8088": nothing else may stand there, since it goes into a header.
bool IsOrigin(std::string_view text) {
  const std::size_t slashes = text.find("://");
  if (slashes == std::string_view::npos || slashes + 3 == text.size()) return false;
  for (const char c : text.substr(slashes + 3)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain && c != '.' && c != '-' && c != ':') return false;
  }
  return text.substr(0, slashes) == "http" || text.substr(0, slashes) == "https";
}

net::ServerResponse Reply(int status, std::string type, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.headers = {{"Content-Type", std::move(type)},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}};
  response.body = std::move(body);
  return response;
}

net::ServerResponse Answer(const Result<json::Value>& result) {
  if (result) return Reply(200, "application/json", json::Write(*result));
  const Error& error = result.error();
  const json::Value body = json::Object{{"error", error.summary}};
  return Reply(StatusOf(error.fault), "application/json", json::Write(body));
}

struct Call {
  std::string method;
  std::string path;
  std::string query;
  std::string body;
  std::string host;
  std::string origin;
};

class Control final : public ControlServer {
 public:
  Control(const ControlParts& parts, const std::string& framed_by)
      : parts_(parts), policy_(PagePolicy(framed_by)) {
    for (int i = 0; i < 2; ++i) workers_.emplace_back([this] { Work(); });
  }

  ~Control() override {
    server_.reset();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  Result<void> Listen(std::uint16_t port, Logger& log) {
    net::ServerOptions options;
    options.port = port;
    options.threads = 1;
    auto server = net::StartHttpServer(
        options,
        [this](const net::ServerRequest& request, net::Responder respond) {
          Call call{request.method,
                    std::string(request.path),
                    std::string(request.query),
                    request.body,
                    std::string(net::FindHeader(request.headers, "Host")),
                    std::string(net::FindHeader(request.headers, "Origin"))};
          {
            const std::lock_guard lock(mutex_);
            queue_.emplace_back([this, call = std::move(call), respond = std::move(respond)] {
              net::ServerResponse response = Handle(call);
              response.headers.emplace_back("Content-Security-Policy", policy_);
              respond(std::move(response));
            });
          }
          wake_.notify_one();
        },
        log);
    if (!server) return std::move(server).error();
    server_ = std::move(*server);
    return Ok();
  }

  std::uint16_t port() const override { return server_->port(); }

 private:
  void Work() {
    while (true) {
      std::function<void()> next;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        next = std::move(queue_.front());
        queue_.pop_front();
      }
      next();
    }
  }

  net::ServerResponse Handle(const Call& call) {
    // A page elsewhere must not reach a sandbox through its reader's browser.
    const std::string_view host = std::string_view(call.host).substr(0, call.host.find(':'));
    if (host != "127.0.0.1" && host != "localhost")
      return Answer(MakeError(Fault::kRejected, "Host must be 127.0.0.1"));
    if (!call.origin.empty() && call.origin != "http://" + call.host) {
      return Answer(MakeError(Fault::kRejected, "requests from other pages are refused"));
    }
    json::Value body = json::Object{};
    if (!call.body.empty()) {
      auto parsed = json::Parse(call.body);
      if (!parsed) return Answer(std::move(parsed).error());
      body = std::move(*parsed);
      if (!body.is_object())
        return Answer(MakeError(Fault::kRejected, "the body must be a JSON object"));
    }
    std::vector<std::string> parts;
    for (std::string_view part : Split(std::string_view(call.path).substr(1), '/'))
      parts.push_back(Unescape(part));
    if (call.method == "GET") {
      if (auto page = parts_.practice.Page(call.path))
        return Reply(200, page->content_type, std::move(page->body));
    }
    if (call.method == "GET" && parts.size() == 4 && parts[0] == "clinic" &&
        parts[3] == "document") {
      auto document = parts_.practice.Document(parts[1], parts[2]);
      if (!document) return Answer(std::move(document).error());
      return Reply(200, document->content_type, std::move(document->body));
    }
    if (parts[0] == "clinic" && parts.size() > 1) return Answer(Clinical(call, parts, body));
    return Answer(Own(call, parts, body));
  }

  Result<json::Value> Clinical(const Call& call, const std::vector<std::string>& parts,
                               const json::Value& body) {
    Practice& practice = parts_.practice;
    const std::string& kind = parts[1];
    const json::Value query = QueryObject(call.query);
    if (kind == "raw" && call.method == "POST") return practice.Raw(body);
    if (parts.size() == 2) {
      if (call.method == "GET") return practice.List(kind, query);
      if (call.method == "POST") return practice.Create(kind, body);
    } else if (parts.size() == 3) {
      if (call.method == "GET") return practice.Get(kind, parts[2]);
      if (call.method == "PATCH") return practice.Change(kind, parts[2], body);
      if (call.method == "DELETE")
        return practice.Remove(kind, parts[2], query.Text("vanish") == "true");
    } else if (kind == "patients" && parts[3] == "history" && call.method == "POST") {
      return practice.AddHistory(parts[2], body);
    }
    return MakeError(Fault::kUnsupported, "no such call: " + call.method + " " + call.path);
  }

  Result<json::Value> Own(const Call& call, const std::vector<std::string>& parts,
                          const json::Value& body) {
    const std::string what = call.method + " " + parts[0];
    const json::Value query = QueryObject(call.query);
    if (what == "POST reset") return parts_.practice.Reset();
    if (what == "POST seed") return parts_.practice.Seed(body);
    if (what == "POST load") return parts_.practice.Load(body);
    if (what == "POST rights") return parts_.practice.Rights(body);
    if (what == "GET state") return State();
    if (what == "POST faults") {
      const auto rule = parts_.faults.Add(body);
      if (!rule) return rule.error();
      return json::Value(json::Object{{"id", std::to_string(rule->id)}});
    }
    if (what == "GET faults") return parts_.faults.Describe();
    if (what == "DELETE faults") {
      parts_.faults.Clear();
      return json::Value(json::Object{});
    }
    if (what == "GET journal") {
      const std::string since(query.Text("since")), limit(query.Text("limit"));
      return parts_.journal.Read(
          since.empty() ? 0 : std::atoll(since.c_str()),
          limit.empty() ? Journal::kKept : static_cast<std::size_t>(std::atoll(limit.c_str())));
    }
    if (what == "DELETE journal") {
      parts_.journal.Clear();
      return json::Value(json::Object{});
    }
    if (what == "POST clock" || what == "GET clock") return Clock(body);
    if (auto answer = parts_.practice.Further({call.method, call.path, query, body}))
      return std::move(*answer);
    return MakeError(Fault::kNotFound, "no such call: " + call.method + " " + call.path);
  }

  std::int64_t OffsetMillis() const {
    return static_cast<std::int64_t>(parts_.clock.offset().count());
  }

  Result<json::Value> Clock(const json::Value& body) {
    if (const auto offset = body.Integer("offset_ms")) {
      parts_.clock.SetOffset(milliseconds(*offset));
    } else if (const std::string_view now = body.Text("now"); !now.empty()) {
      const auto instant = ParseInstant(now);
      if (instant) {
        parts_.clock.SetNow(*instant);
      } else {
        PONS_ASSIGN(const Instant local, parts_.practice.FromWallClock(now));
        parts_.clock.SetNow(local);
      }
    } else if (!body.object()->empty()) {
      return MakeError(Fault::kRejected, "give offset_ms, or now as 2026-10-04T01:59:00");
    }
    return json::Value(json::Object{{"offset_ms", OffsetMillis()}});
  }

  Result<json::Value> State() {
    auto state = parts_.practice.State();
    if (state) state->Set("clock_offset_ms", OffsetMillis());
    return state;
  }

  ControlParts parts_;
  const std::string policy_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> workers_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

Result<std::unique_ptr<ControlServer>> StartControlServer(const ControlOptions& options,
                                                          const ControlParts& parts, Logger& log) {
  if (!options.framed_by.empty() && !IsOrigin(options.framed_by)) {
    return MakeError(Fault::kMisconfigured,
                     "--framed-by wants an origin, for example http://127.0.0.1:8088");
  }
  auto control = std::make_unique<Control>(parts, options.framed_by);
  PONS_TRY(control->Listen(options.port, log));
  return std::unique_ptr<ControlServer>(std::move(control));
}

}  // namespace pons::sandboxkit
