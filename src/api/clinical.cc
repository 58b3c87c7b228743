// SPDX-License-Identifier: Apache-2.0
#include "api/clinical.h"

#include <algorithm>
#include <array>

#include "api/clinical_match.h"
#include "fhir/bundle.h"
#include "fhir/clinical.h"
#include "fhir/operation_outcome.h"
#include "sync/identity_map.h"

namespace pons::api {
namespace {

using model::ClinicalKind;
using model::Stream;
using Reading = std::shared_ptr<const commands::ClinicalReading>;

constexpr seconds kPatience{10};

constexpr LiveParam kPatient = {"patient", LiveField::kPatient, "Whose; required"};
constexpr LiveParam kSubject = {"subject", LiveField::kPatient, "Whose; the same as patient"};
constexpr LiveParam kCode = {"code", LiveField::kCode, "Its code: code or system|code"};

constexpr std::array kConditionParams = {
    kPatient,
    kSubject,
    kCode,
    LiveParam{"category", LiveField::kCategory, "problem-list-item"},
    LiveParam{"clinical-status", LiveField::kStatus, "active, resolved"},
    LiveParam{"onset-date", LiveField::kDate, "When it began"}};
constexpr std::array kMedicationParams = {
    kPatient, kSubject, kCode, LiveParam{"status", LiveField::kStatus, "active"},
    LiveParam{"effective", LiveField::kDate, "When it was begun"}};
constexpr std::array kAllergyParams = {kPatient, kCode,
                                       LiveParam{"clinical-status", LiveField::kStatus, "active"},
                                       LiveParam{"date", LiveField::kDate, "When it was recorded"}};
constexpr std::array kObservationParams = {
    kPatient,
    kSubject,
    kCode,
    LiveParam{"category", LiveField::kCategory, "vital-signs, social-history"},
    LiveParam{"status", LiveField::kStatus, "final"},
    LiveParam{"date", LiveField::kDate, "When it was measured"}};
constexpr std::array kFamilyParams = {
    kPatient, kCode, LiveParam{"relationship", LiveField::kRelationship, "Who: FTH, MTH, …"},
    LiveParam{"status", LiveField::kStatus, "completed, health-unknown"}};
constexpr std::array kDocumentParams = {
    kPatient,
    kSubject,
    LiveParam{"category", LiveField::kCategory,
              "practice-document: what the practice holds, asked of it now"},
    LiveParam{"type", LiveField::kCode, "investigation, correspondence-in, …, or any type"},
    LiveParam{"status", LiveField::kStatus, "current, superseded"},
    LiveParam{"date", LiveField::kDate, "The date of the document"}};

constexpr std::array kConditions = {ClinicalKind::kConditions};
constexpr std::array kMedications = {ClinicalKind::kMedications};
constexpr std::array kAllergies = {ClinicalKind::kAllergies};
constexpr std::array kObservations = {ClinicalKind::kVitalSigns, ClinicalKind::kSocialHistory};
constexpr std::array kFamily = {ClinicalKind::kFamilyHistory};
constexpr std::array kDocuments = {ClinicalKind::kDocuments};

constexpr std::array<LiveType, 6> kTypes = {
    {{"Condition", kConditionParams, kConditions, true},
     {"MedicationStatement", kMedicationParams, kMedications},
     {"AllergyIntolerance", kAllergyParams, kAllergies},
     {"Observation", kObservationParams, kObservations},
     {"FamilyMemberHistory", kFamilyParams, kFamily},
     {"DocumentReference", kDocumentParams, kDocuments, true}}};

// Whose data, and through which connection.
struct Whom {
  std::string patient;    // FHIR id
  std::string vendor_id;  // the practice's
  store::ConnectionKey connection = 0;
  ConnectionId connection_id;
  std::string zone;
};

void NoPatient(Service& service, Call& call) {
  Fail(service, call, 404, "not-found", "There is no Patient with this id that this app may see.");
}

// Empty: answered.
std::optional<Whom> FindWhom(Service& service, Call& call, std::string_view patient) {
  const AppView& app = *call.session->app;
  auto reader = service.readers.Borrow();
  const auto snapshot = service.directory.Current();
  if (!reader || !snapshot) {
    Fail(service, call, reader ? snapshot.error() : reader.error());
    return std::nullopt;
  }
  const auto found =
      (*reader)->Locate(app.GrantsFor(Stream::kPatients), Stream::kPatients, patient);
  if (!found) {
    Fail(service, call, found.error());
    return std::nullopt;
  }
  if (!*found || (*found)->record.deleted) {
    NoPatient(service, call);
    return std::nullopt;
  }
  const auto& grants = (*snapshot)->grants;
  const bool may = std::any_of((*found)->seen_by.begin(), (*found)->seen_by.end(), [&](auto key) {
    const auto grant = grants.find(key);
    return grant != grants.end() && !grant->second.revoked && grant->second.switches.patients_in &&
           grant->second.switches.read_clinical_data;
  });
  if (!may) {
    Fail(service, call, 403, "forbidden",
         "No grant that shows this patient has the switches patients_in and read_clinical_data on: "
         "the "
         "practice's administrator can put them on.");
    return std::nullopt;
  }
  Whom whom;
  whom.patient = patient;
  whom.vendor_id = (*found)->source.vendor_id;
  whom.connection = (*found)->source.connection;
  const auto id = (*snapshot)->connections.find(whom.connection);
  const auto zone = (*snapshot)->zones.find(whom.connection);
  if (id == (*snapshot)->connections.end() || zone == (*snapshot)->zones.end()) {
    NoPatient(service, call);
    return std::nullopt;
  }
  whom.connection_id = id->second;
  whom.zone = zone->second;
  return whom;
}

// What the practice, or the way to it, said no with.
void Refuse(Service& service, Call& call, const Error& error) {
  const auto again = [](int seconds_to_wait) {
    return net::Headers{{"Retry-After", std::to_string(seconds_to_wait)}};
  };
  switch (error.fault) {
    case Fault::kUnsupported:
      return Fail(service, call, 501, "not-supported", error.summary);
    case Fault::kNotFound:
      return NoPatient(service, call);
    case Fault::kRejected:
      return Fail(service, call, 422, "processing", error.summary);
    case Fault::kUnavailable:
    case Fault::kCancelled:
    case Fault::kRateLimited:
      if (error.vendor_code == commands::kAskTimedOut) {
        return Fail(service, call, 504, "timeout", error.summary, again(5));
      }
      return Fail(service, call, 503, "transient", error.summary, again(5));
    case Fault::kUnauthenticated:
    case Fault::kForbidden:
    case Fault::kMisconfigured:
    case Fault::kConflict:
    case Fault::kProtocol:
    case Fault::kCursorExpired:
    case Fault::kInternal:
      break;
  }
  service.deps.log.Warn(
      "clinical data could not be read",
      {{"request", call.request_id}, {"fault", FaultName(error.fault)}, {"cause", error.summary}});
  Fail(service, call, 503, "exception",
       "The practice cannot be asked at present; its administrator sees why.", again(60));
}

// The kinds, one after the other, then `done` with all the readings. `done` and the refusal are
// called once, on the pool for such answers.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  using Done = std::function<void(const std::vector<std::pair<ClinicalKind, Reading>>&)>;

