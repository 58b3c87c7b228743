// SPDX-License-Identifier: Apache-2.0
// What every fuzz target shares: the entry point's shape, and a reader that cuts the input into
// pieces. A target may do anything except crash, hang, or break a property that it states with
// PONS_CHECK.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"

// libFuzzer's entry point; replay_main.cc calls the same one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pons {

inline std::string_view AsText(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes the text up to the next line feed, for targets with several inputs.
inline std::string_view TakeLine(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return line;
}

}  // namespace pons
