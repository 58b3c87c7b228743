// SPDX-License-Identifier: Apache-2.0
// What people are told without asking: their notices, which of them they have read, and which kinds
// they want by mail.
#include <algorithm>
#include <charconv>

#include "portal/notice_kinds.h"
#include "portal/practice_parts.h"
#include "store/accounts.h"

namespace pons::portal {
namespace {

constexpr std::int64_t kMostShown = 100;

// Notices go to the admins of an organization; operators are told of the machine, not of practices.
store::NoticeQuery QueryFor(const PortalCall& call) {
  store::NoticeQuery query;
  const auto& user = call.caller.session->user;
  query.user = user.id.value;
  query.operators = user.is_operator;
  for (const auto& membership : user.memberships) {
    if (membership.role == accounts::Role::kAdmin) {
      query.organizations.push_back(membership.organization);
    }
  }
  return query;
}

json::Value NoticeJson(const store::Notice& notice) {
  json::Value out;
  out.Set("id", std::to_string(notice.key));
  out.Set("at", FormatInstant(notice.created));
  out.Set("kind", notice.kind);
  out.Set("title", NoticeTitle(notice.kind));
  out.Set("text", notice.text);
  if (!notice.link.empty()) out.Set("link", notice.link);
  out.Set("read", notice.read);
  if (notice.ended) out.Set("ended_at", FormatInstant(*notice.ended));
  if (!notice.organization.empty()) out.Set("organization", notice.organization.value);
  return out;
}

Result<Answer> ListNotices(PortalContext& context, PortalCall& call) {
  auto query = QueryFor(call);
  query.before = SkipOf(call);
  query.limit = static_cast<std::uint32_t>(call.QueryNumber("limit", 50, kMostShown));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  json::Array items;
  std::string next;
  std::int64_t unread = 0;
  PONS_TRY(reader->Accounts([&](store::AccountReads& reads) {
    const auto notices = reads.Notices(query);
    for (const auto& notice : notices) items.push_back(NoticeJson(notice));
    if (notices.size() == query.limit) next = std::to_string(notices.back().key);
    unread = reads.CountUnread(query);
  }));
  auto answer = Page(std::move(items), next);
  answer.body.Set("unread", unread);
  return answer;
}

Result<Answer> MarkRead(PortalContext& context, PortalCall& call) {
  std::int64_t key = 0;
  const auto id = call.Path("notification");
  std::from_chars(id.data(), id.data() + id.size(), key);
  const auto query = QueryFor(call);
  bool theirs = false;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    const auto notice = tx.accounts().FindNotice(key);
    if (!notice) return Ok();
    if (!notice->user.empty()) {
      theirs = notice->user == query.user;
    } else if (!notice->organization.empty()) {
      theirs = std::find(query.organizations.begin(), query.organizations.end(),
                         notice->organization) != query.organizations.end();
    } else {
      theirs = query.operators;
    }
    if (theirs) tx.accounts().MarkRead(key, query.user);
    return Ok();
  }));
  if (!theirs) return MakeError(Fault::kNotFound, "this is not there, or it is not yours");
  return NoContent();
}

// ---- which kinds by mail

Answer PreferencesNow(const std::vector<std::pair<std::string, bool>>& chosen) {
  json::Value email{json::Object{}};
  json::Array kinds;
  for (const auto& kind : kNoticeKinds) {
    const auto found = std::find_if(chosen.begin(), chosen.end(),
                                    [&kind](const auto& one) { return one.first == kind.name; });
    email.Set(kind.name, found == chosen.end() ? kind.mailed : found->second);
    json::Value word;
    word.Set("kind", kind.name);
    word.Set("text", kind.words);
    kinds.push_back(std::move(word));
  }
  json::Value body;
  body.Set("email", std::move(email));
  body.Set("kinds", std::move(kinds));
  return Ok(std::move(body));
}

Result<Answer> GetPreferences(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  std::vector<std::pair<std::string, bool>> chosen;
  PONS_TRY(reader->Accounts(
      [&](store::AccountReads& reads) { chosen = reads.NoticePreferences(call.caller.user()); }));
  return PreferencesNow(chosen);
}

Result<Answer> SetPreferences(PortalContext& context, PortalCall& call) {
  const auto* email = call.body.Find("email");
  if (email == nullptr || email->object() == nullptr) {
    return Problem(422, "email", "Say for each kind whether it is mailed: true or false.", "email");
  }
  for (const auto& [kind, value] : *email->object()) {
    const bool known = std::any_of(std::begin(kNoticeKinds), std::end(kNoticeKinds),
                                   [&kind](const auto& one) { return one.name == kind; });
    if (!known || value.boolean() == nullptr) {
      return Problem(422, "email", "There is no such kind of notice, or it is neither on nor off.",
                     kind);
    }
  }
  std::vector<std::pair<std::string, bool>> chosen;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    for (const auto& [kind, value] : *email->object()) {
      tx.accounts().SavePreference(call.caller.user(), kind, *value.boolean());
    }
    chosen = tx.accounts().NoticePreferences(call.caller.user());
    return Ok();
  }));
  return PreferencesNow(chosen);
}

constexpr std::string_view kPreferenceSchema =
    R"({"type":"object","required":["email"],"properties":{"email":{"type":"object","additionalProperties":{"type":"boolean"}}}})";

constexpr Route kRoutes[] = {
    {"GET",
     "/notifications",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Lists what one has been told, the newest first.",
     {},
     kListOf,
     ListNotices},
    {"POST",
     "/notifications/{notification}/read",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Marks one as read.",
     {},
     {},
     MarkRead},
    {"GET",
     "/account/notifications",
     Least::kSignedIn,
     Scope::kNone,
     false,
     "Tells which kinds one gets by mail.",
     {},
     kPreferenceSchema,
     GetPreferences},
    {"PATCH", "/account/notifications", Least::kSignedIn, Scope::kNone, false,
     "Chooses which kinds one gets by mail.", kPreferenceSchema, kPreferenceSchema, SetPreferences},
};

}  // namespace

std::span<const Route> NotificationRoutes() { return kRoutes; }

}  // namespace pons::portal
