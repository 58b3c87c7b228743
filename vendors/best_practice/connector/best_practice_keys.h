// SPDX-License-Identifier: Apache-2.0
// Vendor references of Best Practice are the numbers of rows.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "model/records.h"

namespace pons::best_practice {

// Empty for what is no row's number.
inline std::optional<std::int64_t> KeyOf(std::string_view id) {
  std::int64_t key = 0;
  const auto [stop, code] = std::from_chars(id.data(), id.data() + id.size(), key);
  if (id.empty() || code != std::errc() || stop != id.data() + id.size() || key <= 0) {
    return std::nullopt;
  }
  return key;
}

inline model::VendorRef RefOf(model::Stream stream, std::int64_t key) {
  return {stream, std::to_string(key)};
}

inline Error Refused(std::string_view code, std::string summary) {
  auto error = MakeError(Fault::kRejected, std::move(summary));
  error.vendor_code = code;
  return error;
}

// What fails after the statement that writes.
inline Error Afterwards(Error error) {
  error.effect = Effect::kUnknown;
  return error;
}

}  // namespace pons::best_practice
