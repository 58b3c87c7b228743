// SPDX-License-Identifier: Apache-2.0
// Times as HL7 v2 writes them. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace pons::hl7 {

// "20260504101500+1000": the moment on the practice's clock, with its offset.
std::string Timestamp(Instant instant, const PracticeZone& zone);
// "20260504101500+0000".
std::string TimestampUtc(Instant instant);
std::string DayOf(Date date);  // "20260504"

// Whether `text` is YYYY[MM[DD[HH[MM[SS[.S to .SSSS]]]]]][+/-ZZZZ] with parts in range.
bool IsTimestamp(std::string_view text);
// Whether a timestamp of hour precision or finer says its offset; true for days, months and years.
bool SaysItsOffset(std::string_view text);

}  // namespace pons::hl7
