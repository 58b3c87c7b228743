// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/hl7_reading.h"

#include <array>
#include <optional>

#include "base/text.h"

namespace pons::best_practice::sandbox {
namespace {

constexpr std::size_t kMostReports = 1000;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Whatever is not UTF-8 was written on a machine of the Windows 1252 kind, as most of them are.
std::string ToUtf8(std::string text) {
  if (IsValidUtf8(text)) return text;
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

struct Separators {
  char field = '|', component = '^', repetition = '~', escape = '\\', part = '&';
};

class Segment {
 public:
  Segment(std::string_view line, const Separators& by) : line_(line), by_(by) {
    fields_ = Split(line, by.field);
  }

  std::string_view name() const { return fields_[0]; }
  // Counted as HL7 counts, MSH-1 being the separator itself.
  std::string_view Field(std::size_t number) const {
    if (name() == "MSH") --number;
    return number < fields_.size() ? fields_[number] : std::string_view();
  }
  std::vector<std::string_view> Repetitions(std::size_t number) const {
    return Split(Field(number), by_.repetition);
  }
  static std::string_view Nth(std::string_view text, char separator, std::size_t number) {
    while (--number > 0) {
      const std::size_t at = text.find(separator);
      if (at == std::string_view::npos) return {};
      text.remove_prefix(at + 1);
    }
    return text.substr(0, text.find(separator));
  }
  std::string_view RawComponent(std::string_view repetition, std::size_t number) const {
    return Nth(repetition, by_.component, number);
  }
  // First part of a component, unescaped.
  std::string Component(std::string_view repetition, std::size_t number) const {
    return Text(Nth(RawComponent(repetition, number), by_.part, 1));
  }
  // The same of a field's first repetition.
  std::string Get(std::size_t field, std::size_t component = 1) const {
    return Component(Nth(Field(field), by_.repetition, 1), component);
  }

  // Escapes resolved. What is unknown between two escape characters is formatting, and goes.
  std::string Text(std::string_view raw) const {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const std::size_t end =
          raw[i] == by_.escape ? raw.find(by_.escape, i + 1) : std::string_view::npos;
      if (end == std::string_view::npos) {
        out += raw[i];
        continue;
      }
      Escape(raw.substr(i + 1, end - i - 1), out);
      i = end;
    }
    return ToUtf8(std::string(Trim(out)));
  }

 private:
  void Escape(std::string_view code, std::string& out) const {
    if (code == "F") out += by_.field;
    if (code == "S") out += by_.component;
    if (code == "T") out += by_.part;
    if (code == "R") out += by_.repetition;
    if (code == "E") out += by_.escape;
    if (code.starts_with(".br") || code.starts_with(".sp")) out += '\n';
    if (code.empty() || (code[0] != 'X' && code[0] != 'x')) return;
    for (std::size_t i = 1; i + 1 < code.size(); i += 2) {
      const int high = HexDigit(code[i]), low = HexDigit(code[i + 1]);
      if (high < 0 || low < 0) return;
      out += static_cast<char>(high * 16 + low);
    }
  }

  std::string_view line_;
  const Separators& by_;
  std::vector<std::string_view> fields_;
};

std::vector<std::string_view> Lines(std::string_view file) {
  std::vector<std::string_view> lines;
  while (!file.empty()) {
    const std::size_t end = file.find_first_of("\r\n");
    std::string_view line = file.substr(0, end);
    // A byte order mark, and the frame of a message that came over a socket.
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    while (!line.empty() && (line.front() == '\x0B' || line.front() == '\x1C'))
      line.remove_prefix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) lines.push_back(line);
    if (end == std::string_view::npos) break;
    file.remove_prefix(end + 1);
  }
  return lines;
}

std::string DigitsOf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= '0' && c <= '9') out += c;
  }
  return out;
}

// XTN: the number alone, or its parts.
std::string PhoneOf(const Segment& segment, std::string_view repetition) {
  if (auto number = segment.Component(repetition, 1); !number.empty()) return number;
  if (auto number = segment.Component(repetition, 12); !number.empty()) return number;
  return segment.Component(repetition, 6) + segment.Component(repetition, 7);
}

void TakePhones(const Segment& pid, ReadReport& report) {
  for (const std::string_view phone : pid.Repetitions(13)) {
    const std::string kind = pid.Component(phone, 3);
    if (EqualsIgnoringAsciiCase(kind, "Internet")) {
      report.email = pid.Component(phone, 4);
      if (report.email.empty()) report.email = pid.Component(phone, 1);
    } else if (EqualsIgnoringAsciiCase(kind, "CP")) {
      report.mobile_phone = PhoneOf(pid, phone);
    } else if (report.home_phone.empty()) {
      report.home_phone = PhoneOf(pid, phone);
    }
  }
  report.work_phone = PhoneOf(pid, Segment::Nth(pid.Field(14), '~', 1));
}

