// SPDX-License-Identifier: Apache-2.0
#include "hl7/report_message.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"
#include "hl7/charset.h"
#include "hl7/message.h"
#include "hl7/times.h"

namespace pons::hl7 {
namespace {

constexpr std::size_t kLongestId = 20;  // MSH-10, and what receivers keep of OBR-3.1
constexpr std::string_view kHpioOid = "1.2.36.1.2001.1003.0.";

Error CannotSend(std::string_view field, std::string_view why) {
  return MakeError(Fault::kRejected, std::string(field) + " " + std::string(why));
}

std::string VersionOf(MessageVersion version) {
  switch (version) {
    case MessageVersion::kAustralian:
    case MessageVersion::kPlain24:
      return "2.4";
    case MessageVersion::kPlain231:
      return "2.3.1";
  }
  return {};
}

std::string NameOf(CharacterSet set) {
  switch (set) {
    case CharacterSet::kAscii:
      return "ASCII";
    case CharacterSet::kLatin1:
      return "8859/1";
    case CharacterSet::kUtf8:
      return "UNICODE UTF-8";
  }
  return {};
}

std::string Digits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ') out += c;
  }
  const bool digits =
      std::all_of(out.begin(), out.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? out : std::string();
}

Result<void> CheckId(std::string_view field, std::string_view id) {
  if (id.empty()) return CannotSend(field, "is empty");
  if (id.size() > kLongestId) return CannotSend(field, "has more than 20 characters");
  for (const char c : id) {
    if (c <= ' ' || c > '~' || std::string_view("|^~\\&").find(c) != std::string_view::npos) {
      return CannotSend(field, "has a character that is not sent in ids");
    }
  }
  return Ok();
}

Result<void> Check(const ReportMessage& message) {
  PONS_TRY(CheckId("MSH-10 (control_id)", message.control_id));
  PONS_TRY(CheckId("OBR-3 (report_id)", message.report_id));
  if (Trim(message.sending_application).empty()) {
    return CannotSend("MSH-3 (sending_application)", "is empty");
  }
  if (Trim(message.patient.family).empty()) {
    return CannotSend("PID-5 (patient.family)", "is empty");
  }
  if (message.pdf.empty()) return CannotSend("OBX-5 (pdf)", "is empty");
  return Ok();
}

// Fills one message. Every text of the caller goes through Text, into the receiver's character set.
class Builder {
 public:
  Builder(const ReportMessage& in, const ReportStyle& style, const PracticeZone& zone)
      : in_(in), style_(style), zone_(zone) {}

  Message Make() {
    Header();
    Patient();
    Visit();
    Order();
    Request();
    std::size_t number = 0;
    if (style_.text_display) TextDisplay(++number);
    PdfDisplay(++number);
    return std::move(out_);
  }

 private:
  std::string Text(std::string_view text) const {
    switch (style_.character_set) {
      case CharacterSet::kAscii:
        return ToAscii(text);
      case CharacterSet::kLatin1:
        return ToLatin1(text);
      case CharacterSet::kUtf8:
        return ToValidUtf8(text);
    }
    return {};
  }
  // Names and the like have no line breaks of their own: one inside becomes a blank.
  std::string OneLine(std::string_view text) const {
    std::string line = Text(Trim(text));
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool second = line[i] == '\n' && i > 0 && line[i - 1] == '\r';
      if (!second) out += line[i] == '\r' || line[i] == '\n' ? ' ' : line[i];
    }
    return out;
  }

  // Puts `value` at `path`, and nothing where it is empty.
  void Put(const char* path, std::string value) {
    if (!value.empty()) Set(out_, path, std::move(value));
  }
  void PutField(const Path& path, Field field) {
    Set(out_, path, {});
    auto& segment = out_.segments.back();
    PONS_CHECK(segment.name == path.segment);
    segment.fields[path.field - 1] = std::move(field);
  }

  void Header() {
    Put("MSH-3", OneLine(in_.sending_application));
    Put("MSH-4.1", OneLine(in_.sending_facility));
    if (const auto hpio = Digits(in_.sending_hpio); hpio.size() == 16) {
      Put("MSH-4.2", std::string(kHpioOid) + hpio);
      Put("MSH-4.3", "ISO");
    }
    Put("MSH-5", OneLine(in_.receiving_application));
    Put("MSH-6", OneLine(in_.receiving_facility));
    Put("MSH-7", Timestamp(in_.sent, zone_));
    PutField("MSH-9", Components({"ORU", "R01", "ORU_R01"}));
    Put("MSH-10", in_.control_id);
    Put("MSH-11", "P");
    Put("MSH-12.1", VersionOf(style_.version));
    if (style_.version == MessageVersion::kAustralian) {
      Put("MSH-12.2.1", "AUS");
      Put("MSH-12.2.2", "Australia");
      Put("MSH-12.2.3", "ISO3166_1");
      Put("MSH-12.3.1", "HL7AU-OO-201701");
      Put("MSH-12.3.3", "L");
    }
    Put("MSH-15", style_.acknowledge == Acknowledge::kNeNe ? "NE" : "AL");
    Put("MSH-16", style_.acknowledge == Acknowledge::kAlAl ? "AL" : "NE");
    Put("MSH-17", "AUS");
    Put("MSH-18", NameOf(style_.character_set));
    PutField("MSH-19", Components({"en", "English", "ISO639"}));
  }

