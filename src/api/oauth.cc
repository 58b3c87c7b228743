// SPDX-License-Identifier: Apache-2.0
// POST /oauth/token: client credentials, proved by a secret (Basic or form) or a signed assertion.
// Runs on the pool, since checking a secret is slow by design. A client that does not exist takes
// as long as a wrong secret.
#include <algorithm>

#include "api/service.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "json/writer.h"

namespace pons::api {
namespace {

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct Credentials {
  std::string client_id;
  Sensitive<std::string> secret;
  std::string assertion;  // where there is one, it counts
  bool basic = false;
};

void OAuthError(Service& service, Call& call, int status, std::string_view error,
                std::string_view description, net::Headers headers = {}) {
  std::string body;
  json::Writer w(body);
  w.BeginObject();
  w.Member("error", error);
  w.Member("error_description", description);
  w.EndObject();
  auto response = JsonAnswer(status, kJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  for (auto& header : headers) response.headers.push_back(std::move(header));
  Finish(service, call, std::move(response));
}

// Where the request is not even well-formed, the answer is given and nullopt returned.
std::optional<Credentials> ReadCredentials(Service& service, Call& call,
                                           const net::FormFields& fields) {
  const auto bad = [&](std::string_view why) {
    OAuthError(service, call, 400, "invalid_request", why);
    return std::nullopt;
  };
  Credentials credentials;
  const std::string* id = net::FindField(fields, "client_id");
  const std::string* secret = net::FindField(fields, "client_secret");
  const std::string* assertion = net::FindField(fields, "client_assertion");
  const std::string_view header = net::FindHeader(call.request.headers, "authorization");
  const int ways =
      (header.empty() ? 0 : 1) + (secret != nullptr ? 1 : 0) + (assertion != nullptr ? 1 : 0);
  if (ways > 1) return bad("Prove the client in one way only.");
  if (id != nullptr) credentials.client_id = *id;
  if (!header.empty()) {
    credentials.basic = true;
    if (header.size() < 6 || !EqualsIgnoringAsciiCase(header.substr(0, 6), "Basic ")) {
      return bad("The Authorization header is not \"Basic\".");
    }
    const auto plain = crypto::FromBase64(Trim(header.substr(6)));
    const auto colon = plain ? plain->find(':') : std::string::npos;
    if (colon == std::string::npos) return bad("The Basic credentials cannot be read.");
    // RFC 6749 2.3.1: both halves are form-encoded first.
    const auto name = net::FormDecode(std::string_view(*plain).substr(0, colon));
    auto password = net::FormDecode(std::string_view(*plain).substr(colon + 1));
    if (!name || !password) return bad("The Basic credentials cannot be read.");
    credentials.client_id = *name;
    credentials.secret = Sensitive<std::string>(std::move(*password));
  } else if (secret != nullptr) {
    credentials.secret = Sensitive<std::string>(*secret);
  } else if (assertion != nullptr) {
    const std::string* kind = net::FindField(fields, "client_assertion_type");
    if (kind == nullptr || *kind != kJwtBearer) {
      return bad("client_assertion_type must be " + std::string(kJwtBearer) + ".");
    }
    credentials.assertion = *assertion;
  } else {
    return bad("Send client_id and client_secret, HTTP Basic, or a client_assertion.");
  }
  if (credentials.client_id.size() > 128) return bad("client_id is too long.");
  return credentials;
}

// Null where the client is not who it says; `why` is for its developer. `by` is what opened.
std::shared_ptr<const AppView> Prove(Service& service, const Call& call, const Snapshot& snapshot,
                                     const Credentials& credentials, std::string& why,
                                     OpenedBy& by) {
  if (!credentials.assertion.empty()) {
    const auto assertion = ReadAssertion(credentials.assertion);
    if (!assertion) {
      why = assertion.error().summary;
      return nullptr;
    }
    auto app = snapshot.FindClient(assertion->issuer);
    if (app == nullptr ||
        (!credentials.client_id.empty() && credentials.client_id != assertion->issuer)) {
      why = "The client is not known.";
      return nullptr;
    }
    if (const auto checked =
            VerifyAssertion(*assertion, app->app.id.value, call.base + "/oauth/token",
                            app->app.jwks_json, call.began);
        !checked) {
      why = checked.error().summary;
      return nullptr;
    }
    if (!service.replays.FirstUse(*assertion, call.began)) {
      why = "The client assertion was used before: sign a new one, with a new jti.";
      return nullptr;
    }
    by = {store::UseOf::kAppKey, app->app.key};
    return app;
  }
  why = "The client or its secret is not known.";
  auto app = snapshot.FindClient(credentials.client_id);
  const bool has_secret = app != nullptr && !app->app.secret_hash.empty();
  const std::string& hash = has_secret ? app->app.secret_hash : service.dummy_hash;
  const bool right = crypto::VerifyPassword(hash, credentials.secret);
  if (app == nullptr) return nullptr;
  by = {store::UseOf::kAppSecret, app->app.key};
  if (right && has_secret) return app;
  for (const auto& earlier : app->earlier_secrets) {
    if (call.began < earlier.valid_until &&
        crypto::VerifyPassword(earlier.hash, credentials.secret)) {
      by = {store::UseOf::kEarlierSecret, earlier.key};
      return app;
    }
  }
  return nullptr;
}

void GiveToken(Service& service, Call& call, const AppView& app, const OpenedBy& by,
               std::string_view scope) {
  const Scopes scopes = Scopes::Parse(scope);
  if (scopes.empty()) {
    return OAuthError(service, call, 400, "invalid_scope",
                      "None of the scopes can be granted; /.well-known/smart-configuration lists "
                      "those that can.");
  }
  const Instant expires = call.began + service.options.token_lifetime;
  const auto token =
      service.sessions.Issue(app.app.key, by, scopes, call.began, expires, service.deps.random);
  if (!token) {
    service.deps.log.Error("token could not be stored", {{"cause", token.error().summary}});
    return OAuthError(service, call, 503, "temporarily_unavailable", "Try again in a moment.",
                      {{"Retry-After", "5"}});
  }
  std::string body;
  json::Writer w(body);
  w.BeginObject();
  w.Member("access_token", *token);
  w.Member("token_type", "bearer");
  w.Member("expires_in", static_cast<std::int64_t>(service.options.token_lifetime.count()));
  w.Member("scope", scopes.Text());
  w.EndObject();
  call.count = 1;
  auto response = JsonAnswer(200, kJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  Finish(service, call, std::move(response));
}

void SignIn(Service& service, Call& call, const net::FormFields& fields) {
  const auto credentials = ReadCredentials(service, call, fields);
  if (!credentials) return;
  const std::string* grant_type = net::FindField(fields, "grant_type");
  if (grant_type == nullptr || *grant_type != "client_credentials") {
    return OAuthError(service, call, 400,
                      grant_type == nullptr ? "invalid_request" : "unsupported_grant_type",
                      "grant_type must be client_credentials.");
  }
  call.id = credentials->client_id;
  // By address too, so that nobody can lock out somebody else's client.
  const std::string& peer = call.request.peer;
  const std::string client = credentials->client_id + " " + peer;
  auto wait = service.client_failures.Blocked(client, call.began);
  if (!wait) wait = service.peer_failures.Blocked(peer, call.began);
  if (wait) {
    call.operation = {};  // written down often enough
    return OAuthError(service, call, 429, "invalid_client",
                      "Too many failed sign-ins: wait a minute, and check the secret.",
                      {{"Retry-After", std::to_string((wait->count() + 999) / 1000)}});
  }
  const auto snapshot = service.directory.Current();
  if (!snapshot) {
    return OAuthError(service, call, 503, "temporarily_unavailable", "Try again in a moment.",
                      {{"Retry-After", "5"}});
  }
  std::string why;
  OpenedBy by;
  const auto app = Prove(service, call, **snapshot, *credentials, why, by);
  if (app == nullptr) {
    service.client_failures.Failed(client, call.began);
    service.peer_failures.Failed(peer, call.began);
    net::Headers headers;
    if (credentials->basic) headers.emplace_back("WWW-Authenticate", "Basic realm=\"pons\"");
    return OAuthError(service, call, 401, "invalid_client", why, std::move(headers));
  }
  service.client_failures.Succeeded(client);
  if (app->app.disabled) {
    return OAuthError(service, call, 400, "unauthorized_client",
                      "This app has been switched off by the operator.");
  }
  const std::string* scope = net::FindField(fields, "scope");
  GiveToken(service, call, *app, by,
            scope == nullptr ? std::string_view() : std::string_view(*scope));
}

}  // namespace

void HandleToken(Service& service, Call&& call) {
  call.route = Route::kToken;
  call.operation = "token";
  if (!RequireMethod(service, call, "POST", "POST")) return;
  const std::string type = AsciiLower(net::FindHeader(call.request.headers, "content-type"));
  auto fields = net::ParseForm(call.request.body);
  if (!type.starts_with("application/x-www-form-urlencoded") || !fields ||
      call.request.body.size() > 32768) {
    return OAuthError(service, call, 400, "invalid_request",
                      "Send the parameters as application/x-www-form-urlencoded.");
  }
  service.Later(
      std::make_shared<Call>(std::move(call)),
      [&service, sent = std::move(*fields)](Call& later) { SignIn(service, later, sent); });
}

}  // namespace pons::api
