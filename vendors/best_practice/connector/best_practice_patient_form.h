// SPDX-License-Identifier: Apache-2.0
// From a patient as apps send it to what Best Practice's procedures take. Pure functions.
//
// Nothing is ever cut: a value that does not fit its column is refused by name, never by value.
#pragma once

#include "base/result.h"
#include "model/records.h"
#include "vendors/best_practice/connector/best_practice_map.h"
#include "vendors/best_practice/connector/best_practice_procedures.h"

namespace pons::best_practice {

// A new patient. Errors: kRejected, naming the field.
Result<PatientForm> FormOf(const model::Patient& patient, const Codes& codes);

// Which of the narrower procedures would do.
struct FormChanges {
  bool person = false;  // name, birth date, sex
  bool medicare = false;
  bool address = false;
  bool phones = false;
  bool email = false;
  int count() const { return person + medicare + address + phones + email; }
};

struct MergedForm {
  PatientForm form;
  FormChanges changes;
};

// `row` with those of the ten fields changed that differ between `held`, which is what Pons serves
// of the row, and `wanted`. What the row holds and Pons does not serve stays as it stands.
// Errors: kRejected, naming the field.
Result<MergedForm> Merge(const PatientForm& row, const model::Patient& held,
                         const model::Patient& wanted, const Codes& codes);

// Every text fits its column (best-practice sheet §4). Errors: kRejected, naming the first field
// that does not.
Result<void> CheckFits(const PatientForm& form);

// How many characters, not bytes.
std::size_t CharacterCount(std::string_view text);

// A name to look for: BP_… and SQL compare without case, so only blanks at the ends go.
struct SearchName {
  std::string surname, given;
};
SearchName SearchNameOf(const model::Patient& patient);
// The first eight digits of the Medicare number; empty where there is none.
std::string MedicareStartOf(const model::Patient& patient);

}  // namespace pons::best_practice
