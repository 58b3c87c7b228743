// SPDX-License-Identifier: Apache-2.0
#include "portal/dispatch.h"

#include <algorithm>

#include "api/audit_trail.h"
#include "base/text.h"
#include "portal/decide.h"
#include "portal/headers.h"
#include "portal/resolve.h"

namespace pons::portal {
namespace {

constexpr std::size_t kMostBodyBytes = 256u << 10;
constexpr std::size_t kMostDepth = 16;
constexpr std::size_t kMostAgentBytes = 256;

std::vector<std::string_view> PartsOf(std::string_view path) {
  auto parts = Split(path, '/');
  if (!parts.empty() && parts.front().empty()) parts.erase(parts.begin());
  return parts;
}

bool IsParameter(std::string_view part) { return part.starts_with('{'); }

bool Changes(const Route& route) { return route.method != "GET"; }

bool IsLoopback(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

std::string_view HostOf(std::string_view address) {
  const auto scheme = address.find("://");
  if (scheme == std::string_view::npos) return {};
  return address.substr(scheme + 3);
}

Answer AnswerTo(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSignIn:
      return Problem(401, "sign_in", "You are not signed in, or were away for too long. Sign in.");
    case Verdict::kSecondFactor:
      return Problem(403, "second_factor_due", "Enter the code of your second factor first.");
    case Verdict::kEnrol:
      return Problem(403, "enrol_due",
                     "Your role needs a second factor. Set it up first, under your account.");
    case Verdict::kForbidden:
      return Problem(403, "forbidden",
                     "Your role does not allow this. Ask an admin of your practice.");
    default:
      return Problem(404, "not_found",
                     "This is not there, or it is not yours. Go back and choose from the list.");
  }
}

// What somebody was allowed as, for the audit trail.
std::string_view ActingAs(const PortalCall& call) {
  if (!call.caller.session) return "";
  if (const auto role = call.caller.RoleIn(call.resource.organization)) {
    return accounts::RoleName(*role);
  }
  if (call.caller.is_operator()) return "operator";
  return call.caller.is_developer() ? "developer" : "user";
}

// Accounts record what concerns a person's own account themselves.
bool IsRecorded(const Route& route, const Answer& answer) {
  const bool own = route.scope == Scope::kNone &&
                   (route.least == Least::kAnyone || route.least == Least::kPending ||
                    route.least == Least::kSignedIn);
  if (own) return false;
  return Changes(route) || route.patient_data || answer.status == 403 || answer.status == 404;
}

}  // namespace

Dispatcher::Dispatcher(const PortalOptions& options, PortalContext& context)
    : options_(options), context_(context), quick_(options.workers, options.worker_queue) {
  for (const auto* route : AllRoutes()) entries_.push_back({route, PartsOf(route->pattern)});
  reference_prefix_ = NewId(context.random).substr(0, 8) + "-";
}

std::string Dispatcher::Reference() {
  return reference_prefix_ + std::to_string(references_.fetch_add(1, std::memory_order_relaxed));
}

const Route* Dispatcher::Find(std::string_view method, std::string_view path, PortalCall& call,
                              std::string& allowed) const {
  const auto parts = PartsOf(path);
  const Entry* best = nullptr;
  for (const auto& entry : entries_) {
    if (entry.parts.size() != parts.size()) continue;
    const bool fits =
        std::equal(parts.begin(), parts.end(), entry.parts.begin(), [](auto given, auto pattern) {
          return IsParameter(pattern) ? !given.empty() : given == pattern;
        });
    if (!fits) continue;
    (allowed += allowed.empty() ? "" : ", ") += entry.route->method;
    if (entry.route->method != method) continue;
    // "/operator/audit/verify" before "/operator/audit/{id}": the words come before parameters.
    const auto words = [](const Entry& e) {
      return std::count_if(e.parts.begin(), e.parts.end(), [](auto p) { return !IsParameter(p); });
    };
    if (best == nullptr || words(entry) > words(*best)) best = &entry;
  }
  if (best == nullptr) return nullptr;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!IsParameter(best->parts[i])) continue;
    auto value = net::PercentDecode(parts[i]);
    if (!value) return nullptr;
    const auto name = best->parts[i].substr(1, best->parts[i].size() - 2);
    call.path.emplace_back(name, std::move(*value));
  }
  return best->route;
}

