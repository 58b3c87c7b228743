// SPDX-License-Identifier: Apache-2.0
// SMART scopes of backend services: "system/Patient.rs", "system/*.read". Pons gives out reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/records.h"

namespace pons::api {

class Scopes {
 public:
  // What of `text` can be granted; unknown and writing scopes are left out. Empty text: everything
  // that can be granted.
  static Scopes Parse(std::string_view text);

  bool MayRead(model::Stream stream) const { return (read_ >> Bit(stream) & 1u) != 0; }
  bool MaySearch(model::Stream stream) const { return (search_ >> Bit(stream) & 1u) != 0; }
  bool empty() const { return read_ == 0 && search_ == 0; }
  // "system/Patient.rs …", or "system/*.rs" for everything.
  std::string Text() const;

 private:
  static unsigned Bit(model::Stream stream) { return static_cast<unsigned>(stream); }

  std::uint32_t read_ = 0;
  std::uint32_t search_ = 0;
};

}  // namespace pons::api
