// SPDX-License-Identifier: Apache-2.0
#include "portal/audit_search.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "api/audit_trail.h"
#include "base/text.h"
#include "portal/audit_words.h"
#include "portal/practice_parts.h"

namespace pons::portal {
namespace {

constexpr std::size_t kBlock = 256u << 10;
// Read for one page where a search finds little; the page then ends early, with a cursor.
constexpr std::uint64_t kMostRead = 48u << 20;
constexpr std::int64_t kMostShown = 200;

struct Segment {
  std::int64_t number = 0;
  std::string path;
};

std::vector<Segment> SegmentsOf(const std::string& folder) {
  std::vector<Segment> segments;
  std::error_code failed;
  for (const auto& file : std::filesystem::directory_iterator(folder, failed)) {
    const std::string name = file.path().filename().string();
    if (!name.starts_with("audit-") || !name.ends_with(".jsonl")) continue;
    std::int64_t number = 0;
    std::from_chars(name.data() + 6, name.data() + name.size(), number);
    segments.push_back({number, file.path().string()});
  }
  std::sort(segments.begin(), segments.end(),
            [](const auto& a, const auto& b) { return a.number > b.number; });
  return segments;
}

// "3.8192": the third file, what lies before that byte. 0: from the newest.
struct Place {
  std::int64_t segment = 0;
  std::int64_t end = 0;
};
Place ReadPlace(std::string_view cursor) {
  Place place;
  const auto parts = Split(cursor, '.');
  if (parts.size() != 2) return place;
  std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), place.segment);
  std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), place.end);
  return place;
}

// Lines of a file from its end to its beginning.
class BackwardLines {
 public:
  BackwardLines(const std::string& path, std::int64_t end) {
    file_ = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) return;
    struct stat status {};
    fstat(file_, &status);
    at_ = end > 0 ? std::min<std::int64_t>(end, status.st_size) : status.st_size;
  }
  ~BackwardLines() {
    if (file_ >= 0) close(file_);
  }
  BackwardLines(const BackwardLines&) = delete;
  BackwardLines& operator=(const BackwardLines&) = delete;

  // Without its line end; `start` is where it begins in the file.
  bool Next(std::string& line, std::int64_t& start) {
    while (true) {
      while (!buffer_.empty() && buffer_.back() == '\n') buffer_.pop_back();
      const auto cut = buffer_.rfind('\n');
      if (cut != std::string::npos || (at_ == 0 && !buffer_.empty())) {
        const auto from = cut == std::string::npos ? 0 : cut + 1;
        line.assign(buffer_, from);
        start = at_ + static_cast<std::int64_t>(from);
        buffer_.resize(from);
        return true;
      }
      if (file_ < 0 || at_ == 0) return false;
      const auto n = std::min<std::int64_t>(at_, static_cast<std::int64_t>(kBlock));
      std::string block(static_cast<std::size_t>(n), '\0');
      if (pread(file_, block.data(), block.size(), at_ - n) != static_cast<ssize_t>(n))
        return false;
      at_ -= n;
      read_ += static_cast<std::uint64_t>(n);
      buffer_.insert(0, block);
    }
  }
  std::uint64_t read() const { return read_; }

 private:
  int file_ = -1;
  std::int64_t at_ = 0;  // what lies before has not been read
  std::uint64_t read_ = 0;
  std::string buffer_;
};

bool HasWord(std::string_view blanks, std::string_view word) {
  for (const auto part : Split(blanks, ' ')) {
    if (part == word) return true;
  }
  return false;
}

}  // namespace

AuditNames LoadAuditNames(PortalContext& context) {
  AuditNames names;
  if (auto users = context.accounts.Users()) {
    for (auto& user : *users) names.people[user.id.value] = user.name;
  }
  if (auto all = admin::LoadNames(context.admin)) {
    for (const auto& app : all->apps) names.things[app.id.value] = app.name;
    for (const auto& one : all->organizations) names.organizations[one.id.value] = one.name;
    for (const auto& one : all->connections) names.things[one.id.value] = one.name;
  }
  return names;
}

