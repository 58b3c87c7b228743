// SPDX-License-Identifier: Apache-2.0
// Any message that can be read gets an answer that is a message, short, and read back with the same
// verdict and control id; any message may be taken for an answer.
#include "fuzz.h"
#include "hl7/ack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace hl7 = pons::hl7;
  const auto message = hl7::Parse(pons::AsText(data, size));
  if (!message) return 0;
  (void)hl7::ReadAnswer(*message);
  for (const auto verdict :
       {hl7::Verdict::kAccepted, hl7::Verdict::kError, hl7::Verdict::kRejected}) {
    const hl7::AckReason reason{hl7::AckError::kOther, "why | not", "PID", 1, 5};
    const auto text = hl7::BuildAck(*message, verdict, reason, "ACK1", pons::Instant{});
    PONS_CHECK(text.size() < 20'000);
    const auto ack = hl7::Parse(text);
    PONS_CHECK(ack.has_value());
    const auto answer = hl7::ReadAnswer(*ack);
    PONS_CHECK(answer.has_value());
    PONS_CHECK(answer->verdict == verdict && answer->commit == hl7::WantsCommit(*message));
    PONS_CHECK(answer->text == "why | not" && answer->error == "199");
    const auto id = hl7::Normalised(*message);
    PONS_CHECK(answer->control_id.empty() || answer->control_id == hl7::Get(id, "MSH-10"));
  }
  return 0;
}
