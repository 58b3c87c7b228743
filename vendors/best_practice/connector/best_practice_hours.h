// SPDX-License-Identifier: Apache-2.0
// When a practice is open, as a person writes it: "Mon-Fri 08:00-18:00, Sat 08:00-12:00". Read on
// the practice's own clock, so that a change of the clocks moves nothing. Pure; any thread.
#pragma once

#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace pons::best_practice {

class OpeningHours {
 public:
  // Entries separated by commas, each a day or a range of days (English, three letters; "Sat-Mon"
  // goes round the week's end) and a range of times. A day may be named more than once. Empty text:
  // always open. Errors: kRejected, with what cannot be read.
  static Result<OpeningHours> Parse(std::string_view text);

  bool OpenAt(LocalTime time) const;
  std::chrono::seconds OnLongestDay() const;

 private:
  struct Range {
    std::chrono::seconds from, to;  // since midnight; `to` excluded
  };
  std::array<std::vector<Range>, 7> days_;  // from Sunday
  bool always_ = true;
};

}  // namespace pons::best_practice
