// SPDX-License-Identifier: Apache-2.0
// Patients from apps: creating, changing, and asking who is there already.
#include <algorithm>
#include <set>

#include "api/search_params.h"
#include "api/writes.h"
#include "base/text.h"
#include "fhir/bundle.h"
#include "model/patient_match.h"
#include "net/http_wire.h"
#include "sync/ownership.h"

namespace pons::api {
namespace {

using model::Stream;

constexpr std::string_view kConnectionSystem = "https://pons.health/connections";
constexpr std::uint32_t kMostCandidates = 200;
constexpr std::int64_t kMostMatches = 50;

// What no practice takes, whatever its system.
bool CheckContent(Write& write, const model::Patient& patient) {
  const bool named = std::any_of(patient.names.begin(), patient.names.end(),
                                 [](const auto& name) { return !Trim(name.family).empty(); });
  if (!named) {
    return write.No(422, "required", "A patient needs a family name.", "Patient.name");
  }
  if (patient.birth_date && Instant(std::chrono::sys_days(*patient.birth_date)) >
                                write.call().began + std::chrono::hours(14)) {
    return write.No(422, "invalid", "This day is still to come.", "Patient.birthDate");
  }
  return true;
}

// Where a new patient goes: the one practice that takes patients from this app, or the one named.
std::optional<store::ConnectionKey> ChooseConnection(Write& write) {
  std::set<store::ConnectionKey> open;
  for (const auto key : write.app().grants) {
    const auto& grant = write.snapshot().grants.at(key);
    if (grant.switches.patients_out) open.insert(grant.connection);
  }
  std::string named;
  if (const auto* organization = write.resource().Find("managingOrganization")) {
    if (const auto* identifier = organization->Find("identifier")) {
      if (identifier->Text("system") == kConnectionSystem) named = identifier->Text("value");
    }
  }
  if (named.empty()) {
    if (open.size() == 1) return *open.begin();
    if (open.empty()) {
      // Says which switch is missing, with the words that all writes have for it.
      write.ChooseGrant(0, {}, &store::Switches::patients_out, "patients_out");
      return std::nullopt;
    }
    write.No(422, "required",
             "Several practices take patients from this app: say which one, as an identifier with "
             "the system " +
                 std::string(kConnectionSystem) + " and the connection's id.",
             "Patient.managingOrganization.identifier");
    return std::nullopt;
  }
  for (const auto key : write.app().connections) {
    const auto id = write.snapshot().connections.find(key);
    if (id != write.snapshot().connections.end() && id->second.value == named) return key;
  }
  write.No(422, "not-found", "This app has no grant for a connection of that id.",
           "Patient.managingOrganization.identifier");
  return std::nullopt;
}

// If-None-Exist: what is there already is not made again. False: answered.
bool CheckIfNoneExist(Write& write) {
  auto& call = write.call();
  const auto asked = Trim(net::FindHeader(call.request.headers, "if-none-exist"));
  if (asked.empty()) return true;
  const auto fields = net::ParseForm(asked.substr(asked.starts_with('?') ? 1 : 0));
  if (!fields) return write.No(400, "invalid", "\"If-None-Exist\" cannot be read as a search.");
  const std::string fhir_base = call.base + "/fhir/R4";
  SearchContext context;
  context.base_url = fhir_base;
  context.now = call.began;
  context.strict = true;
  auto parsed = ParseSearch(Stream::kPatients, *fields, context);
  if (!parsed) return write.No(parsed.error());
  if (parsed->query.clauses.empty()) {
    return write.No(400, "invalid", "\"If-None-Exist\" must say what to look for.");
  }
  parsed->query.grants = write.app().GrantsFor(Stream::kPatients);
  parsed->query.limit = 2;
  const auto page = write.reader().Search(parsed->query);
  if (!page) return write.No(page.error());
  if (page->records.empty()) return true;
  if (page->records.size() > 1) {
    return write.No(412, "multiple-matches",
                    "Several patients fit \"If-None-Exist\", so that none was made.");
  }
  const auto& found = page->records.front();
  const auto version = std::to_string(found.version);
  auto response = JsonAnswer(200, kFhirJson, "");
  response.shared_body = found.body;
  response.headers.emplace_back("ETag", "W/\"" + version + "\"");
  response.headers.emplace_back("Last-Modified", net::FormatHttpDate(found.updated));
  response.headers.emplace_back("Content-Location",
                                fhir_base + "/Patient/" + found.id.value + "/_history/" + version);
  call.id = found.id.value;
  call.count = 1;
  Finish(write.service(), call, std::move(response));
  return false;
}

// The record as it stands: what was asked for is so already.
void AnswerUnchanged(Write& write) {
  const auto& record = write.target().record;
  auto response = JsonAnswer(200, kFhirJson, "");
  response.shared_body = record.body;
  response.headers.emplace_back("ETag", "W/\"" + std::to_string(record.version) + "\"");
  response.headers.emplace_back("Last-Modified", net::FormatHttpDate(record.updated));
  write.call().count = 1;
  Finish(write.service(), write.call(), std::move(response));
}

struct Asked {
  model::Patient patient;
  bool only_certain = false;
  std::size_t count = 10;
};

std::optional<Asked> ReadAsked(Write& write) {
  const auto& parameters = write.resource();
  const auto* list = parameters.Find("parameter");
  if (parameters.Text("resourceType") != "Parameters" || list == nullptr || !list->is_array()) {
    write.No(422, "invalid", "$match takes Parameters with a parameter \"resource\".",
             "Parameters");
    return std::nullopt;
  }
  Asked asked;
  bool given = false;
  for (const auto& parameter : *list->array()) {
    const auto name = parameter.Text("name");
    if (name == "onlyCertainMatches") {
      const auto* value = parameter.Find("valueBoolean");
      asked.only_certain = value != nullptr && value->boolean() != nullptr && *value->boolean();
    } else if (name == "count") {
      const auto count = parameter.Integer("valueInteger").value_or(0);
      if (count < 1) {
        write.No(422, "invalid", "The count must be 1 or more.", "Parameters.parameter");
        return std::nullopt;
      }
      asked.count = static_cast<std::size_t>(std::min(count, kMostMatches));
    } else if (name == "resource") {
      const auto* resource = parameter.Find("resource");
      auto patient = fhir::DecodePatient(resource == nullptr ? json::Value() : *resource);
      if (!patient) {
        write.NotDecoded(patient.error());
        return std::nullopt;
      }
      asked.patient = std::move(*patient);
      given = true;
    }
  }
  if (!given) {
    write.No(422, "required", "$match needs a parameter \"resource\" with the patient.",
             "Parameters.parameter");
    return std::nullopt;
  }
  return asked;
}

store::SearchClause TextClause(store::SearchField field, std::string text) {
  store::SearchClause clause;
  clause.field = field;
  clause.texts.push_back(std::move(text));
  return clause;
}

// Each of these finds people who may be the one: by number, by name, by day of birth.
std::vector<store::SearchClause> CandidateClauses(const model::Patient& patient) {
  std::vector<store::SearchClause> clauses;
  store::SearchClause by_number;
  by_number.field = store::SearchField::kIdentifier;
  for (const auto& identifier : patient.identifiers) {
    std::string value;
    for (const char c : AsciiUpper(identifier.value)) {
      if (c != ' ') value += c;
    }
    by_number.tokens.push_back({identifier.system, std::move(value)});
  }
  if (!by_number.tokens.empty()) clauses.push_back(std::move(by_number));
  for (const auto& name : patient.names) {
    const auto folded = FoldForSearch(name.family);
    if (!Trim(folded).empty()) {
      clauses.push_back(TextClause(store::SearchField::kFamily, std::string(Trim(folded))));
    }
  }
  if (patient.birth_date) {
    store::SearchClause by_birth;
    by_birth.field = store::SearchField::kBirthDate;
    const auto day = ToMillis(Instant(std::chrono::sys_days(*patient.birth_date)));
    by_birth.moments.push_back({store::Comparison::kEq, day, day + 24 * 3600 * 1000});
    clauses.push_back(std::move(by_birth));
  }
  return clauses;
}

struct Match {
  model::PatientMatch match;
  store::ServedRecord record;
};

// False: answered.
bool FindMatches(Write& write, const Asked& asked, std::vector<Match>& matches) {
  std::set<std::string> seen;
  for (auto& clause : CandidateClauses(asked.patient)) {
    store::SearchQuery query;
    query.stream = Stream::kPatients;
    query.grants = write.app().GrantsFor(Stream::kPatients);
    query.limit = kMostCandidates;
    query.clauses.push_back(std::move(clause));
    auto page = write.reader().Search(query);
    if (!page) return write.No(page.error());
    for (auto& record : page->records) {
      if (record.body == nullptr || !seen.insert(record.id.value).second) continue;
      const auto body = json::Parse(*record.body);
      if (!body) continue;
      const auto patient = fhir::DecodePatient(*body);
      if (!patient) continue;
      const auto match = model::Compare(asked.patient, *patient);
      if (match.grade == model::MatchGrade::kCertainlyNot) continue;
      if (asked.only_certain && match.grade != model::MatchGrade::kCertain) continue;
      matches.push_back({match, std::move(record)});
    }
  }
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    if (a.match.score != b.match.score) return a.match.score > b.match.score;
    return a.record.id < b.record.id;
  });
  return true;
}

}  // namespace

