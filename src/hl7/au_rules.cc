// SPDX-License-Identifier: Apache-2.0
#include "hl7/au_rules.h"

#include <algorithm>
#include <array>

#include "crypto/crypto.h"
#include "hl7/times.h"
#include "model/au_identifiers.h"

namespace pons::hl7 {
namespace {

namespace au = model::au;

std::string_view Value(const Repetition& repetition, std::size_t component) {
  if (repetition.size() < component || repetition[component - 1].empty()) return {};
  return repetition[component - 1][0];
}

const Field& FieldOf(const Segment& segment, std::size_t number) {
  static const Field kNone;
  return segment.fields.size() < number ? kNone : segment.fields[number - 1];
}

std::string_view First(const Segment& segment, std::size_t number, std::size_t component = 1) {
  const auto& field = FieldOf(segment, number);
  return field.empty() ? std::string_view() : Value(field[0], component);
}

bool OneOf(std::string_view value, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), value) != all.end();
}

class Checker {
 public:
  Checker(const Message& message, std::string_view raw) : message_(message), raw_(raw) {}

  std::vector<Finding> Run() {
    type_ = Get(message_, "MSH-9");
    Bytes();
    Header();
    for (std::size_t i = 0; i < message_.segments.size(); ++i) {
      const auto& segment = message_.segments[i];
      at_ = segment.name;
      std::size_t nth = 1;
      for (std::size_t j = 0; j < i; ++j) nth += message_.segments[j].name == segment.name ? 1 : 0;
      if (nth > 1) at_ += "[" + std::to_string(nth) + "]";
      Allowed(segment);
      Times(segment);
      if (segment.name == "PID") Patient(segment);
      if (segment.name == "ORC") Order(segment);
      if (segment.name == "OBR") Request(segment, i);
      if (segment.name == "OBX") Observation(segment);
      if (segment.name == "PRD") roles_.push_back(&segment);
    }
    Whole();
    return std::move(findings_);
  }

 private:
  void Add(std::string path, std::string text) {
    findings_.push_back({std::move(path), std::move(text)});
  }
  void AddHere(std::size_t field, std::string text) {
    Add(at_ + "-" + std::to_string(field), std::move(text));
  }
  void Want(bool right, const char* path, const char* text) {
    if (!right) Add(path, text);
  }
  bool Clinical() const { return OneOf(type_, {"ORU", "ORM", "REF", "RRI"}); }

  void Bytes() {
    Want(raw_.starts_with("MSH|^~\\&|"), "MSH-2", "the separators are not | and ^~\\&");
    Want(raw_.find('\n') == std::string_view::npos, "MSH",
         "segments end with LF or CRLF instead of CR");
    Want(raw_.ends_with('\r') || raw_.ends_with('\n'), "MSH", "the last segment has no end");
    for (const char code : {'X', 'C', 'M'}) {
      const std::string escape = std::string("\\") + code;
      for (auto at = raw_.find(escape); at != std::string_view::npos;
           at = raw_.find(escape, at + 1)) {
        const auto end = raw_.find('\\', at + 2);
        const auto digits = raw_.substr(at + 2, end == std::string_view::npos ? 0 : end - at - 2);
        const bool hex = !digits.empty() && digits.find_first_not_of("0123456789ABCDEFabcdef") ==
                                                std::string_view::npos;
        if (!hex) continue;
        Add("MSH", std::string("the escape \\") + code + "..\\ is not allowed");
        break;
      }
    }
  }

  void Header() {
    const auto value = [&](const char* path) { return Get(message_, path); };
    Want(!value("MSH-3").empty(), "MSH-3", "the sending application is missing");
    Want(!value("MSH-4").empty(), "MSH-4", "the sending facility is missing");
    Want(!value("MSH-7").empty(), "MSH-7", "the time is missing");
    Want(!value("MSH-9").empty() && !value("MSH-9.2").empty() && !value("MSH-9.3").empty(), "MSH-9",
         "needs three components, as ORU^R01^ORU_R01");
    Want(!value("MSH-10").empty(), "MSH-10", "the control id is missing");
    Want(value("MSH-10").size() <= 20, "MSH-10", "has more than 20 characters");
    Want(value("MSH-11") == "P", "MSH-11", "should be P, production");
    Want(value("MSH-12") == "2.4", "MSH-12", "should begin with 2.4");
    Want(value("MSH-12.2") == "AUS" && value("MSH-12.3").starts_with("HL7AU-OO-"), "MSH-12",
         "names no Australian profile, as 2.4^AUS&Australia&ISO3166_1^HL7AU-OO-201701&&L");
    if (Clinical()) {
      Want(value("MSH-15") == "AL", "MSH-15", "should be AL");
      Want(value("MSH-16") == "AL", "MSH-16", "should be AL");
    }
    Want(value("MSH-17") == "AUS", "MSH-17", "should be AUS");
    Want(OneOf(value("MSH-18"), {"", "ASCII", "8859/1", "UNICODE UTF-8"}), "MSH-18",
         "should be empty, ASCII, 8859/1 or UNICODE UTF-8");
    Want(value("MSH-19") == "en" && value("MSH-19.3") == "ISO639", "MSH-19",
         "should be en^English^ISO639");
    Want(value("MSH-20").empty(), "MSH-20", "is not used");
  }