namespace {

std::string NameOr(const std::map<std::string, std::string, std::less<>>& names,
                   std::string_view id) {
  const auto found = names.find(id);
  return found == names.end() ? std::string(id) : found->second;
}

std::string WhoIn(const json::Value& entry, const AuditNames& names) {
  if (const auto user = entry.Text("user"); !user.empty()) return NameOr(names.people, user);
  if (const auto app = entry.Text("app"); !app.empty()) return NameOr(names.things, app);
  if (const auto peer = entry.Text("peer"); !peer.empty()) return "nobody signed in";
  return "the command line";
}

// "Searched patients: 12 given out"
std::string SummaryIn(const json::Value& entry, const AuditNames& names) {
  const auto operation = entry.Text("operation");
  const std::string type(entry.Text("type"));
  const auto count = entry.Integer("count").value_or(0);
  const std::string object = NameOr(names.things, entry.Text("id"));
  if (operation == "search") {
    return "Looked for " + type + ": " + std::to_string(count) + " shown";
  }
  if (operation == "read") return "Looked at one " + type;
  if (operation == "settings" || operation == "manage") {
    return type + (object.empty() ? std::string() : ": " + object);
  }
  if (operation == "portal" || operation == "portal-refused") {
    return (operation == "portal-refused" ? "Refused: " : "") + type;
  }
  std::string text(operation);
  if (!type.empty()) text += " " + type;
  if (!object.empty()) text += ": " + object;
  return text;
}

json::Value EntryJson(const json::Value& entry, const AuditNames& names, std::int64_t segment,
                      std::int64_t start) {
  json::Value out;
  out.Set("seq", segment * 1'000'000'000'000 + start);
  out.Set("at", entry.Text("time"));
  out.Set("who", WhoIn(entry, names));
  if (const auto role = entry.Text("role"); !role.empty()) out.Set("role", role);
  out.Set("action", entry.Text("operation"));
  std::string object(entry.Text("type"));
  if (const auto id = entry.Text("id"); !id.empty()) {
    (object += object.empty() ? "" : " ") += NameOr(names.things, id);
  }
  if (!object.empty()) out.Set("object", object);
  out.Set("summary", SummaryIn(entry, names));
  // An id says nothing to a person: only what has a name is named.
  const auto named = names.things.find(entry.Text("id"));
  out.Set("text", AuditText(entry, named == names.things.end() ? "" : named->second));
  const auto status = entry.Integer("status").value_or(0);
  out.Set("outcome", status == 0 || status < 400 ? "done" : status < 500 ? "refused" : "failed");
  if (status != 0) out.Set("status", status);
  out.Set("records", entry.Integer("count").value_or(0));
  if (const auto request = entry.Text("request"); !request.empty()) {
    out.Set("reference", request);
  }
  if (const auto peer = entry.Text("peer"); !peer.empty()) out.Set("address", peer);
  if (const auto organization = entry.Text("organization"); !organization.empty()) {
    out.Set("organization", Named(organization, NameOr(names.organizations, organization)));
  }
  return out;
}

bool Fits(const AuditSearch& search, const json::Value& entry, const json::Value& item) {
  if (!search.organization.empty() &&
      !HasWord(entry.Text("organization"), search.organization.value)) {
    return false;
  }
  if (!search.user.empty() && entry.Text("user") != search.user) return false;
  if (!search.app.empty() && entry.Text("app") != search.app) return false;
  if (!search.outcome.empty() &&
      (search.outcome == "ok") != (entry.Integer("status").value_or(0) < 400)) {
    return false;
  }
  if (search.since && item.Text("at") < *search.since) return false;
  if (search.until && item.Text("at") > *search.until) return false;
  if (search.words.empty()) return true;
  const auto text = FoldForSearch(
      std::string(item.Text("who")) + " " + std::string(item.Text("text")) + " " +
      std::string(item.Text("summary")) + " " + std::string(item.Text("object")) + " " +
      std::string(item.Text("role")) + " " + std::string(item.Text("reference")));
  return std::all_of(search.words.begin(), search.words.end(),
                     [&text](const auto& word) { return text.find(word) != std::string::npos; });
}

}  // namespace

AuditSearch AuditSearchOf(const PortalCall& call) {
  AuditSearch search;
  for (const auto word : Split(call.Query("q"), ' ')) {
    if (!Trim(word).empty()) search.words.push_back(FoldForSearch(word));
  }
  search.user = call.Query("user");
  if (const auto since = call.Query("since"); !since.empty()) search.since = std::string(since);
  if (const auto until = call.Query("until"); !until.empty()) search.until = std::string(until);
  search.cursor = call.Query("cursor");
  search.limit = static_cast<std::size_t>(call.QueryNumber("limit", 50, kMostShown));
  return search;
}

