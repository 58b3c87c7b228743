// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/memory_clinic.h"

#include <map>

namespace pons::conformance {
namespace {

using memory::FaultKind;
using memory::MemoryPractice;
using memory::MemoryWorld;
using memory::Table;
using model::Stream;

Table TableFor(Stream stream) {
  switch (stream) {
    case Stream::kLocations:
      return Table::kSites;
    case Stream::kPractitioners:
      return Table::kStaff;
    case Stream::kPractitionerRoles:
      return Table::kPosts;
    case Stream::kHealthcareServices:
      return Table::kReasons;
    case Stream::kPatients:
      return Table::kPatients;
    case Stream::kConditions:
      return Table::kHistory;
    case Stream::kAppointments:
      return Table::kDiary;
    case Stream::kEncounters:
      return Table::kVisits;
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;
  }
  return Table::kSites;
}

// What each table cannot do without, and what it can.
struct Columns {
  std::string due;
  std::string optional;
  std::string editable;
};
Columns ColumnsOf(Table table) {
  switch (table) {
    case Table::kSites:
      return {"name", "phone", "phone"};
    case Table::kStaff:
      return {"last", "title", "first"};
    case Table::kPosts:
      return {"staff", "speciality", "speciality"};
    case Table::kReasons:
      return {"label", "minutes", "label"};
    case Table::kPatients:
      return {"last", "email", "first"};
    case Table::kHistory:
      return {"problem", "since", "problem"};
    case Table::kDiary:
      return {"starts", "note", "note"};
    case Table::kVisits:
      return {"began", "site", "kind"};
    case Table::kDocuments:
      break;
  }
  return {};
}

// Stands still; a wait can be cut short by a cancellation that was planned.
class HeldClock final : public Clock {
 public:
  Instant Now() const override { return now_; }
  void SleepUntil(Instant until, const CancelToken& cancel) override {
    if (cancel_soon_ != nullptr && until > now_) {
      now_ += milliseconds(50);
      cancel_soon_->Cancel();
      cancel_soon_ = nullptr;
    }
    if (!cancel.cancelled() && until > now_) now_ = until;
  }
  void Step(milliseconds by) { now_ += by; }
  void CancelSoon(CancelToken* cancel) { cancel_soon_ = cancel; }

 private:
  Instant now_ = *ParseInstant("2026-03-09T01:00:00Z");
  CancelToken* cancel_soon_ = nullptr;
};

// What the practices of one subject share.
struct Shared {
  HeldClock clock;
  MemoryWorld world;
  std::unique_ptr<Connector> connector;
};

class MemoryClinic final : public Clinic {
 public:
  MemoryClinic(std::shared_ptr<Shared> shared, std::string key, std::string name)
      : shared_(std::move(shared)), key_(std::move(key)) {
    memory::PracticeOptions options;
    options.name = std::move(name);
    practice_ = std::make_shared<MemoryPractice>(options, shared_->clock);
    shared_->world.Add(key_, practice_);
  }

  const Connector& connector() const override { return *shared_->connector; }
  Settings GoodSettings() const override {
    return SettingsWith(key_, practice_->options().password);
  }
  Settings WrongPassword() const override { return SettingsWith(key_, "not the hidden horse"); }
  Settings Unreachable(Nowhere kind) override {
    if (kind == Nowhere::kNobodyListens) return SettingsWith("nobody", "any");
    practice_->Plan({.kind = FaultKind::kSilent, .times = 1000});
    return GoodSettings();
  }
  std::string practice_name() const override { return practice_->options().name; }
  std::vector<std::string> AllowedPeers() const override { return {}; }
  Result<std::unique_ptr<Clinic>> Another() override {
    return std::unique_ptr<Clinic>(
        std::make_unique<MemoryClinic>(shared_, key_ + "-other", "The Other Practice"));
  }

  Clock& clock() override { return shared_->clock; }
  std::shared_ptr<void> CancelSoon(CancelToken& cancel) override {
    shared_->clock.CancelSoon(&cancel);
    return {};
  }
  milliseconds patience() const override { return milliseconds(0); }
  Result<void> HoldClock(bool) override { return Ok(); }
  Result<void> Step(milliseconds by) override {
    shared_->clock.Step(by);
    return Ok();
  }

