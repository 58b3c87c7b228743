// SPDX-License-Identifier: Apache-2.0
// Acknowledgements (standards sheet §8.3): made for a message received, and read from an answer.
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hl7/message.h"

namespace pons::hl7 {

// What became of a message at the receiver.
enum class Verdict : std::uint8_t {
  kAccepted,  // AA, CA: it is safely kept
  kError,     // AE, CE: the sender may mend it
  kRejected,  // AR, CR: of a kind that is not taken, or the receiver is not well
};

// HL7 table 0357, as far as we say or expect it.
enum class AckError : std::uint16_t {
  kNone = 0,
  kSegmentSequence = 100,
  kRequiredFieldMissing = 101,
  kDataType = 102,
  kTableValue = 103,
  kTooLong = 104,
  kOther = 199,
  kMessageType = 200,
  kEvent = 201,
  kProcessingId = 202,
  kVersion = 203,
  kUnknownKey = 204,
  kDuplicateKey = 205,
  kLocked = 206,
  kApplication = 207,
};

struct AckReason {
  AckError error = AckError::kNone;
  std::string text;     // MSA-3; never a value of the message
  std::string segment;  // where, if known: "PID"
  std::size_t occurrence = 1;
  std::size_t field = 0;  // 0: the whole segment
};

// Whether the sender asked for a commit acknowledgement (MSH-15), which is answered by CA, CE or CR
// instead of AA, AE or AR.
bool WantsCommit(const Message& received);

// The answer to `received`, of which only MSH is looked at: sender and receiver swapped, its
// version and country, MSA, and ERR where there is a reason (in the form of its version). Fields of
// absurd length are not repeated. Requires: `control_id` at most 20 characters.
std::string BuildAck(const Message& received, Verdict verdict, const AckReason& reason,
                     std::string_view control_id, Instant now);

struct Answer {
  Verdict verdict = Verdict::kAccepted;
  bool commit = false;     // a C code
  std::string code;        // as sent: "AA"
  std::string control_id;  // MSA-2: which message it answers
  std::string text;        // MSA-3 or ERR-8: theirs, may speak of the patient
  std::string error;       // table 0357 code of ERR; empty: none

  bool operator==(const Answer&) const = default;
};

// Errors: kProtocol where there is no MSA or its code is none of the six.
Result<Answer> ReadAnswer(const Message& message);

// What tells a message sent again from a new one (reliability sheet §2.4): the same sender and
// control id, and the same body. The body is everything after MSH, since senders renew MSH-7.
struct MessageKey {
  std::string application;  // MSH-3, as written
  std::string facility;     // MSH-4
  std::string control_id;   // MSH-10
  std::string body_hash;    // SHA-256, hexadecimal

  bool operator==(const MessageKey&) const = default;
  // 32 hexadecimal digits for sender and control id, without the body.
  std::string SenderHash() const;
};
MessageKey KeyOf(const Message& message);

}  // namespace pons::hl7
