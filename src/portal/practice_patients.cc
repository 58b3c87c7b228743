// SPDX-License-Identifier: Apache-2.0
// An organization's stored patients: found by name, birth date or number, and one of them with who
// sees it and what happened to it. For staff and admins alone; each look is in the audit trail.
#include <algorithm>

#include "base/text.h"
#include "portal/practice_parts.h"
#include "portal/session_handlers.h"

namespace pons::portal {
namespace {

constexpr std::int64_t kMostShown = 200;
constexpr std::int64_t kHistory = 100;
constexpr std::size_t kShortestNumber = 3;
constexpr std::size_t kMostWords = 8;  // more find nobody and cost a query of their own each

bool AllDigits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "1984-07-02", or as it is written in Australia: "2/7/1984".
std::string BirthDateIn(std::string_view word) {
  if (const auto date = ParseDate(word)) return FormatDate(*date);
  const auto parts = Split(word, '/');
  if (parts.size() != 3 || parts[2].size() != 4) return {};
  for (const auto part : parts) {
    if (!AllDigits(part) || part.size() > 4) return {};
  }
  const auto two = [](std::string_view part) {
    return part.size() == 1 ? "0" + std::string(part) : std::string(part);
  };
  const auto date = ParseDate(std::string(parts[2]) + "-" + two(parts[1]) + "-" + two(parts[0]));
  return date ? FormatDate(*date) : std::string();
}

// Words are beginnings of names; a date is the birth date; what holds a digit is a number's
// beginning, with its blanks left out.
store::PatientSearch SearchFor(std::string_view text) {
  store::PatientSearch search;
  std::string words(text);
  std::replace(words.begin(), words.end(), ',', ' ');
  for (const auto word : Split(words, ' ')) {
    if (Trim(word).empty()) continue;
    if (auto date = BirthDateIn(word); !date.empty()) {
      search.birth_date = std::move(date);
    } else if (std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      search.identifier += AsciiUpper(word);
    } else if (search.names.size() < kMostWords) {
      search.names.push_back(FoldForSearch(word));
    }
  }
  return search;
}

std::vector<store::ConnectionKey> ConnectionsOf(const admin::Names& names,
                                                const OrganizationId& organization) {
  std::vector<store::ConnectionKey> keys;
  for (const auto& connection : names.connections) {
    if (connection.organization == organization && !admin::IsRemoved(connection)) {
      keys.push_back(connection.key);
    }
  }
  return keys;
}

json::Value PatientLine(store::PortalReads& reads, const admin::Names& names,
                        const store::StoredRecord& record) {
  const auto patient = ReadRecord(record);
  json::Value item;
  item.Set("id", record.id.value);
  item.Set("name", NameIn(patient));
  if (const auto birth = patient.Text("birthDate"); !birth.empty()) item.Set("birth_date", birth);
  if (const auto gender = patient.Text("gender"); !gender.empty()) item.Set("gender", gender);
  json::Array apps;
  for (const auto& [key, since] : reads.SeenBy(record.ref)) {
    const auto* grant = names.grant(key);
    const auto* app = grant == nullptr ? nullptr : names.app(grant->app);
    if (app != nullptr) apps.emplace_back(app->name);
  }
  item.Set("visible_to", std::move(apps));
  item.Set("last_visit_at", InstantOrNull(reads.LastVisit(record.ref)));
  if (const auto* connection = names.connection(record.connection)) {
    item.Set("connection", Named(connection->id.value, connection->name));
  }
  return item;
}

Result<Answer> ListPatients(PortalContext& context, PortalCall& call) {
  auto search = SearchFor(call.Query("q"));
  if (!search.identifier.empty() && search.identifier.size() < kShortestNumber) {
    return Problem(422, "too_short", "Type at least three characters of the number.", "q");
  }
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  search.connections = ConnectionsOf(names, call.resource.organization);
  search.skip = SkipOf(call);
  search.limit = call.QueryNumber("limit", 50, kMostShown);
  json::Array items;
  std::int64_t total = 0;
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    total = reads.CountPatients(search);
    for (const auto& record : reads.Patients(search)) {
      items.push_back(PatientLine(reads, names, record));
    }
  }));
  call.Audit("search", "Patient", "", static_cast<std::int64_t>(items.size()));
  const auto next = NextSkip(search.skip, items.size(), total);
  return List(std::move(items), next, total);
}

// ---- one of them

// A code's system in words where it is one that people know.
std::string SystemInWords(std::string_view system) {
  struct Word {
    std::string_view part;
    std::string_view word;
  };
  constexpr Word kWords[] = {{"medicare-number", "Medicare number"},
                             {"/dva", "DVA number"},
                             {"/ihi", "IHI"},
                             {"healthcare-card", "Health Care Card"},
                             {"pension", "Pensioner Concession Card"},
                             {"medical-record", "Record number"}};
  const auto lower = AsciiLower(system);
  for (const auto& word : kWords) {
    if (lower.find(word.part) != std::string::npos) return std::string(word.word);
  }
  const auto slash = lower.rfind('/');
  return slash == std::string::npos ? lower : std::string(system.substr(slash + 1));
}

