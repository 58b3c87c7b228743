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
  if (have_codes_ && context_.clock.Now() < codes_read_ + kReadAgain) return Ok();
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
  struct Source {
    CodeTable Codes::*table;
    std::string_view name, code, text;
  };
  // best-practice sheet §1, "Lookup tables to read at run time".
  constexpr Source kSources[] = {
      {&Codes::sex, "SEX", "SEXCODE", "SEX"},
      {&Codes::titles, "TITLES", "TITLECODE", "TITLE"},
      {&Codes::ethnicity, "ETHNICITY", "ETHNICCODE", "ETHNICTYPE"},
      {&Codes::patient_status, "PATIENTSTATUS", "STATUSCODE", "STATUSTEXT"},
      {&Codes::appointment_status, "APPOINTMENTCODES", "APPOINTMENTCODE", "DESCRIPTION"},
      {&Codes::appointment_types, "APPOINTMENTTYPES", "APPOINTMENTCODE", "DESCRIPTION"},
      {&Codes::visit_types, "VISITTYPE", "VISITCODE", "VISITTYPE"},
      {&Codes::locations, "LOCATIONS", "LOCATIONID", "LOCATIONNAME"},
  };
  constexpr std::string_view kPair[] = {"CODE", "TEXT"};
  Codes fresh;
  for (const auto& source : kSources) {
    PONS_TRY(Ask(SelectCodes(source.name, source.code, source.text),
                 "read " + std::string(source.name), deadline, [&](net::SqlRow row) {
                   CellReader in(row, kPair);
                   const auto code = in.DueInt();
                   const auto text = in.Text();
                   if (!in.bad()) (fresh.*source.table).Put(code, text);
                 }));
  }
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