api::WorkerPool& Dispatcher::PoolFor(Pace pace) {
  if (pace == Pace::kHashes) return hashing_;
  return pace == Pace::kSlow ? slow_ : quick_;
}

void Dispatcher::Handle(const net::ServerRequest& request, net::Responder respond,
                        std::string_view path) {
  auto asked = std::make_shared<Asked>(Asked{request, std::move(respond)});
  auto& call = asked->call;
  call.reference = Reference();
  call.peer = request.peer;
  call.user_agent = std::string(net::FindHeader(request.headers, "user-agent"));
  call.user_agent.resize(std::min(call.user_agent.size(), kMostAgentBytes));
  call.secure = options_.https || options_.public_url.starts_with("https://");
  call.base = BaseAddress(options_.public_url, options_.https, request.headers);
  std::string allowed;
  asked->route = Find(request.method, path, call, allowed);
  if (asked->route == nullptr) {
    if (allowed.empty()) return Respond(*asked, AnswerTo(Verdict::kNotFound));
    Answer answer = Problem(405, "method", "This address answers " + allowed + " only.");
    answer.headers.emplace_back("Allow", allowed);
    return Respond(*asked, std::move(answer));
  }
  auto fields = net::ParseForm(request.query);
  if (!fields) {
    return Respond(*asked, Problem(400, "query",
                                   "The address is not understood: what follows the "
                                   "question mark is not properly encoded."));
  }
  call.query = std::move(*fields);
  const bool queued =
      PoolFor(asked->route->pace).Run([this, asked] { Respond(*asked, Run(*asked)); });
  if (!queued) {
    Answer answer = Problem(503, "busy", "The server is busy. Try again in a moment.");
    answer.headers.emplace_back("Retry-After", "2");
    Respond(*asked, std::move(answer));
  }
}

Answer Dispatcher::Run(Asked& asked) {
  // What is not going to be recorded is not done either.
  if (!context_.audit.healthy()) {
    return Problem(503, "unrecorded",
                   "The audit trail cannot be written at the moment, so nothing is shown or "
                   "changed. The server's operator must free its disk.");
  }
  auto judged = Judge(asked);
  Answer answer = judged ? std::move(*judged) : ProblemOf(judged.error());
  if (!judged && judged.error().retry_at) {
    const auto wait =
        std::chrono::ceil<seconds>(*judged.error().retry_at - context_.clock.Now()).count();
    answer.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(1, wait)));
  }
  if (!judged && answer.status >= 500) {
    context_.log.Warn("portal: a call failed", {{"route", asked.route->pattern},
                                                {"reference", asked.call.reference},
                                                {"fault", FaultName(judged.error().fault)},
                                                {"cause", judged.error().summary}});
  }
  Record(asked, answer);
  return answer;
}

Result<Answer> Dispatcher::Judge(Asked& asked) {
  const Route& route = *asked.route;
  PortalCall& call = asked.call;
  if (auto refused = Refuse(asked)) return std::move(*refused);
  PONS_TRY(FindCaller(asked));
  const Resource nothing;
  // Nobody learns from the time it takes: only those who are signed in have things looked up.
  std::optional<Resource> resource = nothing;
  if (call.caller.signed_in()) {
    PONS_ASSIGN(resource, Resolve(context_, route, call));
  }
  const auto verdict = Decide(route, call.caller, resource ? &*resource : nullptr);
  if (verdict != Verdict::kAllowed) {
    auto answer = AnswerTo(verdict);
    if (verdict == Verdict::kSignIn && !call.session_token.Reveal().empty()) {
      answer.headers.emplace_back("Set-Cookie", SessionCookie(call.secure, accounts::Secret{}));
    }
    return answer;
  }
  if (resource) call.resource = std::move(*resource);
  // A call that needs no session has none to forge.
  if (Changes(route) && route.least != Least::kAnyone &&
      !accounts::CsrfMatches(*call.caller.session,
                             net::FindHeader(asked.request.headers, "x-pons-csrf"))) {
    return Problem(403, "csrf",
                   "This page is out of date: it was signed in anew meanwhile. Reload it.");
  }
  if (auto refused = ReadBody(asked)) return std::move(*refused);
  return route.handler(context_, call);
}