json::Array Identifiers(const json::Value& patient) {
  json::Array out;
  const auto* given = patient.Find("identifier");
  if (given == nullptr || given->array() == nullptr) return out;
  for (const auto& identifier : *given->array()) {
    json::Value item;
    const auto* type = identifier.Find("type");
    const std::string text(type == nullptr ? std::string_view() : type->Text("text"));
    item.Set("system", text.empty() ? SystemInWords(identifier.Text("system")) : text);
    item.Set("value", identifier.Text("value"));
    out.push_back(std::move(item));
  }
  return out;
}

json::Array Telecom(const json::Value& patient) {
  json::Array out;
  const auto* given = patient.Find("telecom");
  if (given == nullptr || given->array() == nullptr) return out;
  for (const auto& contact : *given->array()) {
    json::Value item;
    item.Set("system", contact.Text("system"));
    item.Set("value", contact.Text("value"));
    if (const auto use = contact.Text("use"); !use.empty()) item.Set("use", use);
    out.push_back(std::move(item));
  }
  return out;
}

json::Array Addresses(const json::Value& patient) {
  json::Array out;
  const auto* given = patient.Find("address");
  if (given == nullptr || given->array() == nullptr) return out;
  for (const auto& address : *given->array()) {
    std::string text;
    const auto add = [&text](std::string_view part, std::string_view between) {
      if (part.empty()) return;
      if (!text.empty()) text += between;
      text += part;
    };
    if (const auto* lines = address.Find("line"); lines != nullptr && lines->array() != nullptr) {
      for (const auto& line : *lines->array()) {
        if (line.string() != nullptr) add(*line.string(), ", ");
      }
    }
    add(address.Text("city"), ", ");
    add(address.Text("state"), " ");
    add(address.Text("postalCode"), " ");
    add(address.Text("country"), ", ");
    json::Value item;
    item.Set("text", std::move(text));
    out.push_back(std::move(item));
  }
  return out;
}

std::string HistoryWords(const store::ChangeLine& line, const std::string& app) {
  std::string text;
  switch (line.kind) {
    case store::ChangeKind::kCreated:
      text = "Shared with " + app;
      break;
    case store::ChangeKind::kUpdated:
      text = "A change was passed on to " + app;
      break;
    case store::ChangeKind::kDeleted:
      text = app + " was told that this record is gone";
      break;
  }
  if (!line.told) return text + ".";
  switch (*line.told) {
    case store::DeliveryState::kDelivered:
      return text + "; it has been told.";
    case store::DeliveryState::kQueued:
      return text +
             (line.error.empty() ? "; it is being told." : "; telling it waits: " + line.error);
    case store::DeliveryState::kFailed:
      return text + "; telling it failed: " + line.error;
  }
  return text;
}

Result<Answer> GetPatient(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto names, admin::LoadNames(context.admin));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  const auto ref = store::KeyOf(call.resource.patient);
  json::Value out;
  bool found = false;
  const auto app_of = [&names](store::GrantKey key) -> const store::App* {
    const auto* grant = names.grant(key);
    return grant == nullptr ? nullptr : names.app(grant->app);
  };
  PONS_TRY(reader->Portal([&](store::PortalReads& reads) {
    const auto record = reads.Record(ref);
    if (!record || record->deleted) return;
    found = true;
    const auto patient = ReadRecord(*record);
    out = PatientLine(reads, names, *record);
    out.Set("identifiers", Identifiers(patient));
    out.Set("telecom", Telecom(patient));
    out.Set("address", Addresses(patient));
    out.Set("updated_at", FormatInstant(record->updated));
    json::Array seen;
    for (const auto& [key, since] : reads.SeenBy(ref)) {
      const auto* app = app_of(key);
      json::Value item;
      item.Set("app", app != nullptr ? Named(app->id.value, app->name) : Named("", "An app"));
      item.Set("since", FormatInstant(since));
      seen.push_back(std::move(item));
    }
    out.Set("visible_to", std::move(seen));
    json::Array history;
    for (const auto& line : reads.ChangesOf(ref, kHistory)) {
      const auto* app = app_of(line.grant);
      json::Value item;
      item.Set("at", FormatInstant(line.at));
      item.Set("text", HistoryWords(line, app != nullptr ? app->name : "an app"));
      history.push_back(std::move(item));
    }
    out.Set("history", std::move(history));
  }));
  if (!found) {
    return MakeError(Fault::kNotFound, "this patient was taken out of the practice's system");
  }
  call.Audit("read", "Patient", call.resource.patient);
  return Ok(std::move(out));
}

constexpr Route kRoutes[] = {
    {"GET",
     "/organizations/{org}/patients",
     Least::kStaff,
     Scope::kOrganization,
     true,
     "Finds patients by name, birth date or number.",
     {},
     kListOf,
     ListPatients},
    {"GET",
     "/patients/{patient}",
     Least::kStaff,
     Scope::kPatient,
     true,
     "Shows one patient, who sees it, and what happened to it.",
     {},
     kAnyObject,
     GetPatient},
};

}  // namespace

std::span<const Route> PatientRoutes() { return kRoutes; }

}  // namespace pons::portal
