// SPDX-License-Identifier: Apache-2.0
// A value that must not be shown: patient details, secrets. It has no operator<< and no formatter,
// so logging or formatting one does not compile.
#pragma once

#include <compare>
#include <utility>

namespace pons {

template <typename T>
class Sensitive {
 public:
  Sensitive() = default;
  explicit Sensitive(T value) : value_(std::move(value)) {}
  const T& Reveal() const { return value_; }  // every call is looked at in review
  bool operator==(const Sensitive&) const = default;

 private:
  T value_{};
};

}  // namespace pons
