// SPDX-License-Identifier: Apache-2.0
#include "portal/route.h"

#include <algorithm>
#include <charconv>

#include "api/audit_trail.h"
#include "net/http_wire.h"

namespace pons::portal {
namespace {

std::string_view TitleOf(int status) {
  switch (status) {
    case 400:
      return "Not understood";
    case 401:
      return "Not signed in";
    case 403:
      return "Not allowed";
    case 404:
      return "Not found";
    case 405:
      return "Not done this way";
    case 409:
      return "Conflict";
    case 413:
      return "Too large";
    case 415:
      return "Not JSON";
    case 422:
      return "Not accepted";
    case 429:
      return "Too fast";
    case 503:
      return "Not available";
    default:
      return "Failed";
  }
}

// Sentences of errors start in lower case where they follow a "pons: ".
std::string Sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  if (!text.empty() && std::string_view(".!?").find(text.back()) == std::string_view::npos) {
    text += '.';
  }
  return text;
}

}  // namespace

bool Caller::signed_in() const {
  return session && session->state == accounts::SessionState::kSignedIn;
}

std::optional<accounts::Role> Caller::RoleIn(const OrganizationId& organization) const {
  if (!signed_in()) return std::nullopt;
  return session->user.RoleIn(organization);
}

Answer Ok(json::Value body) {
  Answer answer;
  answer.body = std::move(body);
  return answer;
}

Answer OkText(std::string written_json) {
  Answer answer;
  answer.text = std::move(written_json);
  return answer;
}

Answer Created(json::Value body) {
  Answer answer = Ok(std::move(body));
  answer.status = 201;
  return answer;
}

Answer NoContent() {
  Answer answer;
  answer.status = 204;
  return answer;
}

Answer Problem(int status, std::string_view code, std::string_view detail, std::string_view field) {
  Answer answer;
  answer.status = status;
  answer.body.Set("status", status);
  answer.body.Set("title", TitleOf(status));
  answer.body.Set("detail", detail);
  answer.body.Set("code", code);
  if (!field.empty()) answer.body.Set("field", field);
  return answer;
}

Answer ProblemOf(const Error& error) {
  return Problem(net::StatusOf(error.fault), FaultName(error.fault), Sentence(error.summary));
}

Answer List(json::Array items, std::string_view next, std::int64_t total) {
  json::Value body;
  body.Set("items", std::move(items));
  body.Set("next", next.empty() ? json::Value() : json::Value(next));
  body.Set("total", total);
  return Ok(std::move(body));
}

std::string_view PortalCall::Path(std::string_view name) const {
  for (const auto& [key, value] : path) {
    if (key == name) return value;
  }
  return {};
}

std::string_view PortalCall::Query(std::string_view name) const {
  const auto* found = net::FindField(query, name);
  return found == nullptr ? std::string_view() : std::string_view(*found);
}

std::int64_t PortalCall::QueryNumber(std::string_view name, std::int64_t fallback,
                                     std::int64_t most) const {
  const auto text = Query(name);
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number < 1) return fallback;
  return std::min(number, most);
}

std::optional<accounts::Role> PortalCall::RoleHere() const {
  if (caller.is_operator()) return accounts::Role::kAdmin;
  return caller.RoleIn(resource.organization);
}

bool PortalCall::MaySeePatients() const {
  const auto role = caller.RoleIn(resource.organization);
  return role && *role != accounts::Role::kLimited;
}

bool PortalCall::MaySeePatientCounts() const { return caller.is_operator() || MaySeePatients(); }

accounts::Actor PortalCall::actor() const {
  if (!caller.session) return {};
  return {caller.session->user.id, caller.session->id};
}

void PortalCall::Audit(std::string_view operation, std::string_view type, std::string_view id,
                       std::int64_t count) {
  noted.push_back({std::string(operation), std::string(type), std::string(id), count});
}

std::vector<const Route*> AllRoutes() {
  std::vector<const Route*> all;
  for (const auto part : {SessionRoutes(), OrganizationRoutes(), PracticeRoutes(),
                          DeveloperRoutes(), OperatorRoutes()}) {
    for (const auto& route : part) all.push_back(&route);
  }
  return all;
}

}  // namespace pons::portal
