// SPDX-License-Identifier: Apache-2.0
// SMART scopes of backend services: "system/Patient.rs", "system/*.cruds", "system/*.read". Pons
// gives out reading, and creating and changing where FHIR here has it; never deleting.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/records.h"

namespace pons::api {

class Scopes {
 public:
  // What of `text` can be granted; unknown scopes, and rights that nobody has, are left out. Empty
  // text: everything that can be granted.
  static Scopes Parse(std::string_view text);

  bool MayCreate(model::Stream stream) const { return Has(create_, stream); }
  bool MayRead(model::Stream stream) const { return Has(read_, stream); }
  bool MayUpdate(model::Stream stream) const { return Has(update_, stream); }
  bool MaySearch(model::Stream stream) const { return Has(search_, stream); }
  // By the resource type's name, also for those that are never stored.
  bool MayRead(std::string_view type) const { return (read_ & BitOf(type)) != 0; }
  bool MaySearch(std::string_view type) const { return (search_ & BitOf(type)) != 0; }
  bool empty() const { return (create_ | read_ | update_ | search_) == 0; }
  // "system/Patient.rs …", or "system/*.crus" for everything.
  std::string Text() const;

  // What can be created or changed at all, by whomever.
  static bool IsCreatable(model::Stream stream);
  static bool IsUpdatable(model::Stream stream);

  // Types that are asked of a practice when an app asks, and never stored.
  static std::span<const std::string_view> UnstoredTypes();

 private:
  // 0 where the type is not known.
  static std::uint32_t BitOf(std::string_view type);
  static bool Has(std::uint32_t bits, model::Stream stream) {
    return (bits >> static_cast<unsigned>(stream) & 1u) != 0;
  }

  std::uint32_t create_ = 0;
  std::uint32_t read_ = 0;
  std::uint32_t update_ = 0;
  std::uint32_t search_ = 0;
};

}  // namespace pons::api