  Asking(Service& service, CallPtr call, Whom whom, std::vector<ClinicalKind> kinds, Done done)
      : service_(service),
        call_(std::move(call)),
        whom_(std::move(whom)),
        kinds_(std::move(kinds)),
        until_(service.deps.clock.Now() + kPatience),
        done_(std::move(done)) {}

  void Next() {
    if (readings_.size() == kinds_.size()) return done_(readings_);
    const auto kind = kinds_[readings_.size()];
    service_.live_asks.Ask(*service_.deps.clinical,
                           {whom_.connection, whom_.vendor_id, kind, "", until_},
                           [self = shared_from_this(), kind](const LiveAsks::Outcome& outcome) {
                             if (!outcome) {
                               return Refuse(self->service_, *self->call_, outcome.error());
                             }
                             self->readings_.emplace_back(kind, *outcome);
                             self->Next();
                           });
  }

 private:
  Service& service_;
  CallPtr call_;
  Whom whom_;
  std::vector<ClinicalKind> kinds_;
  Instant until_;
  Done done_;
  std::vector<std::pair<ClinicalKind, Reading>> readings_;
};

// ---- answers ------------------------------------------------------------------------------------

// Turns a practice's items into resources of ours.
class Dresser {
 public:
  static Result<Dresser> Make(Service& service, const Call& call, const Whom& whom) {
    PONS_ASSIGN(auto zone, PracticeZone::Named(whom.zone));
    PONS_ASSIGN(auto reader, service.readers.Borrow());
    return Dresser(service, call, whom, std::move(zone), std::move(reader));
  }

