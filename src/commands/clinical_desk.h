// SPDX-License-Identifier: Apache-2.0
// Where clinical data is asked for while an app waits. Nothing is kept: an answer is told to those
// who asked for it meanwhile, and is gone.
//
// Threads: all members may be called from any thread; none of them waits.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "connector/connector.h"
#include "store/keys.h"

namespace pons::commands {

struct ClinicalAsk {
  store::ConnectionKey connection = 0;
  std::string patient;  // the vendor's id
  model::ClinicalKind kind = model::ClinicalKind::kConditions;
  // The vendor's id of a document: its bytes are asked for. Empty: the list of that kind.
  std::string document;
  Instant until{};  // nobody waits longer
};

struct ClinicalReading {
  ClinicalAnswer answer;    // where a list was asked for
  ClinicalContent content;  // where a document's bytes were
  Instant as_of{};          // when the practice was asked
};

// The code of the error that tells that the time was up.
inline constexpr std::string_view kAskTimedOut = "timed-out";

class ClinicalDesk {
 public:
  // Called once, on a thread of the desk's or at once on the caller's; must be quick.
  using Told = std::function<void(const Result<std::shared_ptr<const ClinicalReading>>&)>;

  virtual ~ClinicalDesk() = default;

  // Whether the vendor has this at all; asks nobody. Errors: kUnsupported, kNotFound.
  virtual Result<void> Supports(store::ConnectionKey connection, model::ClinicalKind kind) = 0;

  // Equal asks that wait at the same time are one reading. Errors told: those of ClinicalReader;
  // kUnavailable where the practice is paused, cannot be reached, has too many waiting already, or
  // did not answer in time (kAskTimedOut); kCancelled where the server stops.
  virtual void Ask(const ClinicalAsk& ask, Told told) = 0;
};

}  // namespace pons::commands