void CreatePatient(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(true) || !write.ReadResource()) return;
  auto patient = fhir::DecodePatient(write.resource());
  if (!patient) {
    write.NotDecoded(patient.error());
    return;
  }
  if (!CheckContent(write, *patient)) return;
  const auto connection = ChooseConnection(write);
  if (!connection) return;
  if (!write.ChooseGrant(*connection, {}, &store::Switches::patients_out, "patients_out")) return;
  if (!CheckIfNoneExist(write)) return;
  if (!write.CheckSupport(model::CommandKind::kCreatePatient)) return;
  write.Submit(model::CreatePatient{std::move(*patient)});
}

void UpdatePatient(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(false) || !write.FindTarget(Stream::kPatients, call->id)) return;
  if (!write.ReadNewState(Stream::kPatients, call->id)) return;
  auto patient = fhir::DecodePatient(write.resource());
  if (!patient) {
    write.NotDecoded(patient.error());
    return;
  }
  if (!CheckContent(write, *patient)) return;
  const auto& target = write.target();
  if (!write.ChooseGrant(target.source.connection, target.seen_by, &store::Switches::patients_out,
                         "patients_out")) {
    return;
  }
  const auto connection = target.source.connection;
  const auto system =
      service.deps.system_name ? service.deps.system_name(connection) : std::string();
  const auto right = sync::RightToUpdate(write.reader(), write.grant(), target.source.vendor_id,
                                         system, write.Zone(connection));
  if (!right) {
    write.No(right.error());
    return;
  }
  if (!right->allowed) {
    write.No(422, "business-rule", "The patient was not changed: " + right->reason + ".");
    return;
  }
  if (!write.CheckSupport(model::CommandKind::kUpdatePatient) || !write.CheckIfMatch()) return;
  const auto now = fhir::DecodePatient(write.target_json());
  if (now && *now == *patient) return AnswerUnchanged(write);
  write.submission().patient = target.record.id;
  const model::VendorRef ref{Stream::kPatients, target.source.vendor_id};
  write.Submit(model::UpdatePatient{ref, std::move(*patient)});
}

void MatchPatient(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(false) || !write.ReadResource()) return;
  const auto asked = ReadAsked(write);
  if (!asked) return;
  const bool may = std::any_of(write.app().grants.begin(), write.app().grants.end(), [&](auto key) {
    return write.snapshot().grants.at(key).switches.patients_out;
  });
  if (!may) {
    write.ChooseGrant(0, {}, &store::Switches::patients_out, "patients_out");
    return;
  }
  std::vector<Match> matches;
  if (!FindMatches(write, *asked, matches)) return;
  const auto total = static_cast<std::int64_t>(matches.size());
  if (matches.size() > asked->count) matches.resize(asked->count);
  std::string body;
  fhir::SearchsetWriter bundle(body, call->base + "/fhir/R4/Patient/$match", {}, total);
  for (const auto& match : matches) {
    bundle.Scored(call->base + "/fhir/R4/Patient/" + match.record.id.value, *match.record.body,
                  match.match.score, model::MatchGradeCode(match.match.grade));
  }
  bundle.Finish();
  call->count = static_cast<std::int64_t>(matches.size());
  auto response = JsonAnswer(200, kFhirJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, *call, std::move(response));
}

}  // namespace pons::api