  Result<std::string> Add(Stream stream) override;
  Result<void> Edit(Stream stream, const std::string& id) override {
    const auto table = TableFor(stream);
    const auto text = "Edited " + std::to_string(++edits_);
    return Done(practice_->Edit(table, id, {{ColumnsOf(table).editable, text}}));
  }
  Result<void> Delete(Stream stream, const std::string& id) override {
    return Done(practice_->Delete(TableFor(stream), id));
  }
  Result<std::vector<std::string>> Ids(Stream stream) override {
    return practice_->Ids(TableFor(stream));
  }
  Result<std::string> AddPatient(const PatientForm& form) override {
    return practice_->Add(Table::kPatients, {{"first", form.given},
                                             {"last", form.family},
                                             {"born", form.birth_date},
                                             {"medicare", form.medicare},
                                             {"phone", form.phone},
                                             {"email", form.email}});
  }
  Result<std::string> AddAppointmentAt(const std::string& local) override {
    return practice_->Add(
        Table::kDiary,
        {{"patient", AnyOf(Stream::kPatients)}, {"state", "booked"}, {"starts", local}});
  }

  Result<Bookable> AddBookable() override;
  Result<std::string> OpenTime() override {
    // Tomorrow at nine, an hour after the practice opens.
    const auto tomorrow = shared_->clock.Now() + std::chrono::hours(24);
    const auto zone = PracticeZone::Named(practice_->options().zone);
    return FormatDate(zone->ToLocal(tomorrow).day()) + "T09:00:00";
  }
  Result<std::string> Book(const BookingForm& form) override {
    return practice_->Add(Table::kDiary, {{"patient", form.patient},
                                          {"staff", form.practitioner},
                                          {"state", "booked"},
                                          {"starts", form.local},
                                          {"minutes", form.minutes}});
  }
  Result<void> SetAway(const std::string& practitioner, const std::string& from,
                       const std::string& to) override {
    practice_->SetAway(practitioner, from, to);
    return Ok();
  }
  Result<std::string> Visit(const std::string& patient) override {
    return practice_->StartVisit(patient, AnyOf(Stream::kPractitioners), AnyOf(Stream::kLocations));
  }
  Result<std::vector<FiledDocument>> Documents(const std::string& patient) override;
  Result<void> HoldImporter(bool held) override {
    practice_->HoldImporter(held);
    return Ok();
  }
  Result<void> RunImporter() override {
    practice_->RunImporter();
    return Ok();
  }
  Result<int> Effects(model::CommandKind kind) override;
  std::optional<Settings> SettingsWithout(model::CommandKind kind) override {
    if (kind != model::CommandKind::kAttachDocument) return std::nullopt;
    auto settings = GoodSettings();
    settings.Set("documents", "no");
    return settings;
  }
  Result<std::string> AddClinical(model::ClinicalKind kind, const std::string& patient) override {
    if (kind != model::ClinicalKind::kConditions) return Cannot();
    return practice_->Add(
        Table::kHistory, {{"patient", patient}, {"problem", "Asthma " + std::to_string(++picks_)}});
  }
  Result<void> SpoilClinical(model::ClinicalKind, const std::string& row) override {
    return Spoil(Stream::kConditions, row);
  }
  Result<void> PlanWrite(WriteTrouble trouble) override {
    practice_->Plan({.kind = trouble == WriteTrouble::kLoseAnswer ? FaultKind::kDropAnswer
                                                                  : FaultKind::kDropRequest});
    return Ok();
  }

