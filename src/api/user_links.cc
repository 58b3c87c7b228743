// SPDX-License-Identifier: Apache-2.0
// /api/user-links: which practitioner of a practice a user of the app is. All of it runs on the
// pools.
//
//   GET    /api/user-links
//   GET    /api/user-links/{user}
//   PUT    /api/user-links/{user} {"given":…,"family":…,"providerNumber":…,"connection":…}
//   DELETE /api/user-links/{user}?connection=
//
// `connection` says which practice, where the app has a grant at several.
#include <algorithm>

#include "api/service.h"
#include "base/text.h"
#include "grants/user_links.h"
#include "json/value.h"
#include "json/writer.h"

namespace pons::api {
namespace {

constexpr std::size_t kMostLinks = 10'000;
constexpr std::size_t kLongestUser = 128;

// A refusal with a code of its own.
struct Refusal {
  int status = 422;
  std::string_view code;
  std::string text;
};

void Refuse(Service& service, Call& call, const Refusal& refusal) {
  Fail(service, call, refusal.status, refusal.code, refusal.text);
}

bool IsUserId(std::string_view text) {
  return !text.empty() && text.size() <= kLongestUser && IsValidUtf8(text) &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// The app's grants in force; those at `connection` where it is given.
Result<std::vector<store::Grant>> GrantsOf(Service& service, const Call& call,
                                           std::string_view connection) {
  PONS_ASSIGN(const auto names, service.directory.Current());
  std::vector<store::Grant> out;
  for (const auto key : call.session->app->grants) {
    const auto grant = names->grants.find(key);
    if (grant == names->grants.end()) continue;
    const auto at = names->connections.find(grant->second.connection);
    if (at == names->connections.end()) continue;
    if (connection.empty() || at->second.value == connection) out.push_back(grant->second);
  }
  return out;
}

void WriteLink(json::Writer& w, const store::UserLink& link, const grants::LinkStanding& standing,
               std::string_view connection) {
  w.BeginObject();
  w.Member("user", link.app_user);
  w.Member("connection", connection);
  w.Member("state", standing.practitioner ? "active" : "ended");
  w.MemberIfAny("cause", standing.cause);
  if (standing.practitioner) {
    w.Key("practitioner");
    w.BeginObject();
    w.Member("reference", "Practitioner/" + standing.practitioner->id.value);
    w.MemberIfAny("display", standing.practitioner->name);
    w.EndObject();
    w.Key("practitionerRoles");
    w.BeginArray();
    for (const auto& role : standing.practitioner->roles) {
      w.BeginObject();
      w.Member("reference", "PractitionerRole/" + role.value);
      w.EndObject();
    }
    w.EndArray();
  }
  w.Member("linked", FormatInstant(link.created));
  w.EndObject();
}

void Answer(Service& service, Call& call, int status, std::string body) {
  auto response = JsonAnswer(status, kJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

// The links of these grants, of one user or (empty) of all.
Result<void> Tell(Service& service, Call& call, const std::vector<store::Grant>& all,
                  std::string_view user) {
  PONS_ASSIGN(const auto names, service.directory.Current());
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  std::string out;
  json::Writer w(out);
  w.BeginObject();
  w.Key("userLinks");
  w.BeginArray();
  for (const auto& grant : all) {
    PONS_ASSIGN(auto links, reader->UserLinks(grant.key));
    std::erase_if(links, [&](const auto& link) { return !user.empty() && link.app_user != user; });
    if (links.empty()) continue;
    PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
      const grants::PractitionerBook book(reads, grant);
      for (const auto& link : links) {
        WriteLink(w, link, book.StandingOf(link), names->connections.at(grant.connection).value);
        ++call.count;
      }
    }));
  }
  w.EndArray();
  w.EndObject();
  if (!user.empty() && call.count == 0) {
    Refuse(service, call, {404, "not-found", "This user is not linked: PUT links them."});
    return Ok();
  }
  Answer(service, call, 200, std::move(out));
  return Ok();
}

Result<void> List(Service& service, Call& call) {
  PONS_ASSIGN(const auto all, GrantsOf(service, call, {}));
  return Tell(service, call, all, {});
}

Result<void> Show(Service& service, Call& call) {
  PONS_ASSIGN(const auto all, GrantsOf(service, call, {}));
  return Tell(service, call, all, call.id);
}

Result<grants::LinkWish> WishIn(const json::Value& body) {
  grants::LinkWish wish;
  wish.given = Trim(body.Text("given"));
  wish.family = Trim(body.Text("family"));
  if (wish.given.empty() || wish.family.empty()) {
    return MakeError(Fault::kRejected,
                     "Give \"given\" and \"family\": the first and last name exactly as they stand "
                     "in the practice's system.");
  }
  const auto number = Trim(body.Text("providerNumber"));
  if (number.empty()) return wish;
  const auto stem = number.substr(0, grants::kProviderStem);
  const bool digits =
      std::all_of(stem.begin(), stem.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (stem.size() < grants::kProviderStem || !digits) {
    return MakeError(Fault::kRejected,
                     "\"providerNumber\" begins with six digits; those are enough.");
  }
  wish.provider_stem = stem;
  return wish;
}

// The one practitioner who is meant, or why there is none.
std::optional<Refusal> Judge(const std::vector<grants::LinkedPractitioner>& found,
                             const grants::LinkWish& wish) {
  if (found.size() == 1) return std::nullopt;
  if (found.empty()) {
    return Refusal{422, "not-found",
                   wish.provider_stem.empty()
                       ? "No practitioner of this practice that is shared with the app has this "
                         "name. First and last name must be exactly as they stand in the "
                         "practice's system."
                       : "No practitioner of this practice that is shared with the app has this "
                         "name and a provider number that begins so. Compare both with the "
                         "practice's system."};
  }
  return Refusal{409, "multiple-matches",
                 wish.provider_stem.empty()
                     ? "Several practitioners of this practice have this name: give the first six "
                       "digits of the provider number too."
                     : "Several practitioners of this practice have this name and provider "
                       "number. The practice must tell them apart in its own system."};
}

Result<void> Put(Service& service, Call& call) {
  auto body = json::Parse(call.request.body, {.max_depth = 4, .max_bytes = 16384});
  if (!body || !body->is_object()) {
    return MakeError(Fault::kMisconfigured, "The body must be a JSON object.");
  }
  PONS_ASSIGN(const auto wish, WishIn(*body));
  const auto connection = body->Text("connection");
  PONS_ASSIGN(const auto at, GrantsOf(service, call, connection));
  if (at.empty()) {
    return MakeError(Fault::kNotFound, connection.empty()
                                           ? "No practice shares anything with this app yet."
                                           : "The app has no grant at this connection.");
  }
  if (at.size() > 1) {
    Refuse(service, call,
           {422, "required", "The app is used at several practices: name the \"connection\"."});
    return Ok();
  }
  const auto& grant = at.front();
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  std::vector<grants::LinkedPractitioner> found;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    found = grants::PractitionerBook(reads, grant).Find(wish);
  }));
  if (const auto refusal = Judge(found, wish)) {
    Refuse(service, call, *refusal);
    return Ok();
  }
  PONS_ASSIGN(const auto links, reader->UserLinks(grant.key));
  if (links.size() >= kMostLinks) {
    return MakeError(Fault::kRejected, "An app links at most 10,000 users at one practice.");
  }
  store::UserLink link;
  link.grant = grant.key;
  link.app_user = call.id;
  link.practitioner = found.front().id;
  link.vendor_id = found.front().vendor_id;
  PONS_TRY(service.deps.store.Write([&](store::Transaction& tx) {
    tx.Save(link);
    return Ok();
  }));
  link.created = service.deps.clock.Now();
  PONS_ASSIGN(const auto names, service.directory.Current());
  std::string out;
  json::Writer w(out);
  WriteLink(w, link, {found.front(), {}}, names->connections.at(grant.connection).value);
  Answer(service, call, 200, std::move(out));
  return Ok();
}

