// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/script.h"

namespace pons::crash {

using memory::Table;

Script::Script(FakeClock& clock)
    : clock_(clock),
      practice_(std::make_shared<memory::MemoryPractice>(memory::PracticeOptions{}, clock)) {}

std::string Script::Patient(const char* family) {
  return practice_->Add(Table::kPatients,
                        {{"first", "Pat"}, {"last", family}, {"born", "1980-02-29"}});
}

std::string Script::Visit(const std::string& patient) {
  practice_->Add(Table::kDiary, {{"patient", patient},
                                 {"staff", doctor_},
                                 {"site", site_},
                                 {"reason", reason_},
                                 {"state", "booked"},
                                 {"starts", practice_->LocalNow()}});
  return practice_->StartVisit(patient, doctor_, site_);
}

void Script::Play(int phase) {
  clock_.Step(std::chrono::minutes(10));
  switch (phase) {
    case 0:
      site_ = practice_->Add(Table::kSites, {{"name", "Site"}});
      doctor_ = practice_->Add(Table::kStaff, {{"last", "Doctor"}});
      practice_->Add(Table::kPosts, {{"staff", doctor_}, {"site", site_}});
      reason_ = practice_->Add(Table::kReasons, {{"label", "Skin check"}});
      first_ = Patient("First");
      second_ = Patient("Second");
      third_ = Patient("Third");
      practice_->Add(Table::kHistory, {{"patient", first_}, {"problem", "Melanoma"}});
      return;
    case 1:
      visit_ = Visit(first_);
      return;
    case 2:
      practice_->Edit(Table::kPatients, first_, {{"last", "Renamed"}});
      practice_->FinishVisit(visit_);
      Visit(second_);
      return;
    case 3:
      practice_->Edit(Table::kPatients, third_, {{"last", 12}});  // cannot be read
      Visit(third_);
      return;
    case 4:
      practice_->Edit(Table::kPatients, third_, {{"last", "Mended"}});
      return;
    case 5:
      practice_->Delete(Table::kPatients, second_);
      practice_->ForgetFeed();
      return;
    case 6:
      practice_->Edit(Table::kHistory, practice_->Ids(Table::kHistory).at(0),
                      {{"problem", "Melanoma in situ"}});
      practice_->Add(Table::kHistory, {{"patient", third_}, {"problem", "Naevus"}});
      Visit(first_);
      return;
    default:
      for (int i = 0; i < 4; ++i) Visit(Patient("Late"));
      return;
  }
}

}  // namespace pons::crash