  Result<void> Spoil(Stream stream, const std::string& id) override {
    const auto table = TableFor(stream);
    const auto due = ColumnsOf(table).due;
    const auto row = practice_->Find(table, id);
    if (!row) return Done(false);
    spoilt_[id] = row->data.Text(due);
    return Done(practice_->Edit(table, id, {{due, 17}}));
  }
  Result<void> Mend(Stream stream, const std::string& id) override {
    const auto table = TableFor(stream);
    return Done(practice_->Edit(table, id, {{ColumnsOf(table).due, spoilt_[id]}}));
  }
  Result<void> AddUnknownField(Stream stream) override {
    for (const auto& id : practice_->Ids(TableFor(stream))) {
      practice_->Edit(TableFor(stream), id, {{"shoe_size", 42}});
    }
    return Ok();
  }
  Result<void> ClearOptional(Stream stream, const std::string& id) override {
    return Done(practice_->Clear(TableFor(stream), id, ColumnsOf(TableFor(stream)).optional));
  }
  Result<void> Forbid(Stream stream, bool forbidden) override {
    practice_->Forbid(TableFor(stream), forbidden);
    return Ok();
  }
  std::optional<Cursor> FutureCursor(Stream stream) const override {
    for (const auto& support : connector().descriptor().can.streams) {
      if (support.stream != stream) continue;
      if (support.delta == DeltaStyle::kFeed) return Cursor{"mem1:f:999999999"};
      if (support.delta == DeltaStyle::kModifiedSince) return Cursor{"mem1:m:99999999999:"};
    }
    return std::nullopt;
  }

  Result<void> Plan(Trouble trouble, std::int64_t amount) override;
  Result<void> ClearTroubles() override {
    practice_->ClearFaults();
    return Ok();
  }
  bool answers_are_checked() const override { return true; }
  Result<std::vector<Seen>> Journal() override {
    std::vector<Seen> seen;
    for (const auto& entry : practice_->Journal()) {
      seen.push_back({entry.at, entry.operation == memory::Operation::kSignIn});
    }
    return seen;
  }
  Result<void> ClearJournal() override {
    practice_->ClearJournal();
    return Ok();
  }

 private:
  static Settings SettingsWith(const std::string& key, const std::string& password) {
    Settings settings;
    settings.Set("practice", key);
    settings.Set("user_name", "pons");
    settings.SetSecret("password", password);
    return settings;
  }
  static Result<void> Done(bool done) {
    if (done) return Ok();
    return MakeError(Fault::kNotFound, "there is no such row");
  }
  std::string AnyOf(Stream stream) {
    const auto ids = practice_->Ids(TableFor(stream));
    return ids.empty() ? *Add(stream) : ids[static_cast<std::size_t>(++picks_) % ids.size()];
  }