  // An entry of past history that is kept has the id it is kept under, so that an app sees it once.
  std::string IdOf(ClinicalKind kind, const model::ClinicalItem& item) {
    if (kind == ClinicalKind::kConditions) {
      const auto kept = identities_.IdOf(whom_.connection_id, {Stream::kConditions, item.id});
      const auto record =
          reader_->Get(app_.GrantsFor(Stream::kConditions), Stream::kConditions, kept.value);
      if (record && *record && (*record)->body != nullptr) return kept.value;
    }
    return LiveIdOf(kind, item);
  }
  std::string LiveIdOf(ClinicalKind kind, const model::ClinicalItem& item) const {
    return identities_.IdOfItem(whom_.connection_id, whom_.patient, kind, item.id);
  }

  std::string Dress(const model::ClinicalItem& item, std::string_view id, Instant as_of) const {
    return fhir::EncodeClinical(item, {id, whom_.patient, base_, as_of, zone_});
  }

 private:
  Dresser(Service& service, const Call& call, const Whom& whom, PracticeZone zone,
          ReaderPool::Lease reader)
      : app_(*call.session->app),
        whom_(whom),
        zone_(std::move(zone)),
        reader_(std::move(reader)),
        identities_(service.deps.store.identity_key()),
        base_("https://pons.health/connections/" + whom.connection_id.value) {}

