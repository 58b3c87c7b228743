// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.h"

#include "tests/simulation/violation.h"
#include "vendors/memory/connector/memory_map.h"

namespace pons::simulation {

using memory::FaultKind;
using memory::ParseLocal;

PracticeSim::PracticeSim(int number, const std::string& zone, FakeClock& truth, Dice& dice)
    : number_(number),
      key_("p" + std::to_string(number)),
      zone_(*PracticeZone::Named(zone)),
      dice_(dice) {
  memory::PracticeOptions options;
  options.name = "Practice " + key_;
  options.zone = zone;
  options.password = std::string(kCanary) + "password" + key_;
  practice_ = std::make_shared<memory::MemoryPractice>(options, truth);
  for (int i = 0; i < 3; ++i) {
    practice_->Add(Table::kSites, {{"name", "Site " + std::to_string(i)}});
    practice_->Add(Table::kStaff, {{"last", "Doctor " + std::to_string(i)}});
    practice_->Add(Table::kReasons, {{"label", "Reason " + std::to_string(i)}});
  }
  for (int i = 0; i < 3; ++i) {
    practice_->Add(Table::kPosts,
                   {{"staff", AnyOf(Table::kStaff)}, {"site", AnyOf(Table::kSites)}});
  }
  for (std::int64_t i = dice_.Between(1, 12); i > 0; --i) AddPatient();
  for (int i = 0; i < 4; ++i) Book();
}

std::string PracticeSim::AnyOf(Table table) {
  const auto ids = practice_->Ids(table);
  return ids.empty() ? std::string() : dice_.Pick(ids);
}

std::string PracticeSim::Unique(const char* word) {
  return std::string(kCanary) + word + key_ + "n" + std::to_string(++names_) + "x";
}

void PracticeSim::AddPatient() {
  practice_->Add(Table::kPatients, {{"first", Unique("given")},
                                    {"last", Unique("family")},
                                    {"born", "1980-02-29"},
                                    {"medicare", Unique("medicare")},
                                    {"mobile", Unique("phone")}});
}

void PracticeSim::EditPatient() {
  const auto id = AnyOf(Table::kPatients);
  if (id.empty() || spoilt(Table::kPatients, id)) return;
  practice_->Edit(Table::kPatients, id, {{"last", Unique("family")}});
}

void PracticeSim::Book() {
  const auto patient = AnyOf(Table::kPatients);
  if (patient.empty()) return;
  // From a month ago to next week, on the wall clock; some of them cancelled.
  const auto now =
      std::chrono::floor<seconds>(zone_.ToLocal(*ParseInstant("2026-04-05T00:00:00Z")).reading);
  LocalTime start;
  start.reading = now + std::chrono::hours(dice_.Between(-30 * 24, 24 * 7));
  const auto hour = std::chrono::duration_cast<std::chrono::hours>(
                        start.reading - std::chrono::floor<std::chrono::days>(start.reading))
                        .count();
  const auto two = std::to_string(hour + 100).substr(1);
  practice_->Add(Table::kDiary, {{"patient", patient},
                                 {"staff", AnyOf(Table::kStaff)},
                                 {"site", AnyOf(Table::kSites)},
                                 {"reason", AnyOf(Table::kReasons)},
                                 {"state", dice_.OneIn(6) ? "cancelled" : "booked"},
                                 {"starts", FormatDate(start.day()) + "T" + two + ":00:00"}});
}

std::string PracticeSim::WantedTime() {
  auto at = *ParseLocal(practice_->LocalNow());
  at.reading = std::chrono::floor<std::chrono::days>(at.reading) +
               std::chrono::days(dice_.Between(1, 2)) + std::chrono::hours(dice_.Between(9, 10)) +
               std::chrono::minutes(30 * dice_.Between(0, 1));
  return memory::FormatLocal(at);
}

// What a receptionist does while apps book the same times. Staff may double-book, and do.
void PracticeSim::BookWantedTime() {
  const auto patient = AnyOf(Table::kPatients);
  if (patient.empty()) return;
  const auto staff = AnyOf(Table::kStaff);
  if (dice_.OneIn(6)) {
    const auto from = WantedTime();
    practice_->SetAway(staff, from, from.substr(0, 11) + "23:59:59");
    return;
  }
  practice_->Add(Table::kDiary, {{"patient", patient},
                                 {"staff", staff},
                                 {"site", AnyOf(Table::kSites)},
                                 {"reason", AnyOf(Table::kReasons)},
                                 {"state", "booked"},
                                 {"starts", WantedTime()}});
}

void PracticeSim::LoseWrite() {
  static constexpr FaultKind kKinds[] = {FaultKind::kDropRequest, FaultKind::kDropAnswer,
                                         FaultKind::kDropAnswer,  FaultKind::kDelayEffect,
                                         FaultKind::kForget,      FaultKind::kUnavailable,
                                         FaultKind::kSilent,      FaultKind::kGarbage};
  const auto kind = kKinds[dice_.Below(std::size(kKinds))];
  // A delayed effect comes before the connector's settling time is over.
  const auto amount = kind == FaultKind::kDelayEffect ? dice_.Between(100, 1500)
                      : kind == FaultKind::kForget    ? dice_.Between(0, 1)
                                                      : 0;
  troubles_ += " write " + std::to_string(static_cast<int>(kind));
  practice_->Plan({.kind = kind,
                   .amount = amount,
                   .after = static_cast<std::uint32_t>(dice_.Below(2)),
                   .times = static_cast<std::uint32_t>(dice_.Between(1, 2))});
}

void PracticeSim::EditAppointment() {
  const auto id = AnyOf(Table::kDiary);
  if (id.empty() || spoilt(Table::kDiary, id)) return;
  touched_.insert(id);
  switch (dice_.Below(4)) {
    case 0:
      practice_->Edit(Table::kDiary, id, {{"reason", AnyOf(Table::kReasons)}});
      return;
    case 1:
      practice_->Edit(Table::kDiary, id, {{"state", "cancelled"}});
      return;
    case 2:
      practice_->Edit(Table::kDiary, id, {{"state", "arrived"}});
      return;
    default:
      practice_->Edit(Table::kDiary, id, {{"staff", AnyOf(Table::kStaff)}});
      return;
  }
}

void PracticeSim::EditHistory() {
  const auto patient = AnyOf(Table::kPatients);
  const auto id = AnyOf(Table::kHistory);
  if (!id.empty() && dice_.OneIn(2) && !spoilt(Table::kHistory, id)) {
    practice_->Edit(Table::kHistory, id, {{"problem", Unique("problem")}});
  } else if (!patient.empty()) {
    practice_->Add(Table::kHistory, {{"patient", patient}, {"problem", Unique("problem")}});
  }
}

void PracticeSim::EditDirectory() {
  const auto number = std::to_string(++names_);
  switch (dice_.Below(6)) {
    case 0:
      practice_->Add(Table::kSites, {{"name", "Site " + number}});
      return;
    case 1:
      practice_->Add(Table::kStaff, {{"last", "Doctor " + number}});
      return;
    case 2:
      practice_->Add(Table::kReasons, {{"label", "Reason " + number}});
      return;
    case 3:
      practice_->Edit(Table::kSites, AnyOf(Table::kSites), {{"name", "Site " + number}});
      return;
    case 4:
      practice_->Edit(Table::kStaff, AnyOf(Table::kStaff), {{"last", "Doc " + number}});
      return;
    default:
      practice_->Add(Table::kPosts,
                     {{"staff", AnyOf(Table::kStaff)}, {"site", AnyOf(Table::kSites)}});
  }
}

void PracticeSim::Remove() {
  static constexpr Table kTables[] = {Table::kPatients, Table::kHistory, Table::kDiary,
                                      Table::kVisits,   Table::kReasons, Table::kPosts};
  const auto table = kTables[dice_.Below(std::size(kTables))];
  const auto ids = practice_->Ids(table);
  if (ids.size() < 2) return;
  const auto id = dice_.Pick(ids);
  if (spoilt(table, id)) return;
  practice_->Delete(table, id);
  if (table == Table::kDiary) touched_.insert(id);
}

void PracticeSim::Spoil() {
  const auto id = AnyOf(Table::kPatients);
  if (id.empty()) return;
  if (spoilt(Table::kPatients, id)) {
    practice_->Edit(Table::kPatients, id, {{"last", Unique("family")}});
    spoilt_.erase({Table::kPatients, id});
  } else if (practice_->Edit(Table::kPatients, id, {{"last", 12}})) {
    spoilt_.insert({Table::kPatients, id});
    ever_spoilt_.insert({Table::kPatients, id});
  }
}

void PracticeSim::StartVisit() {
  const auto patient = AnyOf(Table::kPatients);
  if (patient.empty()) return;
  new_visits_.push_back(practice_->StartVisit(patient, AnyOf(Table::kStaff), AnyOf(Table::kSites)));
}

void PracticeSim::Work() {
  switch (dice_.Below(14)) {
    case 0:
      AddPatient();
      return;
    case 1:
    case 2:
    case 3:
      EditPatient();
      return;
    case 4:
      Book();
      return;
    case 5:
      BookWantedTime();
      return;
    case 6:
      EditAppointment();
      return;
    case 7:
      EditHistory();
      return;
    case 8:
      EditDirectory();
      return;
    case 9:
      if (dice_.OneIn(3)) Remove();
      return;
    case 10:
      if (dice_.OneIn(4)) Spoil();
      return;
    case 11: {
      const auto visit = AnyOf(Table::kVisits);
      if (!visit.empty()) practice_->FinishVisit(visit);
      return;
    }
    default:
      StartVisit();
      return;
  }
}

void PracticeSim::Trouble() {
  const auto plan = [this](FaultKind kind, std::int64_t amount, std::int64_t times) {
    troubles_ += " " + std::to_string(static_cast<int>(kind));
    practice_->Plan({.kind = kind,
                     .amount = amount,
                     .after = static_cast<std::uint32_t>(dice_.Below(4)),
                     .times = static_cast<std::uint32_t>(times)});
  };
  if (dice_.OneIn(8)) practice_->HoldImporter(dice_.OneIn(2));
  switch (dice_.Below(10)) {
    case 0:
      plan(FaultKind::kUnavailable, 0, dice_.Between(1, 4));
      return;
    case 1:
      plan(FaultKind::kSilent, 0, 1);
      return;
    case 2:
      plan(FaultKind::kSlow, dice_.Between(1, 20'000), 1);
      return;
    case 3:
      plan(FaultKind::kCut, dice_.Between(0, 400), 1);
      return;
    case 4:
      plan(FaultKind::kFlip, dice_.Between(0, 200), 1);
      return;
    case 5:
      plan(FaultKind::kGarbage, 0, 1);
      return;
    case 6:
      plan(FaultKind::kRateLimit, dice_.Between(1, 90), 1);
      return;
    case 7:
      practice_->Plan({.kind = FaultKind::kExpireToken});
      return;
    case 8:
      troubles_ += " feed forgotten";
      practice_->ForgetFeed();
      return;
    default:
      plan(FaultKind::kRepeat, 0, dice_.Between(1, 5));
      return;
  }
}

void PracticeSim::Recover() {
  practice_->ClearFaults();
  practice_->HoldImporter(false);
  for (const auto& [table, id] : spoilt_) {
    practice_->Edit(table, id, {{"last", Unique("family")}});
  }
  spoilt_.clear();
}

std::vector<std::string> PracticeSim::TakeNewVisits() { return std::exchange(new_visits_, {}); }

}  // namespace pons::simulation