  std::shared_ptr<Shared> shared_;
  const std::string key_;
  std::shared_ptr<MemoryPractice> practice_;
  std::map<std::string, std::string> spoilt_;
  int edits_ = 0;
  int picks_ = 0;
};

Result<std::string> MemoryClinic::Add(Stream stream) {
  const auto n = std::to_string(++picks_);
  switch (stream) {
    case Stream::kLocations:
      return practice_->Add(Table::kSites, {{"name", "Site " + n}, {"phone", "02 5550 000" + n}});
    case Stream::kPractitioners:
      return practice_->Add(Table::kStaff, {{"title", "Dr"}, {"first", "Ada"}, {"last", "D" + n}});
    case Stream::kPractitionerRoles:
      return practice_->Add(Table::kPosts, {{"staff", AnyOf(Stream::kPractitioners)},
                                            {"site", AnyOf(Stream::kLocations)},
                                            {"speciality", "General practice"}});
    case Stream::kHealthcareServices:
      return practice_->Add(Table::kReasons, {{"label", "Reason " + n}, {"minutes", 15}});
    case Stream::kPatients:
      return practice_->Add(Table::kPatients, {{"first", "Pat"},
                                               {"last", "Sample" + n},
                                               {"born", "1980-02-29"},
                                               {"email", "p@example.invalid"}});
    case Stream::kConditions:
      return practice_->Add(
          Table::kHistory,
          {{"patient", AnyOf(Stream::kPatients)}, {"problem", "Problem " + n}, {"since", "2011"}});
    case Stream::kAppointments:
      return practice_->Add(Table::kDiary, {{"patient", AnyOf(Stream::kPatients)},
                                            {"staff", AnyOf(Stream::kPractitioners)},
                                            {"reason", AnyOf(Stream::kHealthcareServices)},
                                            {"state", "booked"},
                                            {"note", "as usual"},
                                            {"starts", practice_->LocalNow()}});
    case Stream::kEncounters:
      return practice_->StartVisit(AnyOf(Stream::kPatients), AnyOf(Stream::kPractitioners),
                                   AnyOf(Stream::kLocations));
    case Stream::kDocumentReferences:
    case Stream::kTasks:
      break;
  }
  return MakeError(Fault::kUnsupported, "no such stream");
}

Result<Bookable> MemoryClinic::AddBookable() {
  const auto n = std::to_string(++picks_);
  Bookable who;
  who.location = practice_->Add(Table::kSites, {{"name", "Site " + n}});
  who.practitioner = practice_->Add(Table::kStaff, {{"first", "Ada"}, {"last", "Booked" + n}});
  practice_->Add(Table::kPosts, {{"staff", who.practitioner}, {"site", who.location}});
  who.service = practice_->Add(Table::kReasons, {{"label", "Long " + n}, {"minutes", 45}});
  return who;
}

Result<std::vector<FiledDocument>> MemoryClinic::Documents(const std::string& patient) {
  std::vector<FiledDocument> filed;
  for (const auto& id : practice_->Ids(Table::kDocuments)) {
    const auto row = practice_->Find(Table::kDocuments, id);
    const auto content = practice_->Content(id);
    if (!row || row->data.Text("patient") != patient || content == nullptr) continue;
    filed.push_back(
        {std::string(row->data.Text("title")), *content, row->data.Text("state") == "filed"});
  }
  return filed;
}

Result<int> MemoryClinic::Effects(model::CommandKind kind) {
  using model::CommandKind;
  const auto kind_of = [](const memory::EffectEntry& effect) {
    const bool adds = effect.operation == memory::Operation::kAdd;
    if (effect.operation == memory::Operation::kFile) return CommandKind::kAttachDocument;
    if (effect.table == Table::kPatients) {
      return adds ? CommandKind::kCreatePatient : CommandKind::kUpdatePatient;
    }
    if (adds) return CommandKind::kBookAppointment;
    if (effect.data.Find("starts") != nullptr) return CommandKind::kMoveAppointment;
    return effect.data.Text("state") == "cancelled" ? CommandKind::kCancelAppointment
                                                    : CommandKind::kSetAppointmentStatus;
  };
  int count = 0;
  for (const auto& effect : practice_->Effects()) {
    if (effect.happened && kind_of(effect) == kind) ++count;
  }
  return count;
}

Result<void> MemoryClinic::Plan(Trouble trouble, std::int64_t amount) {
  const auto kind = [&] {
    switch (trouble) {
      case Trouble::kUnavailable:
        return FaultKind::kUnavailable;
      case Trouble::kSilent:
        return FaultKind::kSilent;
      case Trouble::kSlow:
        return FaultKind::kSlow;
      case Trouble::kDrip:
        return FaultKind::kDrip;
      case Trouble::kCut:
        return FaultKind::kCut;
      case Trouble::kFlip:
        return FaultKind::kFlip;
      case Trouble::kGarbage:
        return FaultKind::kGarbage;
      case Trouble::kRateLimit:
        return FaultKind::kRateLimit;
      case Trouble::kExpireToken:
        return FaultKind::kExpireToken;
    }
    return FaultKind::kUnavailable;
  }();
  practice_->Plan({.kind = kind, .amount = amount});
  return Ok();
}

}  // namespace

Subject MemorySubject(MakeConnector make) {
  if (!make) {
    make = [](const MemoryWorld& world) {
      return std::make_unique<memory::MemoryConnector>(world);
    };
  }
  return {"memory", &memory::TutorialConnector().descriptor(),
          [make]() -> Result<std::unique_ptr<Clinic>> {
            auto shared = std::make_shared<Shared>();
            shared->connector = make(shared->world);
            return std::unique_ptr<Clinic>(
                std::make_unique<MemoryClinic>(shared, "lane", "Memory Lane Practice"));
          }};
}

}  // namespace pons::conformance