  void Allowed(const Segment& segment) {
    if (segment.name == "NTE") Add(at_, "NTE segments are not allowed");
    if (segment.name.front() == 'Z') Add(at_, "Z segments are not allowed");
    if (type_ == "REF" &&
        OneOf(segment.name, {"ACC", "AUT", "CTD", "DRG", "DSC", "DSP", "GT1", "IN2", "PR1"})) {
      Add(at_, "is not allowed in a referral");
    }
  }

  // Every field of ours that is a timestamp.
  void Times(const Segment& segment) {
    struct Place {
      std::string_view segment;
      std::size_t field;
    };
    constexpr std::array<Place, 10> kPlaces = {{{"MSH", 7},
                                                {"PID", 7},
                                                {"ORC", 9},
                                                {"OBR", 6},
                                                {"OBR", 7},
                                                {"OBR", 8},
                                                {"OBR", 14},
                                                {"OBR", 22},
                                                {"OBX", 14},
                                                {"EVN", 2}}};
    for (const auto& place : kPlaces) {
      if (place.segment != segment.name) continue;
      const auto text = First(segment, place.field);
      if (text.empty() || text == kDelete) continue;
      if (!IsTimestamp(text)) {
        AddHere(place.field, "is no timestamp, as 20260504101500+1000");
      } else if (!SaysItsOffset(text)) {
        AddHere(place.field, "has no time zone, as +1000 at its end");
      }
    }
  }

  void Patient(const Segment& pid) {
    if (First(pid, 1).empty()) AddHere(1, "the set id is missing");
    if (FieldOf(pid, 3).empty()) AddHere(3, "the patient has no identifier");
    for (const auto& number : FieldOf(pid, 3)) {
      if (Value(number, 1).empty() || Value(number, 4).empty() || Value(number, 5).empty()) {
        AddHere(3, "each identifier needs .1 id, .4 who gave it, .5 its kind");
      }
      CheckNumber(3, Value(number, 1), Value(number, 4), Value(number, 5));
    }
    if (First(pid, 5).empty()) AddHere(5, "the family name is missing");
  }

  void CheckNumber(std::size_t field, std::string_view id, std::string_view authority,
                   std::string_view kind) {
    const auto bad = [](const au::Checked& checked) { return checked.state != au::State::kValid; };
    if (id.empty()) return;
    if (authority == "AUSHIC" && kind == "MC" && bad(au::CheckMedicare(id))) {
      AddHere(field, "the Medicare number fails its check");
    }
    if (authority == "AUSHIC" && kind == "NI" && bad(au::CheckIhi(id))) {
      AddHere(field, "the IHI fails its check");
    }
    if (authority == "AUSDVA" && bad(au::CheckDva(id))) {
      AddHere(field, "the DVA number has not the shape of one");
    }
    if (authority == "AUSHICPR" && bad(au::CheckProviderNumber(id))) {
      AddHere(field, "the provider number fails its check");
    }
  }

  void EntityId(const Segment& segment, std::size_t number) {
    const auto& field = FieldOf(segment, number);
    if (field.empty()) return;
    for (std::size_t i = 1; i <= 4; ++i) {
      if (!Value(field[0], i).empty()) continue;
      AddHere(number, "needs all four components: id, name space, universal id, its type");
      return;
    }
  }

  void Order(const Segment& orc) {
    for (const std::size_t field : {2u, 3u, 4u}) EntityId(orc, field);
    if (type_ == "REF" && !FieldOf(orc, 24).empty()) AddHere(24, "is not used in a referral");
  }

