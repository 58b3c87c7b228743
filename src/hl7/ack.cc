// SPDX-License-Identifier: Apache-2.0
#include "hl7/ack.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/crypto.h"
#include "hl7/times.h"

namespace pons::hl7 {
namespace {

constexpr std::size_t kLongestRepeated = 1000;  // of a field that is given back

Field FieldOf(const Segment& segment, std::size_t number) {
  if (segment.fields.size() < number) return {};
  const auto& field = segment.fields[number - 1];
  return Encoded(field).size() <= kLongestRepeated ? field : Field{};
}

std::string_view CodeOf(Verdict verdict, bool commit) {
  switch (verdict) {
    case Verdict::kAccepted:
      return commit ? "CA" : "AA";
    case Verdict::kError:
      return commit ? "CE" : "AE";
    case Verdict::kRejected:
      return commit ? "CR" : "AR";
  }
  return {};
}

// From 2.5 on ERR has fields of its own instead of one of components.
bool HasLaterErr(std::string_view version) {
  constexpr std::string_view kEarlier[] = {"", "2.1", "2.2", "2.3", "2.3.1", "2.4"};
  return std::find(std::begin(kEarlier), std::end(kEarlier), version) == std::end(kEarlier);
}

std::string NumberOrNone(std::size_t number) {
  return number == 0 ? std::string() : std::to_string(number);
}

void AddReason(Message& ack, const AckReason& reason, std::string_view version) {
  const auto code = std::to_string(static_cast<unsigned>(reason.error));
  const auto occurrence = reason.segment.empty() ? std::string() : NumberOrNone(reason.occurrence);
  const auto field = NumberOrNone(reason.field);
  if (!HasLaterErr(version)) {
    // ELD: segment, sequence, field, and the code as a CE in its subcomponents.
    Set(ack, "ERR-1.1", reason.segment);
    Set(ack, "ERR-1.2", occurrence);
    Set(ack, "ERR-1.3", field);
    Set(ack, "ERR-1.4.1", code);
    Set(ack, "ERR-1.4.2", reason.text);
    Set(ack, "ERR-1.4.3", "HL70357");
    return;
  }
  Set(ack, "ERR-2.1", reason.segment);
  Set(ack, "ERR-2.2", occurrence);
  Set(ack, "ERR-2.3", field);
  Set(ack, "ERR-3.1", code);
  Set(ack, "ERR-3.3", "HL70357");
  Set(ack, "ERR-4", "E");
  Set(ack, "ERR-8", reason.text);
}

}  // namespace

bool WantsCommit(const Message& received) {
  const auto accept = Get(received, "MSH-15");
  return accept == "AL" || accept == "ER" || accept == "SU";
}

std::string BuildAck(const Message& received, Verdict verdict, const AckReason& reason,
                     std::string_view control_id, Instant now) {
  static const Segment kNoHeader;
  const auto* const found = Find(received, "MSH");
  const auto& header = found == nullptr ? kNoHeader : *found;
  const std::string version(Get(received, "MSH-12"));

  Message ack;
  Set(ack, "MSH-19", {});
  auto& fields = ack.segments[0].fields;
  fields[2] = FieldOf(header, 5);
  fields[3] = FieldOf(header, 6);
  fields[4] = FieldOf(header, 3);
  fields[5] = FieldOf(header, 4);
  Set(ack, "MSH-7", TimestampUtc(now));
  const std::string event(Get(received, "MSH-9.2"));
  fields[8] = Components({"ACK", event.size() <= 3 ? event : std::string(), "ACK"});
  Set(ack, "MSH-10", std::string(control_id));
  fields[10] = FieldOf(header, 11);
  if (fields[10].empty()) fields[10] = One("P");
  fields[11] = FieldOf(header, 12);
  if (Get(received, "MSH-12.2") == "AUS") {
    Set(ack, "MSH-12.3.1", "HL7AU-OO-ACK-201701");
    Set(ack, "MSH-12.3.3", "L");
  }
  fields[16] = FieldOf(header, 17);
  fields[17] = FieldOf(header, 18);
  fields[18] = FieldOf(header, 19);

  Set(ack, "MSA-1", std::string(CodeOf(verdict, WantsCommit(received))));
  const auto id = FieldOf(header, 10);
  Set(ack, "MSA-2", id.empty() ? std::string() : std::string(Get(received, "MSH-10")));
  Set(ack, "MSA-3", reason.text);
  if (reason.error != AckError::kNone) AddReason(ack, reason, version);
  auto text = Build(ack);
  PONS_CHECK(text.has_value());
  return *std::move(text);
}

Result<Answer> ReadAnswer(const Message& message) {
  Answer answer;
  answer.code = std::string(Get(message, "MSA-1"));
  answer.control_id = std::string(Get(message, "MSA-2"));
  answer.text = std::string(Get(message, "MSA-3"));
  if (Find(message, "MSA") == nullptr) {
    return MakeError(Fault::kProtocol, "the answer has no MSA segment, so it acknowledges nothing");
  }
  constexpr Verdict kAll[] = {Verdict::kAccepted, Verdict::kError, Verdict::kRejected};
  for (const bool commit : {false, true}) {
    for (const auto verdict : kAll) {
      if (answer.code != CodeOf(verdict, commit)) continue;
      answer.verdict = verdict;
      answer.commit = commit;
      answer.error = std::string(Get(message, "ERR-3.1"));
      if (answer.error.empty()) answer.error = std::string(Get(message, "ERR-1.4.1"));
      if (answer.text.empty()) answer.text = std::string(Get(message, "ERR-8"));
      if (answer.text.empty()) answer.text = std::string(Get(message, "ERR-1.4.2"));
      return answer;
    }
  }
  return MakeError(Fault::kProtocol, "the answer's MSA-1 is none of AA, AE, AR, CA, CE and CR");
}

std::string MessageKey::SenderHash() const {
  std::string all;
  for (const auto& part : {application, facility, control_id}) {
    all += std::to_string(part.size()) + ":" + part;
  }
  return Hex(crypto::Sha256(all)).substr(0, 32);
}

MessageKey KeyOf(const Message& message) {
  MessageKey key;
  Message body = {{{"MSH", {}}}};
  for (const auto& segment : message.segments) {
    if (segment.name != "MSH") {
      body.segments.push_back(segment);
      continue;
    }
    const auto encoded = [&](std::size_t number) {
      return segment.fields.size() < number ? std::string() : Encoded(segment.fields[number - 1]);
    };
    key.application = encoded(3);
    key.facility = encoded(4);
    key.control_id = encoded(10);
  }
  if (const auto text = Build(body)) key.body_hash = Hex(crypto::Sha256(*text));
  return key;
}

}  // namespace pons::hl7