  const AppView& app_;
  Whom whom_;
  PracticeZone zone_;
  ReaderPool::Lease reader_;
  sync::IdentityMap identities_;
  std::string base_;
};

struct Found {
  ClinicalKind kind;
  Instant as_of{};
  const model::ClinicalItem* item = nullptr;
};

void WarnOf(fhir::SearchsetWriter& bundle,
            const std::vector<std::pair<ClinicalKind, Reading>>& readings) {
  std::size_t unreadable = 0;
  bool cut = false;
  for (const auto& [kind, reading] : readings) {
    unreadable += reading->answer.unreadable.size();
    cut = cut || reading->answer.cut;
  }
  std::vector<fhir::Issue> issues;
  if (unreadable > 0) {
    issues.push_back({"warning", "incomplete",
                      std::to_string(unreadable) +
                          " entries at the practice cannot be read and are missing here."});
  }
  if (cut) {
    issues.push_back({"warning", "too-costly",
                      "The practice holds more than is ever read at once; the oldest are missing "
                      "here."});
  }
  if (!issues.empty()) bundle.Outcome(fhir::OperationOutcome(issues));
}

std::string UrlOf(const std::string& type_url, net::FormFields fields, std::uint32_t offset) {
  if (offset > 0) fields.emplace_back("_offset", std::to_string(offset));
  return type_url + "?" + net::WriteForm(fields);
}

void AnswerSearch(Service& service, Call& call, const LiveType& type, const Whom& whom,
                  const LiveSearch& search,
                  const std::vector<std::pair<ClinicalKind, Reading>>& readings) {
  std::vector<Found> found;
  for (const auto& [kind, reading] : readings) {
    for (const auto& item : reading->answer.items) {
      if (Matches(item, search, call.began)) found.push_back({kind, reading->as_of, &item});
    }
  }
  if (readings.size() > 1) {
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
      return DateOf(*a.item) > DateOf(*b.item);
    });
  }
  auto dresser = Dresser::Make(service, call, whom);
  if (!dresser) return Fail(service, call, dresser.error());
  const auto from = std::min<std::size_t>(search.offset, found.size());
  const auto to = std::min<std::size_t>(from + search.count, found.size());
  const std::string url = call.base + "/fhir/R4/" + std::string(type.name);
  const bool more = to < found.size() && !search.count_only;
  std::string body;
  fhir::SearchsetWriter bundle(
      body, UrlOf(url, search.used, search.offset),
      more ? UrlOf(url, search.used, static_cast<std::uint32_t>(to)) : std::string(),
      static_cast<std::int64_t>(found.size()));
  for (auto at = from; at < to; ++at) {
    const auto& one = found[at];
    const auto id = dresser->IdOf(one.kind, *one.item);
    bundle.Match(url + "/" + id, dresser->Dress(*one.item, id, one.as_of));
    ++call.count;
  }
  WarnOf(bundle, readings);
  bundle.Finish();
  auto response = JsonAnswer(200, kFhirJson, std::move(body));
  response.headers.emplace_back("Cache-Control", "private, no-store");
  Finish(service, call, std::move(response));
}

// The item that has this id; null: there is none (any more).
const model::ClinicalItem* ItemOf(const Dresser& dresser, ClinicalKind kind, std::string_view id,
                                  const commands::ClinicalReading& reading) {
  for (const auto& item : reading.answer.items) {
    if (dresser.LiveIdOf(kind, item) == id) return &item;
  }
  return nullptr;
}

void NoItem(Service& service, Call& call) {
  Fail(service, call, 404, "not-found",
       "There is no " + std::string(call.type) + " with this id that this app may see.");
}

// Reads the list that the id's item is in; `then` gets the item. Whoever has the id of one
// patient's item cannot make one of another's out of it: it must be among that patient's.
void WithItem(
    Service& service, const CallPtr& call, std::span<const ClinicalKind> kinds,
    std::function<void(const Whom&, const Dresser&, const model::ClinicalItem&, Instant as_of)>
        then) {
  const auto id = sync::ReadClinicalId(call->id);
  if (!id || std::find(kinds.begin(), kinds.end(), id->kind) == kinds.end()) {
    return NoItem(service, *call);
  }
  const auto whom = FindWhom(service, *call, id->patient);
  if (!whom) return;
  const auto kind = id->kind;
  if (const auto can = service.deps.clinical->Supports(whom->connection, kind); !can) {
    return Refuse(service, *call, can.error());
  }
  std::make_shared<Asking>(
      service, call, *whom, std::vector<ClinicalKind>{kind},
      [&service, call, whom, kind, then = std::move(then)](const auto& readings) {
        const auto dresser = Dresser::Make(service, *call, *whom);
        if (!dresser) return Fail(service, *call, dresser.error());
        const auto& reading = *readings.front().second;
        const auto* item = ItemOf(*dresser, kind, call->id, reading);
        if (item == nullptr) return NoItem(service, *call);
        then(*whom, *dresser, *item, reading.as_of);
      })
      ->Next();
}

}  // namespace

std::span<const LiveType> LiveTypes() { return kTypes; }

const LiveType* LiveTypeNamed(std::string_view name) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const LiveType& type) { return type.name == name; });
  return found == kTypes.end() ? nullptr : &*found;
}

