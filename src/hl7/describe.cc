// SPDX-License-Identifier: Apache-2.0
#include "hl7/describe.h"

#include <map>

#include "crypto/crypto.h"
#include "hl7/charset.h"

namespace pons::hl7 {
namespace {

constexpr std::size_t kLongestShown = 200;

struct Named {
  std::string_view segment;
  std::size_t field;
  std::string_view name;
};

constexpr Named kNames[] = {
    {"MSH", 1, "field separator"},
    {"MSH", 2, "encoding characters"},
    {"MSH", 3, "sending application"},
    {"MSH", 4, "sending facility"},
    {"MSH", 5, "receiving application"},
    {"MSH", 6, "receiving facility"},
    {"MSH", 7, "sent at"},
    {"MSH", 9, "message type"},
    {"MSH", 10, "control id"},
    {"MSH", 11, "processing id"},
    {"MSH", 12, "version"},
    {"MSH", 15, "accept acknowledgement"},
    {"MSH", 16, "application acknowledgement"},
    {"MSH", 17, "country"},
    {"MSH", 18, "character set"},
    {"MSH", 19, "language"},
    {"MSA", 1, "acknowledgement code"},
    {"MSA", 2, "control id of the message answered"},
    {"MSA", 3, "text"},
    {"ERR", 1, "error code and place"},
    {"ERR", 2, "error place"},
    {"ERR", 3, "error code"},
    {"ERR", 4, "severity"},
    {"ERR", 8, "message for the user"},
    {"PID", 1, "set id"},
    {"PID", 2, "external patient id"},
    {"PID", 3, "patient identifiers"},
    {"PID", 5, "patient name"},
    {"PID", 7, "birth date"},
    {"PID", 8, "sex"},
    {"PID", 11, "address"},
    {"PID", 13, "home phone"},
    {"PID", 14, "business phone"},
    {"PID", 19, "Medicare number, as older messages have it"},
    {"PV1", 1, "set id"},
    {"PV1", 2, "patient class"},
    {"PV1", 3, "location"},
    {"PV1", 7, "attending doctor"},
    {"PV1", 8, "referring doctor"},
    {"PV1", 9, "consulting doctor"},
    {"ORC", 1, "order control"},
    {"ORC", 2, "placer's order number"},
    {"ORC", 3, "filler's order number"},
    {"ORC", 5, "order status"},
    {"ORC", 9, "ordered at"},
    {"OBR", 1, "set id"},
    {"OBR", 2, "placer's order number"},
    {"OBR", 3, "filler's order number (report id)"},
    {"OBR", 4, "service"},
    {"OBR", 6, "requested at"},
    {"OBR", 7, "observed at"},
    {"OBR", 16, "ordering provider (addressed to)"},
    {"OBR", 22, "reported at"},
    {"OBR", 24, "section"},
    {"OBR", 25, "status"},
    {"OBR", 28, "copies to"},
    {"OBR", 32, "principal interpreter"},
    {"OBX", 1, "set id"},
    {"OBX", 2, "value type"},
    {"OBX", 3, "observation"},
    {"OBX", 5, "value"},
    {"OBX", 6, "units"},
    {"OBX", 7, "reference range"},
    {"OBX", 8, "abnormal flags"},
    {"OBX", 11, "status"},
    {"OBX", 14, "observed at"},
    {"RF1", 1, "referral status"},
    {"RF1", 2, "priority"},
    {"RF1", 6, "referral id"},
    {"RF1", 7, "effective from"},
    {"RF1", 8, "expires"},
    {"PRD", 1, "role"},
    {"PRD", 2, "provider name"},
    {"PRD", 3, "provider address"},
    {"PRD", 5, "provider phone"},
    {"PRD", 7, "provider identifiers"},
    {"EVN", 1, "event"},
    {"EVN", 2, "recorded at"},
};

// The bytes that a value was cut to must not end within a character.
std::string Cut(std::string_view text) {
  std::size_t end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "… (" + std::to_string(text.size()) + " bytes)";
}

// "^application^pdf^Base64^…" with its size instead of its data; empty where it is no such value.
std::string WithoutData(const Field& field) {
  if (field.size() != 1 || field[0].size() < 5 || field[0][4].empty()) return {};
  const auto& data = field[0][4][0];
  if (data.size() <= kLongestShown) return {};
  auto shown = field;
  shown[0][4] = {};
  const auto bytes = crypto::FromBase64(data);
  return Encoded(shown) + "^(" +
         (bytes ? std::to_string(bytes->size()) + " bytes" : "data that is not Base64") + ")";
}

// Terminals act on control characters, so none is shown as it is. Encoded leaves out those of one
// byte; U+0080 to U+009F are left, whose first byte is 0xC2.
std::string Printable(std::string_view text) {
  auto out = ToValidUtf8(text);
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    const auto second = static_cast<unsigned char>(out[i + 1]);
    if (out[i] == '\xC2' && second < 0xA0) out.replace(i, 2, "?");
  }
  return out;
}

std::string Shown(const Field& field) {
  if (auto without = WithoutData(field); !without.empty()) return Printable(without);
  const auto text = Printable(Encoded(field));
  return text.size() > kLongestShown ? Cut(text) : text;
}

}  // namespace

std::string_view FieldName(std::string_view segment, std::size_t field) {
  for (const auto& named : kNames) {
    if (named.segment == segment && named.field == field) return named.name;
  }
  return {};
}

std::vector<DescribedField> Describe(const Message& message) {
  std::vector<DescribedField> out;
  std::map<std::string, std::size_t> seen;
  for (const auto& segment : message.segments) {
    const auto nth = ++seen[segment.name];
    const auto place = segment.name + (nth > 1 ? "[" + std::to_string(nth) + "]" : "") + "-";
    for (std::size_t i = 0; i < segment.fields.size(); ++i) {
      const bool separators = segment.name == "MSH" && i < 2;
      if (segment.fields[i].empty()) continue;
      out.push_back({place + std::to_string(i + 1), std::string(FieldName(segment.name, i + 1)),
                     separators ? (i == 0 ? "|" : "^~\\&") : Shown(segment.fields[i])});
    }
  }
  return out;
}

}  // namespace pons::hl7
