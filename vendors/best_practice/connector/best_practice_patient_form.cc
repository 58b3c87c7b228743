// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_patient_form.h"

#include <algorithm>

#include "base/text.h"
#include "model/au_identifiers.h"
#include "vendors/best_practice/connector/best_practice_keys.h"

namespace pons::best_practice {
namespace {

namespace au = model::au;
using model::Patient;

Error Wrong(std::string_view field, std::string_view why) {
  return Refused("invalid", "the patient's " + std::string(field) + " " + std::string(why));
}

const model::HumanName* OfficialName(const Patient& patient) {
  const model::HumanName* first = nullptr;
  for (const auto& name : patient.names) {
    if (name.use == "official") return &name;
    if (first == nullptr && name.use != "usual" && name.use != "nickname" && name.use != "old" &&
        name.use != "maiden") {
      first = &name;
    }
  }
  return first != nullptr || patient.names.empty() ? first : &patient.names.front();
}

const model::Identifier* IdentifierOf(const Patient& patient, std::string_view system) {
  for (const auto& one : patient.identifiers) {
    if (one.system == system) return &one;
  }
  return nullptr;
}

const model::Address* AddressOf(const Patient& patient, bool postal) {
  for (const auto& one : patient.addresses) {
    if ((one.type == "postal") == postal && !one.empty()) return &one;
  }
  return nullptr;
}

std::string EmailOf(const Patient& patient) {
  for (const auto& one : patient.telecoms) {
    if (one.system == "email") return std::string(Trim(one.value));
  }
  return {};
}

// A number that is too long with its blanks may fit without them.
std::string Phone(std::string_view value) {
  std::string text(Trim(value));
  if (CharacterCount(text) > 14) {
    text.erase(std::remove_if(text.begin(), text.end(),
                              [](char c) { return c == ' ' || c == '-' || c == '(' || c == ')'; }),
               text.end());
  }
  return text;
}

struct Phones {
  std::string home, work, mobile;
  bool operator==(const Phones&) const = default;
};

// The first of each use. One without a use is a mobile where it looks like one of Australia's, and
// else the home's.
Phones PhonesOf(const Patient& patient) {
  Phones phones;
  const auto put = [](std::string& place, std::string number) {
    if (place.empty()) place = std::move(number);
  };
  for (const auto& one : patient.telecoms) {
    if ((one.system != "phone" && one.system != "sms") || Trim(one.value).empty()) continue;
    auto number = Phone(one.value);
    const bool mobile =
        number.starts_with("04") || number.starts_with("+614") || number.starts_with("+61 4");
    if (one.use == "mobile" || (one.use.empty() && mobile)) {
      put(phones.mobile, std::move(number));
    } else if (one.use == "work") {
      put(phones.work, std::move(number));
    } else if (one.use != "old") {
      put(phones.home, std::move(number));
    }
  }
  return phones;
}

// "2028-05" as FHIR has it, "05/2028" as Best Practice does.
std::string ExpiryText(std::string_view period_end) {
  if (period_end.size() < 7 || period_end[4] != '-') return {};
  return std::string(period_end.substr(5, 2)) + "/" + std::string(period_end.substr(0, 4));
}

Result<void> PutMedicare(const Patient& patient, PatientForm& form) {
  form.medicare.clear();
  form.medicare_line.clear();
  form.medicare_expiry.clear();
  const auto* medicare = IdentifierOf(patient, au::kMedicareSystem);
  if (medicare == nullptr || Trim(medicare->value).empty()) return Ok();
  const auto checked = au::CheckMedicare(medicare->value);
  if (checked.state == au::State::kMalformed || checked.value.size() < 10) {
    return Wrong("Medicare number",
                 "is no Medicare number: it has 10 digits, or 11 with the "
                 "line on the card");
  }
  form.medicare = checked.value.substr(0, 10);
  form.medicare_line = checked.value.substr(10);
  form.medicare_expiry = ExpiryText(medicare->period_end);
  return Ok();
}

Result<void> PutDva(const Patient& patient, PatientForm& form) {
  const auto* dva = IdentifierOf(patient, au::kDvaSystem);
  if (dva == nullptr || Trim(dva->value).empty()) return Ok();
  form.dva = Trim(dva->value);
  // DVACODE, best-practice sheet §2; Best Practice's own table DVATYPE is named there without its
  // columns.
  if (dva->type_code == "DVG") form.dva_code = 1;
  if (dva->type_code == "DVW") form.dva_code = 2;
  if (dva->type_code == "DVO") form.dva_code = 4;
  return Ok();
}

Result<std::int64_t> SexCodeOf(model::Gender gender, const Codes& codes) {
  if (gender == model::Gender::kUnknown) return std::int64_t{0};
  const auto code = codes.sex.Find(model::GenderCode(gender));
  if (code) return *code;
  return Wrong("gender", "is not among the entries of this practice's table SEX");
}

// Titles are the practice's own words, with or without a full stop; one that it does not have is
// left out.
std::int64_t TitleCodeOf(std::string_view prefix, const Codes& codes) {
  auto bare = Trim(prefix);
  while (bare.ends_with('.')) bare.remove_suffix(1);
  if (bare.empty()) return 0;
  if (const auto code = codes.titles.Find(bare)) return *code;
  return codes.titles.Find(std::string(bare) + ".").value_or(0);
}

Result<void> PutAddress(const Patient& patient, PatientForm& form) {
  form.address1.clear();
  form.address2.clear();
  form.city.clear();
  form.postcode.clear();
  const auto* home = AddressOf(patient, false);
  if (home == nullptr) return Ok();
  if (home->line.size() > 2) {
    return Wrong("address", "has more than two lines, and Best Practice has room for two");
  }
  if (!home->line.empty()) form.address1 = Trim(home->line[0]);
  if (home->line.size() > 1) form.address2 = Trim(home->line[1]);
  form.city = Trim(home->city);
  form.postcode = Trim(home->postal_code);
  return Ok();
}

bool SameAddress(const model::Address* a, const model::Address* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->line == b->line && a->city == b->city && a->postal_code == b->postal_code;
}

bool SameMedicare(const model::Identifier* a, const model::Identifier* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->value == b->value && a->period_end == b->period_end;
}

}  // namespace

std::size_t CharacterCount(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

Result<PatientForm> FormOf(const Patient& patient, const Codes& codes) {
  PatientForm form;
  const auto* name = OfficialName(patient);
  if (name == nullptr || Trim(name->family).empty()) return Wrong("family name", "is missing");
  if (!patient.birth_date) return Wrong("birth date", "is missing");
  form.title_code = TitleCodeOf(name->prefix, codes);
  form.first_name = Trim(name->given);
  form.middle_name = Trim(name->middle);
  form.surname = Trim(name->family);
  for (const auto& one : patient.names) {
    if ((one.use == "usual" || one.use == "nickname") && form.preferred_name.empty() &&
        &one != name) {
      form.preferred_name = Trim(one.given);
    }
  }
  form.date_of_birth = patient.birth_date;
  PONS_ASSIGN(form.sex_code, SexCodeOf(patient.gender, codes));
  PONS_TRY(PutAddress(patient, form));
  if (const auto* postal = AddressOf(patient, true)) {
    if (postal->line.size() > 1) {
      return Wrong("postal address", "has more than one line, and Best Practice has room for one");
    }
    if (!postal->line.empty()) form.postal_address = Trim(postal->line[0]);
    form.postal_city = Trim(postal->city);
    form.postal_postcode = Trim(postal->postal_code);
  }
  auto phones = PhonesOf(patient);
  form.home_phone = std::move(phones.home);
  form.work_phone = std::move(phones.work);
  form.mobile_phone = std::move(phones.mobile);
  PONS_TRY(PutMedicare(patient, form));
  PONS_TRY(PutDva(patient, form));
  form.email = EmailOf(patient);
  PONS_TRY(CheckFits(form));
  return form;
}

Result<MergedForm> Merge(const PatientForm& row, const Patient& held, const Patient& wanted,
                         const Codes& codes) {
  MergedForm merged{row, {}};
  auto& form = merged.form;
  auto& changes = merged.changes;

  const auto* name = OfficialName(wanted);
  const auto* name_held = OfficialName(held);
  if (name == nullptr || Trim(name->family).empty()) return Wrong("family name", "is missing");
  const auto take = [&](std::string& cell, std::string_view was, std::string_view is) {
    if (Trim(was) == Trim(is)) return;
    cell = Trim(is);
    changes.person = true;
  };
  take(form.surname, name_held != nullptr ? name_held->family : "", name->family);
  take(form.first_name, name_held != nullptr ? name_held->given : "", name->given);
  // An app that knows only a first name does not mean that the middle ones are gone.
  if (!Trim(name->middle).empty()) {
    take(form.middle_name, name_held != nullptr ? name_held->middle : "", name->middle);
  }
  if (wanted.birth_date && wanted.birth_date != held.birth_date) {
    form.date_of_birth = wanted.birth_date;
    changes.person = true;
  }
  if (wanted.gender != model::Gender::kUnknown && wanted.gender != held.gender) {
    PONS_ASSIGN(form.sex_code, SexCodeOf(wanted.gender, codes));
    changes.person = true;
  }
  if (!SameMedicare(IdentifierOf(held, au::kMedicareSystem),
                    IdentifierOf(wanted, au::kMedicareSystem))) {
    PONS_TRY(PutMedicare(wanted, form));
    changes.medicare = true;
  }
  if (!SameAddress(AddressOf(held, false), AddressOf(wanted, false))) {
    PONS_TRY(PutAddress(wanted, form));
    changes.address = true;
  }
  if (auto phones = PhonesOf(wanted); phones != PhonesOf(held)) {
    form.home_phone = std::move(phones.home);
    form.work_phone = std::move(phones.work);
    form.mobile_phone = std::move(phones.mobile);
    changes.phones = true;
  }
  if (auto email = EmailOf(wanted); email != EmailOf(held)) {
    form.email = std::move(email);
    changes.email = true;
  }
  PONS_TRY(CheckFits(form));
  return merged;
}

Result<void> CheckFits(const PatientForm& form) {
  struct Width {
    const std::string PatientForm::*text;
    std::size_t room;
    std::string_view field;
  };
  constexpr Width kWidths[] = {
      {&PatientForm::first_name, 40, "first name"},
      {&PatientForm::middle_name, 30, "middle name"},
      {&PatientForm::surname, 40, "family name"},
      {&PatientForm::preferred_name, 30, "preferred name"},
      {&PatientForm::address1, 40, "address (first line)"},
      {&PatientForm::address2, 40, "address (second line)"},
      {&PatientForm::city, 40, "city"},
      {&PatientForm::postcode, 4, "postal code"},
      {&PatientForm::postal_address, 40, "postal address"},
      {&PatientForm::postal_city, 40, "postal address's city"},
      {&PatientForm::postal_postcode, 4, "postal address's postal code"},
      {&PatientForm::home_phone, 14, "home phone number"},
      {&PatientForm::work_phone, 14, "work phone number"},
      {&PatientForm::mobile_phone, 14, "mobile phone number"},
      {&PatientForm::medicare, 13, "Medicare number"},
      {&PatientForm::medicare_line, 1, "Medicare line number"},
      {&PatientForm::medicare_expiry, 10, "Medicare expiry"},
      {&PatientForm::dva, 14, "DVA number"},
      {&PatientForm::external_id, 12, "external id"},
      {&PatientForm::email, 250, "e-mail address"},
  };
  for (const auto& width : kWidths) {
    const auto& text = form.*width.text;
    const auto length = CharacterCount(text);
    if (length > width.room) {
      auto error = Wrong(width.field, "has " + std::to_string(length) +
                                          " characters, and Best Practice has room for " +
                                          std::to_string(width.room));
      error.vendor_code = "too-long";
      return error;
    }
    const bool control =
        std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 32; });
    if (control) return Wrong(width.field, "holds a line break or another control character");
  }
  return Ok();
}

SearchName SearchNameOf(const Patient& patient) {
  const auto* name = OfficialName(patient);
  if (name == nullptr) return {};
  return {std::string(Trim(name->family)), std::string(Trim(name->given))};
}

std::string MedicareStartOf(const Patient& patient) {
  const auto* medicare = IdentifierOf(patient, au::kMedicareSystem);
  if (medicare == nullptr) return {};
  const auto checked = au::CheckMedicare(medicare->value);
  return checked.state == au::State::kValid ? checked.value.substr(0, 8) : std::string();
}

}  // namespace pons::best_practice