void TakePatient(const Segment& pid, ReadReport& report) {
  report.family = pid.Get(5, 1);
  report.given = pid.Get(5, 2);
  report.birth_date = pid.Get(7);
  report.sex = pid.Get(8);
  report.street = pid.Get(11, 1);
  report.city = pid.Get(11, 3);
  report.postcode = pid.Get(11, 5);
  TakePhones(pid, report);
  for (const std::string_view id : pid.Repetitions(3)) {
    const std::string number = pid.Component(id, 1), type = AsciiUpper(pid.Component(id, 5));
    if (type == "MC") {
      const std::string digits = DigitsOf(number);
      report.medicare = digits.substr(0, 10);
      report.medicare_line = digits.size() > 10 ? digits.substr(10, 1) : "";
    } else if (type == "NI") {
      report.individual_number = number;
    } else if (type.starts_with("DV")) {
      report.dva_number = number;
    } else if (report.record_number.empty()) {
      report.record_number = number;
    }
  }
}

ReadPerson PersonOf(const Segment& segment, std::size_t field) {
  ReadPerson person;
  for (const std::string_view one : segment.Repetitions(field)) {
    const std::string id = segment.Component(one, 1);
    if (person.family.empty()) {
      person.family = segment.Component(one, 2);
      person.given = segment.Component(one, 3);
      person.title = segment.Component(one, 6);
    }
    const bool health = AsciiUpper(segment.Component(one, 13)) == "NPI" ||
                        (id.size() == 16 && id.starts_with("80036"));
    std::string& place = health ? person.individual_number : person.provider_number;
    if (place.empty()) place = id;
  }
  return person;
}

ReadReport StartReport(const Segment& obr, const ReadReport& patient, const ReadPerson& visited,
                       const std::string& ordered) {
  ReadReport report = patient;
  report.requested_by = PersonOf(obr, 16);
  report.addressed_to = report.requested_by;
  // INFERRED: the doctor of the visit is who it is for where no one asked for it.
  if (report.addressed_to.family.empty() && report.addressed_to.provider_number.empty())
    report.addressed_to = visited;
  report.request_id = obr.Get(2);
  report.request_date = obr.Get(6).empty() ? ordered : obr.Get(6);
  report.report_id = obr.Get(3);
  report.test_code = obr.Get(4, 1);
  report.test_name = obr.Get(4, 2);
  if (report.test_name.empty()) report.test_name = obr.Get(4, 5);
  if (report.test_name.empty()) report.test_name = report.test_code;
  report.service_code = obr.Get(4, 4).empty() ? report.test_code : obr.Get(4, 4);
  report.collected = obr.Get(7);
  report.reported = obr.Get(22);
  report.status = obr.Get(25);
  return report;
}

// ED: source ^ type ^ subtype ^ encoding ^ data. Letters' case differs in the field, and some leave
// the first component out of the type ("Application^PDF" stands in 2 and 3 alike).
Result<void> TakeDocument(const Segment& obx, ReadReport& report) {
  const std::string_view value = obx.Field(5);
  const std::string type = AsciiLower(obx.Component(value, 2));
  const std::string subtype = AsciiLower(obx.Component(value, 3));
  const std::string encoding = AsciiLower(obx.Component(value, 4));
  const std::string_view data = obx.RawComponent(value, 5);
  if (data.empty()) return MakeError(Fault::kRejected, "OBX-5 of type ED has no data");
  if (encoding == "base64") {
    PONS_ASSIGN(report.content, DecodeBase64(data));
  } else if (encoding == "hex") {
    report.content.clear();
    for (std::size_t i = 0; i + 1 < data.size(); i += 2) {
      const int high = HexDigit(data[i]), low = HexDigit(data[i + 1]);
      if (high < 0 || low < 0) return MakeError(Fault::kRejected, "OBX-5 is not hex");
      report.content += static_cast<char>(high * 16 + low);
    }
  } else {
    report.content = obx.Text(data);
  }
  report.content_type =
      type.empty() || subtype.empty() ? "application/octet-stream" : type + "/" + subtype;
  return Ok();
}

Result<void> TakeObservation(const Segment& obx, ReadReport& report) {
  const std::string kind = obx.Get(2);
  if (const std::string flag = AsciiUpper(obx.Get(8)); !flag.empty() && flag != "N")
    report.abnormal = true;
  if (kind == "ED") return TakeDocument(obx, report);
  if (kind == "FT" || kind == "TX") {
    for (const std::string_view line : obx.Repetitions(5))
      report.text += (report.text.empty() ? "" : "\n") + obx.Text(line);
    return Ok();
  }
  ReadValue value;
  const std::string code = obx.Get(3, 1);
  value.name = obx.Get(3, 2).empty() ? code : obx.Get(3, 2);
  value.value = obx.Text(obx.Field(5));
  value.units = obx.Get(6);
  value.range = obx.Get(7);
  value.abnormal = obx.Get(8);
  if (obx.Get(3, 3) == "LN") value.loinc = code;
  report.values.push_back(std::move(value));
  return Ok();
}

