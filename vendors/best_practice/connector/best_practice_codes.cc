// SPDX-License-Identifier: Apache-2.0
// The practice's own code tables: read when the first rows are, again when an unknown code turns
// up, and every few minutes in case a text was edited.
#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {
namespace {

// An unknown code is looked for again no more often than this; every text is read again after the
// longer time.
constexpr seconds kMissedAgain{60};
constexpr seconds kReadAgain{300};

}  // namespace

Result<void> BestPracticeSession::NeedCodes(Instant deadline) {
  const auto again = relay_ ? std::max(kReadAgain, relay_->way.paces.lists) : kReadAgain;
  if (have_codes_ && context_.clock.Now() < codes_read_ + again) return Ok();
  return LoadCodes(deadline);
}

bool BestPracticeSession::CodesAreStale() {
  bool missed = false;
  for (const auto* table : {&codes_.sex, &codes_.titles, &codes_.ethnicity, &codes_.patient_status,
                            &codes_.appointment_status, &codes_.appointment_types,
                            &codes_.visit_types, &codes_.locations, &codes_.users}) {
    missed = missed || !table->missed().empty();
    table->Forget();
  }
  return missed && context_.clock.Now() >= codes_read_ + kMissedAgain;
}

Result<void> BestPracticeSession::LoadCodes(Instant deadline) {
  // best-practice sheet §1, "Lookup tables to read at run time".
  static constexpr CodeSource kSources[] = {
      {"SEX", "SEXCODE", "SEX"},
      {"TITLES", "TITLECODE", "TITLE"},
      {"ETHNICITY", "ETHNICCODE", "ETHNICTYPE"},
      {"PATIENTSTATUS", "STATUSCODE", "STATUSTEXT"},
      {"APPOINTMENTCODES", "APPOINTMENTCODE", "DESCRIPTION"},
      {"APPOINTMENTTYPES", "APPOINTMENTCODE", "DESCRIPTION"},
      {"VISITTYPE", "VISITCODE", "VISITTYPE"},
      {"LOCATIONS", "LOCATIONID", "LOCATIONNAME"},
  };
  constexpr CodeTable Codes::*kTables[] = {
      &Codes::sex,
      &Codes::titles,
      &Codes::ethnicity,
      &Codes::patient_status,
      &Codes::appointment_status,
      &Codes::appointment_types,
      &Codes::visit_types,
      &Codes::locations,
  };
  Codes fresh;
  const auto codes = SelectCodes(kSources);
  PONS_TRY(Ask(codes, "read the code tables", deadline, [&](net::SqlRow row) {
    CellReader in(row, codes.columns);
    const auto list = in.DueInt();
    const auto code = in.DueInt();
    const auto text = in.Text();
    if (in.bad() || list < 0 || list >= std::ssize(kTables)) return;
    (fresh.*kTables[list]).Put(code, text);
  }));
  PONS_TRY(Ask(SelectAll(kUsers), "read USERS", deadline, [&](net::SqlRow row) {
    const auto decoded = DecodeUser(row);
    const auto* user = std::get_if<UserRow>(&decoded);
    if (user == nullptr) return;
    std::string shown;
    for (const auto part : {fresh.titles.Text(user->title_code), user->first_name, user->surname}) {
      if (part.empty()) continue;
      if (!shown.empty()) shown += ' ';
      shown += part;
    }
    fresh.users.Put(user->key, shown);
    fresh.home_of_user[user->key] = user->location_id;
  }));
  fresh.titles.Forget();
  codes_ = std::move(fresh);
  have_codes_ = true;
  codes_read_ = context_.clock.Now();
  return Ok();
}

}  // namespace pons::best_practice
