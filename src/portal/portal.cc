// SPDX-License-Identifier: Apache-2.0
#include "portal/portal.h"

#include <array>

#include "api/audit_trail.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "portal/dispatch.h"
#include "portal/headers.h"
#include "portal/openapi.h"
#include "portal/sandbox_page.h"
#include "portal/static_files.h"

namespace pons::portal {
namespace {

constexpr std::string_view kPages = "/portal/";
constexpr std::string_view kData = "/portal/api/";
constexpr std::string_view kSandboxes = "/portal/sandbox/";
constexpr std::string_view kOpenApi = "/api/openapi.json";
constexpr std::string_view kSomewhere = "https://pons.invalid";

class PortalImpl final : public Portal {
 public:
  PortalImpl(const PortalOptions& options, PortalContext& context)
      : options_(options),
        context_(context),
        openapi_(OpenApiDocument(kSomewhere)),
        sandbox_pages_(context, options_.public_url, options_.https),
        dispatcher_(options_, context) {}

  bool Handle(const net::ServerRequest& request, net::Responder& respond) override {
    const auto path = request.path;
    if (path.starts_with(kData)) {
      dispatcher_.Handle(request, std::move(respond), path.substr(kData.size() - 1));
      return true;
    }
    if (path == "/" || path == "/portal") return Redirect(respond);
    if (path == kOpenApi) return SendOpenApi(request, respond);
    if (!path.starts_with(kPages)) return false;
    if (path.starts_with(kSandboxes)) {
      sandbox_pages_.Handle(request, std::move(respond), path.substr(kSandboxes.size()));
      return true;
    }
    SendPage(request, respond, path.substr(kPages.size()));
    return true;
  }

 private:
  bool secure() const { return options_.https || options_.public_url.starts_with("https://"); }

  // Nothing here depends on what the audit trail holds.
  net::ServerResponse Page(int status, std::string_view type, std::string policy) const {
    net::ServerResponse response;
    response.status = status;
    response.needs_before_send = false;
    response.headers.emplace_back("Content-Type", type);
    AddSecurityHeaders(response.headers, secure(), std::move(policy));
    return response;
  }

  bool Redirect(net::Responder& respond) const {
    auto response = Page(302, "text/plain; charset=utf-8", std::string(kDataPolicy));
    response.headers.emplace_back("Location", kPages);
    response.headers.emplace_back("Cache-Control", "no-cache");
    respond(std::move(response));
    return true;
  }

  bool SendOpenApi(const net::ServerRequest& request, net::Responder& respond) const {
    if (!Asks(request)) return NotThisWay(respond);
    auto response = Page(200, "application/json; charset=utf-8", std::string(kDataPolicy));
    response.headers.emplace_back("Cache-Control", "no-cache");
    if (request.method == "GET") {
      const auto base = BaseAddress(options_.public_url, options_.https, request.headers);
      response.body = openapi_;
      for (auto at = response.body.find(kSomewhere); at != std::string::npos;
           at = response.body.find(kSomewhere, at + base.size())) {
        response.body.replace(at, kSomewhere.size(), base);
      }
    }
    respond(std::move(response));
    return true;
  }

  static bool Asks(const net::ServerRequest& request) {
    return request.method == "GET" || request.method == "HEAD";
  }

  bool NotThisWay(net::Responder& respond) const {
    auto response = Page(405, "text/plain; charset=utf-8", std::string(kDataPolicy));
    response.headers.emplace_back("Allow", "GET, HEAD");
    response.body = "Pages are read with GET.\n";
    respond(std::move(response));
    return true;
  }

  void SendPage(const net::ServerRequest& request, net::Responder& respond,
                std::string_view path) const {
    if (!Asks(request)) {
      NotThisWay(respond);
      return;
    }
    const StaticFile* file = path == "index.html" ? nullptr : files_.Find(path);
    if (file != nullptr) return SendFile(request, respond, *file);
    // A name with an ending is a file that an older page asks for; a page in its place would be
    // taken for a script.
    const auto last = path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'));
    if (path.starts_with("assets/") || last.find('.') != std::string_view::npos) {
      if (path != "index.html") {
        auto response = Page(404, "text/plain; charset=utf-8", std::string(kDataPolicy));
        response.headers.emplace_back("Cache-Control", "no-store");
        response.body = "There is no such file; reload the page.\n";
        return respond(std::move(response));
      }
    }
    SendIndex(request, respond);
  }