  void Request(const Segment& obr, std::size_t index) {
    if (First(obr, 3).empty()) AddHere(3, "the report id is missing");
    if (First(obr, 3).size() > 20) AddHere(3, "receivers keep 20 characters of the id");
    EntityId(obr, 2);
    EntityId(obr, 3);
    if (First(obr, 4).empty() || First(obr, 4, 3).empty()) {
      AddHere(4, "needs a code and its coding system");
    }
    for (const auto& doctor : FieldOf(obr, 16)) {
      if (Value(doctor, 1).empty() || Value(doctor, 2).empty() || Value(doctor, 9).empty() ||
          Value(doctor, 10).empty() || Value(doctor, 13).empty()) {
        AddHere(16,
                "a doctor needs .1 number, .2 family name, .9 who gave the number, .10 L, "
                ".13 its kind");
      }
      CheckNumber(16, Value(doctor, 1), Value(doctor, 9), "");
    }
    if (First(obr, 24).empty()) AddHere(24, "the section is missing, as PHY");
    if (First(obr, 25).empty()) AddHere(25, "the status is missing, as F");
    if (!FieldOf(obr, 26).empty()) AddHere(26, "is not used");
    if (!FieldOf(obr, 29).empty()) AddHere(29, "is not used");
    Display(index);
  }

  // The observations of one request: at least one shows the whole report, and it comes last.
  void Display(std::size_t index) {
    const Segment* last = nullptr;
    bool any = false;
    for (std::size_t i = index + 1; i < message_.segments.size(); ++i) {
      const auto& segment = message_.segments[i];
      if (segment.name == "OBR" || segment.name == "ORC" || segment.name == "PID") break;
      if (segment.name != "OBX") continue;
      last = &segment;
      any = any || First(segment, 3, 3) == "AUSPDI";
    }
    if (!any) {
      Add(at_,
          "no observation below it shows the report (OBX-3 as PDF^Display format in "
          "PDF^AUSPDI)");
    } else if (First(*last, 3, 3) != "AUSPDI") {
      Add(at_, "the observation that shows the report is not the last one");
    }
  }

  void Observation(const Segment& obx) {
    const auto type = First(obx, 2);
    if (type == "TX" && type_ != "RRI") AddHere(2, "TX is not allowed; FT is");
    if (First(obx, 3).empty() || First(obx, 3, 3).empty()) {
      AddHere(3, "needs a code and its coding system");
    }
    if (First(obx, 11).empty()) AddHere(11, "the status is missing, as F");
    if (type != "ED") return;
    for (const std::size_t component : {2u, 3u, 4u, 5u}) {
      if (!First(obx, 5, component).empty()) continue;
      AddHere(5, "a document needs .2 type, .3 subtype, .4 Base64, .5 its data");
      return;
    }
    const auto bytes = crypto::FromBase64(First(obx, 5, 5));
    if (!bytes) {
      AddHere(5, "the data is not Base64 in one run");
    } else if (First(obx, 3) == "PDF" && !bytes->starts_with("%PDF-")) {
      AddHere(5, "the document does not begin as a PDF does");
    }
  }

  void Whole() {
    if (type_ == "ORU") {
      Want(Find(message_, "PID") != nullptr, "PID", "the patient is missing");
      Want(Find(message_, "OBR") != nullptr, "OBR", "the report is missing");
    }
    if (type_ != "REF") return;
    Want(Find(message_, "RF1") != nullptr, "RF1", "the referral is missing");
    Want(!Get(message_, "RF1-6").empty(), "RF1-6", "the referral has no id");
    Want(Find(message_, "PV1") != nullptr, "PV1", "the visit is missing");
    std::size_t authors = 0;
    std::size_t recipients = 0;
    for (const auto* role : roles_) {
      for (const auto& one : FieldOf(*role, 1)) {
        authors += Value(one, 1) == "AP" ? 1 : 0;
        recipients += Value(one, 1) == "IR" ? 1 : 0;
        if (Value(one, 1) == "IR" && FieldOf(*role, 7).empty()) {
          Add("PRD-7", "the intended recipient has no identifier");
        }
      }
    }
    Want(authors == 1, "PRD-1", "needs one authoring provider (AP)");
    Want(recipients == 1, "PRD-1", "needs one intended recipient (IR)");
  }

  const Message& message_;
  std::string_view raw_;
  std::string_view type_;
  std::string at_;  // the segment looked at
  std::vector<const Segment*> roles_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> BreaksOfAustralianRules(const Message& message, std::string_view raw) {
  return Checker(message, raw).Run();
}

}  // namespace pons::hl7
