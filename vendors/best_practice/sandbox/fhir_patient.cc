// SPDX-License-Identifier: Apache-2.0
// One FHIR patient to one row's worth of fields: the mapping of fhir_loader.h.
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/time.h"
#include "json/value.h"
#include "vendors/best_practice/sandbox/fhir_loader.h"

namespace pons::best_practice::sandbox {
namespace {

using json::Value;
using sandboxkit::ClinicAddress;
using sandboxkit::ClinicPatient;

// No column of the patient's row takes a line break or a control character.
std::string Clean(std::string_view text) {
  std::string out(Trim(text));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

std::string CleanText(const Value& value, std::string_view key) { return Clean(value.Text(key)); }

const json::Array& List(const Value& value, std::string_view key) {
  static const json::Array kNone;
  const Value* found = value.Find(key);
  return found != nullptr && found->array() != nullptr ? *found->array() : kNone;
}

// The strings of an array; what is no string is passed over.
std::vector<std::string> Strings(const Value& value, std::string_view key) {
  std::vector<std::string> out;
  for (const Value& item : List(value, key)) {
    if (item.string() == nullptr) continue;
    std::string text = Clean(*item.string());
    if (!text.empty()) out.push_back(std::move(text));
  }
  return out;
}

std::string Joined(const std::vector<std::string>& words, std::size_t from,
                   std::string_view between) {
  std::string out;
  for (std::size_t i = from; i < words.size(); ++i) {
    if (!out.empty()) out += between;
    out += words[i];
  }
  return out;
}

std::string DigitsOnly(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c >= '0' && c <= '9'; });
  return out;
}

bool HasTypeCode(const Value& identifier, std::string_view code) {
  const Value* type = identifier.Find("type");
  if (type == nullptr) return false;
  for (const Value& coding : List(*type, "coding")) {
    if (coding.Text("code") == code) return true;
  }
  return false;
}

std::string_view LastPart(std::string_view url) {
  const std::size_t slash = url.rfind('/');
  return slash == std::string_view::npos ? url : url.substr(slash + 1);
}

constexpr std::string_view kNs = "http://ns.electronichealth.net.au/id/";
constexpr std::size_t kRecordNumberWidth = 10;

class Reader {
 public:
  Reader(const Value& resource, NoColumn& no_column) : resource_(resource), no_column_(no_column) {}

  ClinicPatient Read() {
    patient_.fhir_id = CleanText(resource_, "id");
    ReadNames();
    ReadGender();
    ReadDates();
    ReadIdentifiers();
    ReadTelecom();
    ReadAddresses();
    ReadExtensions();
    CountTheRest();
    return std::move(patient_);
  }

 private:
  void Miss(std::string what) {
    // A system of somebody's is told short: the report is for people.
    constexpr std::size_t kLongest = 120;
    if (what.size() > kLongest) what.resize(kLongest);
    if (!IsValidUtf8(what)) what = "(not UTF-8)";
    missed_.push_back(std::move(what));
  }

  // Counts each element once per patient, however often it stands there.
  void CountTheRest() {
    constexpr std::array<std::string_view, 15> kRead = {
        "resourceType",     "id",      "meta",       "text",      "active",     "name",
        "gender",           "telecom", "identifier", "birthDate", "_birthDate", "deceasedBoolean",
        "deceasedDateTime", "address", "extension"};
    for (const auto& [key, value] : *resource_.object()) {
      if (std::find(kRead.begin(), kRead.end(), key) == kRead.end()) Miss(key);
    }
    std::sort(missed_.begin(), missed_.end());
    missed_.erase(std::unique(missed_.begin(), missed_.end()), missed_.end());
    for (const std::string& what : missed_) {
      // A hostile file cannot grow the report without end.
      constexpr std::size_t kMostKinds = 500;
      if (no_column_.size() < kMostKinds || no_column_.contains(what)) ++no_column_[what];
    }
  }

  void ReadNames();
  void ReadGender();
  void ReadDates();
  void ReadIdentifiers();
  void ReadIdentifier(const Value& identifier);
  void ReadMedicare(const Value& identifier, const std::string& value);
  void ReadDva(const Value& identifier, const std::string& value);
  void ReadTelecom();
  void ReadAddresses();
  void ReadExtensions();
  void Fill(std::string& field, std::string value, std::string_view what);
  std::string DateOf(std::string_view text, std::string_view what);