std::string_view LiveParamTypeName(LiveField field) {
  switch (field) {
    case LiveField::kPatient:
      return "reference";
    case LiveField::kDate:
      return "date";
    case LiveField::kCategory:
    case LiveField::kCode:
    case LiveField::kStatus:
    case LiveField::kRelationship:
      break;
  }
  return "token";
}

bool IsLiveSearch(const Service& service, std::string_view type, const net::FormFields& fields) {
  const auto* live = service.deps.clinical == nullptr ? nullptr : LiveTypeNamed(type);
  if (live == nullptr) return false;
  if (!live->also_kept) return true;
  const auto has = [&](std::string_view name) { return net::FindField(fields, name) != nullptr; };
  if (has("_page") || has("_id") || has("_lastUpdated")) return false;
  if (!has("patient") && !has("subject")) return false;
  if (type != "DocumentReference") return true;
  const auto* category = net::FindField(fields, "category");
  return category != nullptr &&
         category->find(fhir::kPracticeDocumentCategory) != std::string::npos;
}

bool IsLiveId(std::string_view id) { return sync::ReadClinicalId(id).has_value(); }

void SearchLive(Service& service, const CallPtr& call, const LiveType& type,
                const net::FormFields& fields) {
  for (const auto& [name, value] : fields) {
    if (call->parameters.size() > 400) break;
    call->parameters += (call->parameters.empty() ? "" : " ") + name.substr(0, 64);
  }
  const bool strict = net::FindHeader(call->request.headers, "prefer").find("handling=strict") !=
                      std::string_view::npos;
  auto search = ParseLiveSearch(type, fields, call->base + "/fhir/R4", call->began, strict);
  if (!search) return Fail(service, *call, search.error());
  // Whose data it was belongs into the trail.
  call->id = search->patient;
  const auto whom = FindWhom(service, *call, search->patient);
  if (!whom) return;
  std::vector<ClinicalKind> kinds;
  std::optional<Error> lacking;
  for (const auto kind : KindsFor(type, *search)) {
    if (const auto can = service.deps.clinical->Supports(whom->connection, kind); can) {
      kinds.push_back(kind);
    } else {
      lacking = can.error();
    }
  }
  if (kinds.empty() && lacking) {
    // What is kept of this type can be searched all the same.
    const auto stream = model::StreamOfResourceType(type.name);
    if (type.name == "Condition" && stream) return Search(service, *call, *stream, fields);
    return Refuse(service, *call, *lacking);
  }
  std::make_shared<Asking>(service, call, *whom, std::move(kinds),
                           [&service, call, &type, whom, search](const auto& readings) {
                             AnswerSearch(service, *call, type, *whom, *search, readings);
                           })
      ->Next();
}

void ReadLive(Service& service, const CallPtr& call, const LiveType& type) {
  WithItem(service, call, type.kinds,
           [&service, call](const Whom&, const Dresser& dresser, const model::ClinicalItem& item,
                            Instant as_of) {
             call->count = 1;
             auto response = JsonAnswer(200, kFhirJson, dresser.Dress(item, call->id, as_of));
             response.headers.emplace_back("Cache-Control", "private, no-store");
             Finish(service, *call, std::move(response));
           });
}

void ReadLiveContent(Service& service, const CallPtr& call,
                     std::function<void(Call&, const ClinicalContent&)> give) {
  WithItem(service, call, kDocuments,
           [&service, call, give = std::move(give)](const Whom& whom, const Dresser&,
                                                    const model::ClinicalItem& item, Instant) {
             service.live_asks.Ask(*service.deps.clinical,
                                   {whom.connection, whom.vendor_id, ClinicalKind::kDocuments,
                                    item.id, service.deps.clock.Now() + kPatience},
                                   [&service, call, give](const LiveAsks::Outcome& outcome) {
                                     if (!outcome) return Refuse(service, *call, outcome.error());
                                     give(*call, (*outcome)->content);
                                   });
           });
}

}  // namespace pons::api