// Goes through a file's segments; a report takes the patient and visit that stand before it.
class Reader {
 public:
  Result<void> Take(std::string_view line) {
    if (line.starts_with("MSH")) return Start(line);
    const Segment segment(line, by_);
    const std::string_view name = segment.name();
    // Envelopes of batches are looked through.
    if (name == "FHS" || name == "BHS" || name == "BTS" || name == "FTS") return Ok();
    if (messages.empty()) return MakeError(Fault::kRejected, "the file does not begin with MSH");
    ReadMessage& message = messages.back();
    if (name == "PID") {
      patient_ = ReadReport();
      visited_ = ReadPerson();
      TakePatient(segment, patient_);
      known_ = true;
    } else if (name == "PV1") {
      visited_ = PersonOf(segment, 9);
      if (visited_.family.empty()) visited_ = PersonOf(segment, 8);
    } else if (name == "ORC") {
      ordered_ = segment.Get(9);
    } else if (name == "OBR") {
      if (!known_) return MakeError(Fault::kRejected, "OBR stands before PID");
      if (message.reports.size() >= kMostReports)
        return MakeError(Fault::kRejected, "there are too many reports in one message");
      message.reports.push_back(StartReport(segment, patient_, visited_, ordered_));
    } else if (name == "OBX") {
      if (message.reports.empty()) return MakeError(Fault::kRejected, "OBX stands before OBR");
      return TakeObservation(segment, message.reports.back());
    }
    return Ok();
  }

  std::vector<ReadMessage> messages;

 private:
  Result<void> Start(std::string_view line) {
    if (line.size() < 8) return MakeError(Fault::kRejected, "MSH is too short");
    by_ = Separators();
    by_.field = line[3];
    const std::string_view marks = line.substr(4, line.find(by_.field, 4) - 4);
    char* const places[] = {&by_.component, &by_.repetition, &by_.escape, &by_.part};
    for (std::size_t i = 0; i < marks.size() && i < std::size(places); ++i) *places[i] = marks[i];
    const Segment msh(line, by_);
    ReadMessage message;
    message.application = msh.Get(3);
    message.facility = msh.Get(4);
    const std::string number = msh.Get(4, 2);
    message.facility_number = number.substr(number.rfind('.') + 1);
    message.control_id = msh.Get(10);
    const std::string kind = AsciiUpper(msh.Get(9));
    if (kind != "ORU" && kind != "REF")
      return MakeError(Fault::kRejected, "MSH-9 is neither ORU nor REF");
    messages.push_back(std::move(message));
    patient_ = ReadReport();
    visited_ = ReadPerson();
    ordered_.clear();
    known_ = false;
    return Ok();
  }

  Separators by_;
  ReadReport patient_;
  ReadPerson visited_;
  std::string ordered_;
  bool known_ = false;
};

}  // namespace

Result<std::vector<ReadMessage>> ReadResultFile(std::string_view file) {
  Reader reader;
  for (const std::string_view line : Lines(file)) PONS_TRY(reader.Take(line));
  if (reader.messages.empty()) return MakeError(Fault::kRejected, "there is no MSH");
  for (const ReadMessage& message : reader.messages) {
    if (message.reports.empty()) return MakeError(Fault::kRejected, "a message has no OBR");
  }
  return std::move(reader.messages);
}

std::string ControlIdOf(std::string_view file) {
  for (const std::string_view line : Lines(file)) {
    if (!line.starts_with("MSH") || line.size() < 8) continue;
    Separators by;
    by.field = line[3];
    by.component = line[4];
    return Segment(line, by).Get(10);
  }
  return {};
}

Result<std::string> DecodeBase64(std::string_view text) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<int, 256> value;
  value.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    value[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int>(i);
  std::string out;
  out.reserve(text.size() / 4 * 3);
  unsigned bits = 0;
  int held = 0, padding = 0;
  std::size_t characters = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    ++characters;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int six = value[static_cast<unsigned char>(c)];
    if (six < 0 || padding > 0) return MakeError(Fault::kRejected, "the data is not base64");
    bits = bits << 6 | static_cast<unsigned>(six);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xFF);
  }
  if (characters % 4 != 0 || padding > 2) {
    return MakeError(Fault::kRejected, "the base64 data is not whole");
  }
  return out;
}

}  // namespace pons::best_practice::sandbox