AuditPage SearchAudit(const std::string& folder, const AuditSearch& search,
                      const AuditNames& names) {
  AuditPage page;
  if (folder.empty()) return page;
  const auto from = ReadPlace(search.cursor);
  std::uint64_t read = 0;
  for (const auto& segment : SegmentsOf(folder)) {
    if (from.segment != 0 && segment.number > from.segment) continue;
    BackwardLines lines(segment.path, segment.number == from.segment ? from.end : 0);
    std::string line;
    std::int64_t start = 0;
    while (lines.Next(line, start)) {
      const bool full = page.items.size() == search.limit || read + lines.read() > kMostRead;
      if (full) {
        page.next = std::to_string(segment.number) + "." +
                    std::to_string(start + static_cast<std::int64_t>(line.size()) + 1);
        return page;
      }
      // The chain's own lines tell nobody anything; another organization's are not even read.
      if (line.starts_with("{\"batch\":")) continue;
      if (!search.organization.empty() &&
          line.find(search.organization.value) == std::string::npos) {
        continue;
      }
      const auto entry = json::Parse(line);
      if (!entry) continue;  // cut off by a crash
      auto item = EntryJson(*entry, names, segment.number, start);
      if (Fits(search, *entry, item)) page.items.push_back(std::move(item));
    }
    read += lines.read();
  }
  return page;
}

namespace {

Result<Answer> OrganizationAudit(PortalContext& context, PortalCall& call) {
  auto search = AuditSearchOf(call);
  search.organization = call.resource.organization;
  auto page = SearchAudit(context.admin.audit_folder, search, LoadAuditNames(context));
  return Page(std::move(page.items), page.next);
}

Result<Answer> WholeAudit(PortalContext& context, PortalCall& call) {
  auto page = SearchAudit(context.admin.audit_folder, AuditSearchOf(call), LoadAuditNames(context));
  return Page(std::move(page.items), page.next);
}

// Whether each entry is as it was written. A broken chain is an answer, not a failure.
Result<Answer> CheckAudit(PortalContext& context, PortalCall&) {
  json::Value body;
  const auto summary = api::VerifyAuditTrail(context.admin.audit_folder);
  if (!summary && context.admin.audit_folder.empty()) return summary.error();
  body.Set("ok", summary.has_value());
  body.Set("entries", summary ? summary->entries : 0);
  if (!summary) body.Set("detail", summary.error().summary);
  return Ok(std::move(body));
}

// What an app asked, for its developer.
Result<Answer> AppRequests(PortalContext& context, PortalCall& call) {
  auto search = AuditSearchOf(call);
  search.app = call.resource.app->id.value;
  search.outcome = call.Query("outcome");
  auto page = SearchAudit(context.admin.audit_folder, search, LoadAuditNames(context));
  return Page(std::move(page.items), page.next);
}

constexpr Route kRoutes[] = {
    {"GET",
     "/operator/audit",
     Least::kOperator,
     Scope::kOperator,
     false,
     "Lists who looked at what and who changed what everywhere, the newest first.",
     {},
     R"({"$ref":"#/components/schemas/ListOfAuditEntries"})",
     WholeAudit,
     Pace::kSlow},
    {"GET",
     "/operator/audit/verify",
     Least::kOperator,
     Scope::kOperator,
     false,
     "Checks that every entry of the audit trail is as it was written.",
     {},
     {},
     CheckAudit,
     Pace::kSlow},
    {"GET",
     "/apps/{app}/requests",
     Least::kDeveloper,
     Scope::kApp,
     false,
     "Lists what an app asked and what it was answered, the newest first.",
     {},
     R"({"$ref":"#/components/schemas/ListOfAuditEntries"})",
     AppRequests,
     Pace::kSlow},
    {"GET",
     "/organizations/{org}/audit",
     Least::kAdmin,
     Scope::kOrganization,
     false,
     "Lists who looked at what and who changed what, the newest first.",
     {},
     R"({"$ref":"#/components/schemas/ListOfAuditEntries"})",
     OrganizationAudit,
     Pace::kSlow},
};

}  // namespace

std::span<const Route> AuditRoutes() { return kRoutes; }

}  // namespace pons::portal
