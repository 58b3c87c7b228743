// SPDX-License-Identifier: Apache-2.0
#include "portal/sandbox_page.h"

#include <algorithm>

#include "json/value.h"
#include "portal/developer.h"
#include "portal/headers.h"

namespace pons::portal {
namespace {

constexpr std::size_t kMostBody = 1u << 20;
constexpr std::size_t kMostAnswer = 16u << 20;
constexpr std::string_view kMethods = "GET, POST, PATCH, DELETE";

// "app.js", "style.css", or the page itself; the sandbox's other calls have no ending.
bool IsPageFile(std::string_view path) {
  return path.find('/') == std::string_view::npos &&
         (path.empty() || path.find('.') != std::string_view::npos) &&
         std::all_of(path.begin(), path.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                  c == '.';
         });
}

// 127.0.0.1 is what a sandbox lets be asked for, and where it asks nobody for a name.
net::CurlSettings ThisMachine() {
  net::CurlSettings settings;
  settings.policy = net::AddressPolicy::kAnyForDevelopment;
  return settings;
}

}  // namespace

bool SandboxMayAsk(std::string_view method, std::string_view path, std::string_view body) {
  if (path.find("..") != std::string_view::npos || path.find('%') != std::string_view::npos) {
    return false;
  }
  if (method == "GET" && (path == "state" || IsPageFile(path))) return true;
  if (!path.starts_with("clinic/")) return false;
  if (method != "GET" && method != "POST" && method != "PATCH" && method != "DELETE") return false;
  // "acknowledge" names a folder of the server that files are written into.
  if (path == "clinic/importer" && method == "POST") {
    const auto asked = json::Parse(body, {8, kMostBody});
    return asked && asked->is_object() && asked->Find("acknowledge") == nullptr;
  }
  return true;
}

SandboxPages::SandboxPages(PortalContext& context, std::string public_url, bool https)
    : context_(context),
      public_url_(std::move(public_url)),
      https_(https),
      transport_(net::MakeCurlTransport(ThisMachine())) {}

net::ServerResponse SandboxPages::Answer(const net::ServerRequest& request, std::string_view token,
                                         int status, std::string type, std::string body) const {
  const auto here = BaseAddress(public_url_, https_, request.headers) + "/portal/sandbox/" +
                    std::string(token) + "/";
  net::ServerResponse response;
  response.status = status;
  response.needs_before_send = false;  // made-up people; nothing that the audit trail is about
  // Without allow-same-origin the document's origin is nobody's; 'self' would then match nothing.
  AddSecurityHeaders(response.headers, https_ || public_url_.starts_with("https://"),
                     "sandbox allow-scripts allow-forms allow-modals allow-downloads; "
                     "default-src 'none'; script-src " +
                         here + "; style-src " + here + "; img-src " + here +
                         " data:; connect-src " + here + "; frame-src " + here +
                         "; base-uri 'none'; form-action 'none'; "
                         "frame-ancestors " +
                         here);
  for (auto& [name, value] : response.headers) {
    if (name == "X-Frame-Options") value = "SAMEORIGIN";
    // Its own files are asked for by a document whose origin is nobody's.
    if (name == "Cross-Origin-Resource-Policy") value = "cross-origin";
    if (name == "Referrer-Policy") value = "no-referrer";  // the address is the permission
  }
  response.headers.emplace_back("Access-Control-Allow-Origin", "*");
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Type", std::move(type));
  if (request.method != "HEAD") response.body = std::move(body);
  return response;
}

void SandboxPages::Handle(const net::ServerRequest& request, net::Responder respond,
                          std::string_view rest) {
  const auto queued = std::make_shared<net::Responder>(std::move(respond));
  if (pool_.Run([this, &request, queued, rest] { (*queued)(Ask(request, rest)); })) return;
  auto busy = Answer(request, {}, 503, "application/json",
                     R"({"error":"The server is busy. Try again in a moment."})");
  busy.headers.emplace_back("Retry-After", "2");
  (*queued)(std::move(busy));
}

net::ServerResponse SandboxPages::Ask(const net::ServerRequest& request, std::string_view rest) {
  const auto slash = rest.find('/');
  const auto token = rest.substr(0, slash);
  const auto refuse = [&](int status, std::string_view why) {
    json::Value body;
    body.Set("error", why);
    return Answer(request, token, status, "application/json", json::Write(body));
  };
  const auto control = SandboxControl(context_, token);
  if (!control || slash == std::string_view::npos) {
    return refuse(404, "This sandbox has ended, or never was. Start one on the Sandbox page.");
  }
  const auto path = rest.substr(slash + 1);
  if (request.method == "OPTIONS") {
    auto may = Answer(request, token, 204, "text/plain", {});
    may.headers.emplace_back("Access-Control-Allow-Methods", kMethods);
    may.headers.emplace_back("Access-Control-Allow-Headers", "content-type");
    may.headers.emplace_back("Access-Control-Max-Age", "600");
    return may;
  }
  if (request.body.size() > kMostBody) return refuse(413, "That is more than 1 MiB at once.");
  if (!SandboxMayAsk(request.method, path, request.body)) {
    return refuse(403, "That is not done through this page.");
  }
  net::HttpRequest asked;
  asked.method = request.method;
  asked.url = *control + "/" + std::string(path);
  if (!request.query.empty()) (asked.url += '?') += request.query;
  asked.body = request.body;
  if (!asked.body.empty()) asked.headers.emplace_back("Content-Type", "application/json");
  asked.timeout = std::chrono::seconds(30);
  asked.max_response_bytes = kMostAnswer;
  auto answer = transport_->Send(asked, cancel_);
  if (!answer) return refuse(502, "The practice does not answer. It may have ended.");
  std::string type(net::FindHeader(answer->headers, "content-type"));
  if (type.empty()) type = "application/octet-stream";
  return Answer(request, token, answer->status, std::move(type), std::move(answer->body));
}

}  // namespace pons::portal