  const Value& resource_;
  NoColumn& no_column_;
  ClinicPatient patient_;
  std::vector<std::string> missed_;
};

// The first value wins; a further one has no column.
void Reader::Fill(std::string& field, std::string value, std::string_view what) {
  if (value.empty() || value == field) return;
  if (field.empty()) {
    field = std::move(value);
  } else {
    Miss("a second " + std::string(what));
  }
}

// Mr, MR., Master … as Best Practice's own table words them; others as they stand.
std::string TitleWord(const std::string& prefix) {
  std::string plain = AsciiLower(prefix);
  if (plain.ends_with('.')) plain.pop_back();
  constexpr std::string_view kWords[][2] = {{"mr", "Mr."},       {"mrs", "Mrs."},   {"ms", "Ms."},
                                            {"miss", "Miss"},    {"mast", "Mast."}, {"dr", "Dr."},
                                            {"master", "Mast."}, {"prof", "Prof."}};
  for (const auto& [from, to] : kWords) {
    if (plain == from) return std::string(to);
  }
  return prefix;
}

void Reader::ReadNames() {
  const json::Array& names = List(resource_, "name");
  const auto with_use = [&](std::string_view use) -> const Value* {
    for (const Value& name : names) {
      if (name.Text("use") == use) return &name;
    }
    return nullptr;
  };
  const Value* main = with_use("official");
  for (const Value& name : names) {
    const std::string_view use = name.Text("use");
    if (main == nullptr && use != "old" && use != "maiden" && use != "nickname") main = &name;
  }
  if (main == nullptr && !names.empty()) main = &names[0];
  if (main == nullptr) return;

  patient_.family = CleanText(*main, "family");
  const std::vector<std::string> given = Strings(*main, "given");
  if (!given.empty()) patient_.given = given[0];
  patient_.middle = Joined(given, 1, " ");
  const std::vector<std::string> prefixes = Strings(*main, "prefix");
  if (!prefixes.empty()) patient_.title = TitleWord(prefixes[0]);
  if (main->Find("suffix") != nullptr) Miss("name.suffix");
  if (patient_.family.empty() && patient_.given.empty()) {
    // Only as one text: its last word is the family's.
    const std::string text = CleanText(*main, "text");
    const std::size_t blank = text.rfind(' ');
    patient_.family = blank == std::string::npos ? text : text.substr(blank + 1);
    if (blank != std::string::npos) patient_.given = Clean(text.substr(0, blank));
  }

  const Value* called = with_use("nickname");
  if (called == nullptr) called = with_use("usual");
  if (called != nullptr && called != main) {
    const std::vector<std::string> names_called = Strings(*called, "given");
    const std::string text = CleanText(*called, "text");
    patient_.preferred = names_called.empty() ? text.substr(0, text.find(' ')) : names_called[0];
  }
  for (const Value& name : names) {
    if (&name == main || &name == called) continue;
    Miss("name with use " + std::string(name.Text("use")));
  }
}

void Reader::ReadGender() {
  const std::string_view gender = resource_.Text("gender");
  if (gender == "female") patient_.sex = "Female";
  if (gender == "male") patient_.sex = "Male";
  if (gender == "other") patient_.sex = "Other";
}

// A day, whatever precision the text has. INFERRED: Best Practice's date columns hold whole days
// only, and a practice that knows the year alone types the first of January.
std::string Reader::DateOf(std::string_view text, std::string_view what) {
  std::string day(Trim(text).substr(0, 10));
  if (day.size() == 4) day += "-01";
  if (day.size() == 7) day += "-01";
  if (!ParseDate(day)) {
    if (!text.empty()) Miss(std::string(what) + " that is no date");
    return "";
  }
  if (Trim(text).size() < 10) Miss(std::string(what) + " without a day");
  return day;
}

void Reader::ReadDates() {
  patient_.birth_date = DateOf(resource_.Text("birthDate"), "birthDate");
  patient_.death_date = DateOf(resource_.Text("deceasedDateTime"), "deceasedDateTime");
  if (resource_.Text("deceasedDateTime").size() > 10) Miss("deceasedDateTime: time of day");
  const Value* dead = resource_.Find("deceasedBoolean");
  if (dead != nullptr && dead->boolean() != nullptr && *dead->boolean()) {
    patient_.active = false;
    Miss("deceasedBoolean");
  }
  const Value* active = resource_.Find("active");
  if (active != nullptr && active->boolean() != nullptr && !*active->boolean()) {
    patient_.active = false;
  }
  if (resource_.Find("_birthDate") != nullptr) Miss("birthDate extension");
}

void Reader::ReadMedicare(const Value& identifier, const std::string& value) {
  if (!patient_.medicare.empty()) return Miss("a second Medicare number");
  const std::string digits = DigitsOnly(value);
  if (digits.size() == 10 || digits.size() == 11) {
    patient_.medicare = digits.substr(0, 10);
    patient_.medicare_line = digits.substr(10);
  } else {
    patient_.medicare = value;  // as mistyped as it came
  }
  const Value* period = identifier.Find("period");
  const std::string_view end = period == nullptr ? std::string_view() : period->Text("end");
  if (end.empty()) return;
  const bool shaped = end.size() >= 7 && end[4] == '-' && DigitsOnly(end.substr(0, 7)).size() == 6;
  if (!shaped) return Miss("Medicare expiry that is no month");
  patient_.medicare_expiry = std::string(end.substr(5, 2)) + '/' + std::string(end.substr(0, 4));
  if (end.size() > 7) Miss("Medicare expiry: day");
}

void Reader::ReadDva(const Value& identifier, const std::string& value) {
  if (!patient_.dva_number.empty()) return Miss("a second DVA number");
  patient_.dva_number = AsciiUpper(value);
  if (HasTypeCode(identifier, "DVG")) {
    patient_.dva_color = "Gold";
  } else if (HasTypeCode(identifier, "DVW")) {
    patient_.dva_color = "White";
  } else if (HasTypeCode(identifier, "DVO")) {
    patient_.dva_color = "Orange";
  } else {
    Miss("DVA card without a colour that Best Practice knows");
  }
}

void Reader::ReadIdentifier(const Value& identifier) {
  const std::string value = CleanText(identifier, "value");
  const std::string_view system = identifier.Text("system");
  if (value.empty()) return;
  if (identifier.Text("use") == "old") return Miss("identifier with use old");

  const bool ours = system.starts_with(kNs);
  const std::string_view kind = ours ? system.substr(kNs.size()) : std::string_view();
  if (kind == "hi/ihi/1.0") {
    const std::string digits = DigitsOnly(value);
    return Fill(patient_.individual_number, digits.size() == 16 ? digits : value, "IHI");
  }
  if (kind == "medicare-number") return ReadMedicare(identifier, value);
  if (kind == "dva") return ReadDva(identifier, value);

  const bool senior =
      kind.find("senior") != std::string_view::npos || HasTypeCode(identifier, "SEN");
  const bool pensioner = kind.find("pension") != std::string_view::npos;
  if (senior || pensioner || kind == "centrelink-customer-reference-number" ||
      kind.find("health-care-card") != std::string_view::npos || HasTypeCode(identifier, "HC")) {
    if (patient_.pension_number.empty()) {
      patient_.pension_kind = senior      ? "Commonwealth Seniors Health Card"
                              : pensioner ? "Pensioner Concession Card"
                                          : "Health Care Card";
    }
    return Fill(patient_.pension_number, AsciiUpper(value), "concession card");
  }
  if (HasTypeCode(identifier, "MR")) {
    // Half a record number would be another's: a longer one is left out.
    if (value.size() > kRecordNumberWidth) return Miss("record number longer than 10 characters");
    return Fill(patient_.record_number, value, "record number");
  }
  Miss("identifier " + std::string(system.empty() ? "without a system" : system));
}

void Reader::ReadIdentifiers() {
  for (const Value& identifier : List(resource_, "identifier")) ReadIdentifier(identifier);
}

void Reader::ReadTelecom() {
  for (const Value& contact : List(resource_, "telecom")) {
    const std::string value = CleanText(contact, "value");
    const std::string_view system = contact.Text("system"), use = contact.Text("use");
    if (value.empty()) continue;
    if (use == "old") {
      Miss("telecom with use old");
    } else if (system == "email") {
      Fill(patient_.email, value, "e-mail address");
    } else if (system == "phone" || system == "sms") {
      const std::string digits = DigitsOnly(value);
      const bool mobile = use == "mobile" || system == "sms" ||
                          (use.empty() && (digits.starts_with("04") || digits.starts_with("614")));
      if (mobile) {
        Fill(patient_.mobile_phone, value, "mobile phone");
      } else if (use == "work") {
        Fill(patient_.work_phone, value, "work phone");
      } else {
        Fill(patient_.home_phone, value, "home phone");
      }
    } else {
      Miss("telecom " + std::string(system));
    }
  }
}

ClinicAddress AddressOf(const Value& value) {
  ClinicAddress address;
  const std::vector<std::string> lines = Strings(value, "line");
  if (!lines.empty()) address.line1 = lines[0];
  address.line2 = Joined(lines, 1, ", ");
  address.city = CleanText(value, "city");
  address.postcode = CleanText(value, "postalCode");
  if (address.line1.empty() && address.city.empty()) address.line1 = CleanText(value, "text");
  return address;
}

void Reader::ReadAddresses() {
  const Value* home = nullptr;
  const Value* postal = nullptr;
  for (const Value& address : List(resource_, "address")) {
    const std::string_view use = address.Text("use");
    if (use == "old") {
      Miss("address with use old");
    } else if (address.Text("type") == "postal") {
      postal == nullptr ? void(postal = &address) : Miss("a second postal address");
    } else if (home == nullptr || (use == "home" && home->Text("use") != "home")) {
      if (home != nullptr) Miss("a second address");
      home = &address;
    } else {
      Miss("a second address");
    }
  }
  for (const Value* address : {home, postal}) {
    if (address == nullptr) continue;
    (address == home ? patient_.address : patient_.postal) = AddressOf(*address);
    for (const char* part : {"state", "district", "period"}) {
      if (address->Find(part) != nullptr) Miss(std::string("address.") + part);
    }
    for (const Value& extension : List(*address, "extension")) {
      Miss("address extension " + std::string(LastPart(extension.Text("url"))));
    }
  }
  if (home != nullptr) patient_.country = CleanText(*home, "country");
}

void Reader::ReadExtensions() {
  for (const Value& extension : List(resource_, "extension")) {
    const std::string_view url = extension.Text("url");
    const Value* coding = extension.Find("valueCoding");
    const std::string_view code = coding == nullptr ? std::string_view() : coding->Text("code");
    if (url == "http://hl7.org.au/fhir/StructureDefinition/indigenous-status") {
      if (code == "1") patient_.ethnicity = "Aboriginal";
      if (code == "2") patient_.ethnicity = "Torres Strait Islander";
      if (code == "3") patient_.ethnicity = "Aboriginal/Torres Strait Islander";
      if (code == "4") patient_.ethnicity = "Non Aboriginal/Torres Strait Islander";
      if (code == "9") patient_.ethnicity = "Not provided";
      if (!patient_.ethnicity.empty()) continue;
    }
    Miss("extension " + std::string(LastPart(url)));
  }
}

}  // namespace

Result<ClinicPatient> ClinicPatientFromFhir(std::string_view resource, NoColumn* no_column) {
  Result<Value> parsed = json::Parse(resource);
  if (!parsed) return WithContext(std::move(parsed).error(), "not JSON");
  if (!parsed->is_object()) return MakeError(Fault::kProtocol, "no JSON object");
  const std::string_view type = parsed->Text("resourceType");
  if (type != "Patient") {
    return MakeError(Fault::kProtocol, type.empty()
                                           ? std::string("no resourceType: not a FHIR resource")
                                           : Clean(type.substr(0, 40)) + ", not Patient");
  }
  NoColumn unused;
  return Reader(*parsed, no_column == nullptr ? unused : *no_column).Read();
}

}  // namespace pons::best_practice::sandbox