  void SendIndex(const net::ServerRequest& request, net::Responder& respond) const {
    std::array<unsigned char, 16> bytes{};
    context_.random.Fill(bytes);
    const auto nonce = crypto::Base64Url({reinterpret_cast<const char*>(bytes.data()), 16});
    auto response = Page(files_.built_in() ? 200 : 503, "text/html; charset=utf-8",
                         ContentSecurityPolicy(nonce, options_.frame_sources));
    response.headers.emplace_back("Cache-Control", "no-store");
    const StaticFile* index = files_.Find("index.html");
    if (request.method == "GET") {
      response.body =
          index == nullptr ? std::string(NotBuiltInPage()) : WithNonce(*index->plain, nonce);
    }
    respond(std::move(response));
  }

  void SendFile(const net::ServerRequest& request, net::Responder& respond,
                const StaticFile& file) const {
    const bool known = net::FindHeader(request.headers, "if-none-match") == file.etag;
    auto response = Page(known ? 304 : 200, file.content_type, std::string(kDataPolicy));
    response.headers.emplace_back("ETag", file.etag);
    response.headers.emplace_back("Vary", "Accept-Encoding");
    response.headers.emplace_back(
        "Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    const bool takes_gzip =
        net::FindHeader(request.headers, "accept-encoding").find("gzip") != std::string_view::npos;
    const bool packed = takes_gzip && file.packed != nullptr;
    if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
    if (!known && request.method == "GET") response.shared_body = packed ? file.packed : file.plain;
    respond(std::move(response));
  }

  const PortalOptions options_;
  PortalContext& context_;
  StaticFiles files_;
  const std::string openapi_;  // as if this server were kSomewhere
  SandboxPages sandbox_pages_;
  Dispatcher dispatcher_;  // last: its threads end first
};

}  // namespace

std::unique_ptr<Portal> Portal::Make(const PortalOptions& options, PortalContext& context) {
  return std::make_unique<PortalImpl>(options, context);
}

std::function<Result<void>(const accounts::Act&)> AuditAccountsInto(api::AuditTrail& trail) {
  return [&trail](const accounts::Act& act) -> Result<void> {
    api::AuditEntry entry;
    entry.operation = "account";
    entry.type = act.act;
    entry.id = act.subject;
    entry.user = act.by.value;
    entry.organization = act.organization.value;
    entry.peer = act.address;
    entry.status = 200;
    trail.Add(entry);
    if (trail.Commit()) return Ok();
    return MakeError(Fault::kUnavailable,
                     "the audit trail cannot be written at the moment, so nothing is changed; the "
                     "server's operator must free its disk");
  };
}

std::string_view SessionCookieName(bool secure) {
  return secure ? "__Host-pons_session" : "pons_session";
}

std::string SessionCookie(bool secure, const accounts::Secret& token) {
  std::string line(SessionCookieName(secure));
  (line += '=') += token.Reveal();
  line += "; Path=/; HttpOnly; SameSite=Lax";
  if (secure) line += "; Secure";
  if (token.Reveal().empty()) line += "; Max-Age=0";
  return line;
}

Result<json::Value> RunCommand(PortalContext& context, const PortalCall& call,
                               std::string_view command, const json::Value& arguments) {
  admin::AdminContext in_their_name = context.admin;
  in_their_name.user = call.caller.user();
  in_their_name.audit = [&context, &call](std::string_view name,
                                          std::string_view subject) -> Result<void> {
    const std::string user = call.caller.user();
    const auto role = call.RoleHere();
    api::AuditEntry entry;
    entry.request = call.reference;
    entry.operation = "settings";
    entry.type = name;
    entry.id = subject;
    entry.user = user;
    entry.role = call.caller.is_operator() ? "operator" : role ? accounts::RoleName(*role) : "";
    entry.organization = call.resource.organization.value;
    entry.status = 200;
    context.audit.Add(entry);
    if (context.audit.Commit()) return Ok();
    return MakeError(Fault::kUnavailable,
                     "the change could not be recorded in the audit trail, so it was not made; the "
                     "server's operator must free its disk");
  };
  return admin::RunAdminCommand(in_their_name, command, arguments);
}

}  // namespace pons::portal