Result<void> Delete(Service& service, Call& call) {
  std::string connection;
  if (const auto fields = net::ParseForm(call.request.query)) {
    if (const auto* text = net::FindField(*fields, "connection")) connection = *text;
  }
  PONS_ASSIGN(const auto at, GrantsOf(service, call, connection));
  bool any = false;
  PONS_TRY(service.deps.store.Write([&](store::Transaction& tx) {
    any = false;
    for (const auto& grant : at) any = tx.DropUserLink(grant.key, call.id) || any;
    return Ok();
  }));
  if (!any) {
    Refuse(service, call, {404, "not-found", "This user is not linked."});
    return Ok();
  }
  net::ServerResponse response;
  response.status = 204;
  Finish(service, call, std::move(response));
  return Ok();
}

struct LinkRoute {
  std::string_view method;
  bool of_one;
  Result<void> (*run)(Service&, Call&);
};
constexpr LinkRoute kRoutes[] = {
    {"GET", false, &List}, {"GET", true, &Show}, {"PUT", true, &Put}, {"DELETE", true, &Delete}};

}  // namespace

void HandleUserLinks(Service& service, Call&& call, std::string_view rest) {
  call.route = Route::kOther;
  call.operation = "user-links";
  call.type = "user-link";
  if (!Authenticate(service, call)) return;
  if (!call.session->scopes.MayRead(model::Stream::kPractitioners)) {
    return Fail(service, call, 403, "forbidden",
                "This needs a scope that reads Practitioner (system/Practitioner.r).");
  }
  const bool of_one = rest.size() > 1;
  if (of_one) {
    const auto user = net::PercentDecode(rest.substr(1));
    if (!user || !IsUserId(*user)) {
      return Fail(service, call, 404, "not-found",
                  "A user's id is text of at most 128 characters, percent-encoded.");
    }
    call.id = *user;
  }
  const std::string_view method = call.head ? std::string_view("GET") : call.request.method;
  std::string allow;
  for (const auto& route : kRoutes) {
    if (route.of_one != of_one) continue;
    if (route.method == method) {
      auto& pool = route.method == "GET" ? service.pool : service.write_pool;
      service.LaterOn(pool, std::make_shared<Call>(std::move(call)),
                      [&service, run = route.run](Call& c) {
                        if (const auto done = run(service, c); !done) {
                          Fail(service, c, done.error());
                        }
                      });
      return;
    }
    allow += (allow.empty() ? "" : ", ") + std::string(route.method);
  }
  Fail(service, call, 405, "not-supported", "This address takes " + allow + ".",
       {{"Allow", allow}});
}

}  // namespace pons::api