// What can be seen to be wrong before anything is looked up.
std::optional<Answer> Dispatcher::Refuse(const Asked& asked) const {
  const auto& headers = asked.request.headers;
  if (!asked.call.secure && !options_.development && !IsLoopback(asked.request.peer)) {
    return Problem(403, "https_needed",
                   "The portal is used over HTTPS. Start the server with --tls-cert and --tls-key, "
                   "or behind a proxy with --public-url https://….");
  }
  if (!Changes(*asked.route)) return std::nullopt;
  const auto site = net::FindHeader(headers, "sec-fetch-site");
  const auto origin = net::FindHeader(headers, "origin");
  const bool foreign_site = !site.empty() && site != "same-origin" && site != "none";
  const bool foreign_origin = !origin.empty() &&
                              HostOf(origin) != net::FindHeader(headers, "host") &&
                              HostOf(origin) != HostOf(options_.public_url);
  if (foreign_site || foreign_origin) {
    return Problem(403, "foreign_page",
                   "This was asked by a page of another site; open the portal.");
  }
  return std::nullopt;
}

Result<void> Dispatcher::FindCaller(Asked& asked) {
  PortalCall& call = asked.call;
  const auto cookies = net::FindHeader(asked.request.headers, "cookie");
  const auto token = CookieValue(cookies, SessionCookieName(call.secure));
  if (token.empty()) return Ok();
  call.session_token = accounts::Secret(std::string(token));
  auto session = context_.accounts.Find(call.session_token);
  if (session) {
    call.caller.session = std::move(*session);
    return Ok();
  }
  if (session.error().fault == Fault::kUnauthenticated) return Ok();
  return session.error();
}

std::optional<Answer> Dispatcher::ReadBody(Asked& asked) const {
  const auto& request = asked.request;
  if (request.body.empty()) return std::nullopt;
  if (request.body.size() > kMostBodyBytes) {
    return Problem(413, "too_large", "That is more than 256 KiB at once. Send less.");
  }
  const auto type = AsciiLower(net::FindHeader(request.headers, "content-type"));
  if (!type.starts_with("application/json")) {
    return Problem(415, "content_type", "The body must be sent as application/json.");
  }
  auto parsed = json::Parse(request.body, {kMostDepth, kMostBodyBytes});
  if (!parsed || !parsed->is_object()) {
    return Problem(400, "json", "The body is not a JSON object.");
  }
  asked.call.body = std::move(*parsed);
  return std::nullopt;
}

void Dispatcher::Record(const Asked& asked, const Answer& answer) {
  const auto& call = asked.call;
  api::AuditEntry entry;
  const std::string user = call.caller.user();
  entry.request = call.reference;
  entry.user = user;
  entry.role = ActingAs(call);
  entry.organization = call.resource.organization.value;
  entry.status = answer.status;
  if (user.empty()) entry.peer = call.peer;
  for (const auto& noted : call.noted) {
    entry.operation = noted.operation;
    entry.type = noted.type;
    entry.id = noted.id;
    entry.count = noted.count;
    context_.audit.Add(entry);
  }
  if (!IsRecorded(*asked.route, answer)) return;
  const std::string what =
      std::string(asked.route->method) + " " + std::string(asked.route->pattern);
  std::string ids;
  for (const auto& [name, value] : call.path) (ids += ids.empty() ? "" : " ") += value;
  ids.resize(std::min<std::size_t>(ids.size(), 200));
  entry.operation = answer.status == 403 || answer.status == 404 ? "portal-refused" : "portal";
  entry.type = what;
  entry.id = ids;
  entry.count = 0;
  context_.audit.Add(entry);
}

void Dispatcher::Respond(Asked& asked, Answer answer) {
  net::ServerResponse response;
  response.status = answer.status;
  response.headers = std::move(answer.headers);
  const bool problem = answer.status >= 400;
  if (problem) {
    answer.body.Set("reference", asked.call.reference);
    response.headers.emplace_back("Content-Type", "application/problem+json");
  }
  const bool has_body = problem || !answer.body.is_null() || !answer.text.empty();
  if (has_body && !problem) {
    response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  }
  if (has_body) {
    response.body = answer.text.empty() ? json::Write(answer.body) : std::move(answer.text);
  }
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Request-Id", asked.call.reference);
  AddSecurityHeaders(response.headers, asked.call.secure, std::string(kDataPolicy));
  asked.respond(std::move(response));
}

}  // namespace pons::portal
