// SPDX-License-Identifier: Apache-2.0
// GET /api/changes: the change log as the calling app may see it, by cursor; waits for news where
// asked to.
#include <algorithm>
#include <charconv>

#include "api/service.h"
#include "base/text.h"
#include "json/writer.h"

namespace pons::api {
namespace {

constexpr std::uint32_t kDefaultLimit = 100;
constexpr std::uint32_t kMostChanges = 1000;
constexpr std::int64_t kLongestWaitSeconds = 30;

struct Asked {
  std::int64_t since = 0;
  bool from_now = false;
  std::uint32_t limit = kDefaultLimit;
  std::int64_t wait_seconds = 0;
};

template <typename N>
bool ReadNumber(const std::string* text, N most, N& out) {
  if (text == nullptr) return true;
  N n{};
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), n);
  if (text->empty() || error != std::errc() || end != text->data() + text->size() || n < 0) {
    return false;
  }
  out = std::min(n, most);
  return true;
}

Result<Asked> ReadAsked(std::string_view query) {
  const auto fields = net::ParseForm(query);
  if (!fields) return MakeError(Fault::kMisconfigured, "The query cannot be read.");
  Asked asked;
  const std::string* since = net::FindField(*fields, "since");
  if (since != nullptr && *since == "now") {
    asked.from_now = true;
  } else if (!ReadNumber<std::int64_t>(since, INT64_MAX, asked.since)) {
    return MakeError(Fault::kMisconfigured,
                     "\"since\" must be the \"next\" of an earlier answer, 0, or now.");
  }
  std::int64_t limit = kDefaultLimit;
  if (!ReadNumber<std::int64_t>(net::FindField(*fields, "limit"), kMostChanges, limit) ||
      limit == 0) {
    return MakeError(Fault::kMisconfigured, "\"limit\" must be a number from 1 to 1000.");
  }
  asked.limit = static_cast<std::uint32_t>(limit);
  if (!ReadNumber<std::int64_t>(net::FindField(*fields, "wait_seconds"), kLongestWaitSeconds,
                                asked.wait_seconds)) {
    return MakeError(Fault::kMisconfigured, "\"wait_seconds\" must be a number from 0 to 30.");
  }
  return asked;
}

struct Page {
  std::vector<store::LoggedChange> changes;
  std::int64_t next = 0;
  bool more = false;
};

bool Shows(const AppView& app, const store::LoggedChange& change) {
  const auto& grants = app.GrantsFor(change.stream);
  return std::find(grants.begin(), grants.end(), change.grant) != grants.end();
}

Result<Page> ReadPage(Service& service, const AppView& app, const Asked& asked) {
  PONS_ASSIGN(auto reader, service.readers.Borrow());
  PONS_ASSIGN(const std::int64_t last, reader->LastSeq());
  Page page;
  if (asked.from_now) {
    page.next = last;
    return page;
  }
  if (asked.since > last) {
    return MakeError(Fault::kCursorExpired,
                     "This server's log does not reach as far as \"since\" (it was restored from a "
                     "backup, perhaps): read everything anew, then go on from since=now.");
  }
  PONS_ASSIGN(page.changes, reader->Changes(app.grants, asked.since, asked.limit));
  page.more = page.changes.size() == asked.limit;
  page.next = page.changes.empty() ? asked.since : page.changes.back().seq;
  std::erase_if(page.changes, [&](const auto& change) { return !Shows(app, change); });
  return page;
}

void WriteChange(json::Writer& w, const Snapshot& snapshot, const store::LoggedChange& change) {
  const std::string_view type = model::ResourceTypeOf(change.stream);
  w.BeginObject();
  w.Member("seq", change.seq);
  w.Member("type", AsciiLower(type) + "." + std::string(store::ChangeKindName(change.kind)));
  w.Member("timestamp", FormatInstant(change.at));
  w.Key("data");
  w.BeginObject();
  w.Member("resourceType", type);
  w.Member("id", change.id.value);
  w.Member("versionId", std::to_string(change.version));
  w.Member("seq", change.seq);
  if (const auto grant = snapshot.grants.find(change.grant); grant != snapshot.grants.end()) {
    w.Member("organization", grant->second.organization.value);
    const auto connection = snapshot.connections.find(grant->second.connection);
    if (connection != snapshot.connections.end()) {
      w.Member("connection", connection->second.value);
    }
  }
  w.MemberIfAny("appLocation", change.app_location);
  w.EndObject();
  w.EndObject();
}

void Answer(Service& service, Call& call, const Page& page) {
  const auto snapshot = service.directory.Current();
  if (!snapshot) return Fail(service, call, snapshot.error());
  std::string body;
  json::Writer w(body);
  w.BeginObject();
  w.Key("changes");
  w.BeginArray();
  for (const auto& change : page.changes) WriteChange(w, **snapshot, change);
  w.EndArray();
  w.Member("next", std::to_string(page.next));
  w.Member("more", page.more);
  w.EndObject();
  call.count = static_cast<std::int64_t>(page.changes.size());
  auto response = JsonAnswer(200, kJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

// True when the call has been answered.
bool Look(Service& service, Call& call, Asked& asked, bool last) {
  // What the app may see can change while it waits.
  const auto snapshot = service.directory.Current();
  if (!snapshot) {
    Fail(service, call, snapshot.error());
    return true;
  }
  const auto app = (*snapshot)->FindApp(call.session->app->app.key);
  if (app == nullptr || app->app.disabled) {
    Fail(service, call, 401, "expired", "This app has been switched off by the operator.");
    return true;
  }
  auto page = ReadPage(service, *app, asked);
  if (!page) {
    Fail(service, call, page.error());
    return true;
  }
  if (page->changes.empty() && !last && !asked.from_now && asked.wait_seconds > 0) {
    asked.since = page->next;  // what this app may not see is not looked at again
    return false;
  }
  Answer(service, call, *page);
  return true;
}

}  // namespace

void HandleChanges(Service& service, Call&& call) {
  call.route = Route::kChanges;
  call.operation = "changes";
  if (!Authenticate(service, call)) return;
  if (!RequireMethod(service, call, "GET", "GET")) return;
  const auto asked = ReadAsked(call.request.query);
  if (!asked) return Fail(service, call, asked.error());
  const auto shared = std::make_shared<Call>(std::move(call));
  service.Later(shared, [&service, shared, asked = *asked](Call& later) mutable {
    if (Look(service, later, asked, false)) return;
    const Instant until = later.began + std::chrono::seconds(asked.wait_seconds);
    const bool waits =
        service.polls.Wait([&service, shared, asked](
                               bool last) mutable { return Look(service, *shared, asked, last); },
                           until);
    if (!waits) Look(service, later, asked, true);
  });
}

}  // namespace pons::api