  // PID-3: a number, who gave it, and what kind it is.
  static void AddNumber(Field& field, std::string number, std::string authority, std::string kind) {
    if (number.empty()) return;
    field.push_back(
        Components({std::move(number), "", "", std::move(authority), std::move(kind)})[0]);
  }
  Field Numbers() const {
    Field field;
    AddNumber(field, OneLine(in_.patient_number), OneLine(in_.sending_facility), "MR");
    const auto medicare = Digits(in_.medicare_number);
    if (medicare.size() == 10 || medicare.size() == 11) {
      AddNumber(field, medicare, "AUSHIC", "MC");
    }
    if (const auto ihi = Digits(in_.ihi); ihi.size() == 16) AddNumber(field, ihi, "AUSHIC", "NI");
    // The kind of card is not told here: DVAU is "not known".
    if (const auto dva = OneLine(in_.dva_number); dva.size() >= 3 && dva.size() <= 9) {
      AddNumber(field, dva, "AUSDVA", "DVAU");
    }
    return field;
  }
  Field Phones() const {
    Field field;
    const auto add = [&](std::string_view number, const char* equipment) {
      const auto text = OneLine(number);
      if (text.empty()) return;
      field.push_back(Components({"", "PRN", equipment, "", "", "", text})[0]);
    };
    add(in_.home_phone, "PH");
    add(in_.mobile_phone, "CP");
    return field;
  }
  void Patient() {
    Put("PID-1", "1");
    PutField("PID-3", Numbers());
    const auto& name = in_.patient;
    PutField("PID-5", Components({OneLine(name.family), OneLine(name.given), OneLine(name.middle),
                                  "", OneLine(name.prefix), "", "L"}));
    if (in_.birth_date) Put("PID-7", DayOf(*in_.birth_date));
    Put("PID-8",
        std::string(1, in_.sex == 'M' || in_.sex == 'F' || in_.sex == 'O' ? in_.sex : 'U'));
    const auto street = OneLine(in_.street);
    const auto suburb = OneLine(in_.suburb);
    const auto state = OneLine(in_.state);
    const auto postcode = OneLine(in_.postcode);
    if (!(street + suburb + state + postcode).empty()) {
      PutField("PID-11", Components({street, "", suburb, state, postcode, "AUS", "H"}));
    }
    PutField("PID-13", Phones());
  }

  // The doctor as OBR-16 wants it; empty where nobody is named.
  Field Doctor() const {
    const auto& name = in_.doctor;
    const auto family = OneLine(name.family);
    const auto number = style_.provider_number ? OneLine(in_.provider_number) : std::string();
    if (family.empty() && number.empty()) return {};
    std::vector<std::string> parts = {
        number, family, OneLine(name.given), OneLine(name.middle), "", OneLine(name.prefix)};
    if (number.empty()) {
      parts.insert(parts.end(), {"", "", "", "L"});
    } else {
      parts.insert(parts.end(), {"", "", "AUSHICPR", "L", "", "", "UPIN"});
    }
    return Components(std::move(parts));
  }
  void Visit() {
    Put("PV1-1", "1");
    Put("PV1-2", "O");
    if (style_.doctor_in_pv1) PutField("PV1-9", Doctor());
  }

  Field ReportId() const {
    return Components(
        {in_.report_id, OneLine(in_.sending_application), OneLine(in_.id_domain), "DNS"});
  }
  void Order() {
    Put("ORC-1", "RE");
    PutField("ORC-3", ReportId());
    Put("ORC-5", "CM");
  }
  void Request() {
    Put("OBR-1", "1");
    PutField("OBR-3", ReportId());
    PutField("OBR-4",
             Components({OneLine(in_.code), OneLine(in_.title), OneLine(in_.code_system)}));
    Put("OBR-7", Timestamp(in_.observed, zone_));
    PutField("OBR-16", Doctor());
    Put("OBR-22", Timestamp(in_.reported, zone_));
    Put("OBR-24", "PHY");
    Put("OBR-25", Status());
  }
  std::string Status() const { return in_.corrected ? "C" : "F"; }

  void Display(std::size_t number, const char* type, Field kind, Field value) {
    out_.segments.push_back({"OBX", {}});
    auto& fields = out_.segments.back().fields;
    fields.resize(14);
    fields[0] = One(std::to_string(number));
    fields[1] = One(type);
    fields[2] = std::move(kind);
    fields[4] = std::move(value);
    fields[10] = One(Status());
    fields[13] = One(Timestamp(in_.reported, zone_));
  }
  void TextDisplay(std::size_t number) {
    Display(number, "FT", Components({"TXT", "Display format in TXT", "AUSPDI"}),
            One(Text(in_.text.empty() ? in_.title : in_.text)));
  }
  void PdfDisplay(std::size_t number) {
    const bool capital = style_.capital_application;
    Display(number, "ED", Components({"PDF", "Display format in PDF", "AUSPDI"}),
            Components({"", capital ? "Application" : "application", capital ? "PDF" : "pdf",
                        "Base64", crypto::Base64(in_.pdf)}));
  }

  const ReportMessage& in_;
  const ReportStyle& style_;
  const PracticeZone& zone_;
  Message out_;
};

std::string WithLineFeeds(const std::string& text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (const char c : text) {
    out += c;
    if (c == '\r') out += '\n';
  }
  return out;
}

}  // namespace

Result<std::string> BuildReport(const ReportMessage& message, const ReportStyle& style,
                                const PracticeZone& zone) {
  PONS_TRY(Check(message));
  PONS_ASSIGN(auto text, Build(Builder(message, style, zone).Make()));
  // A built message has no CR except at the ends of its segments.
  return style.segment_end == SegmentEnd::kCrLf ? WithLineFeeds(text) : std::move(text);
}

}  // namespace pons::hl7
