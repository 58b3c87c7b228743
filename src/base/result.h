// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. Errors are named by what must happen next (Fault), and say
// whether the far side may have acted (Effect). Member names follow std::expected.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace pons {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// What must happen next. docs/reference/errors.md lists who acts on each.
enum class Fault : std::uint8_t {
  kUnauthenticated,  // credentials refused: the operator signs in again
  kForbidden,        // signed in, but lacks a right: the operator grants it
  kMisconfigured,    // settings cannot be right: the operator edits them
  kNotFound,         // the thing named is not there
  kConflict,         // somebody got there first, or the version moved
  kRejected,         // a rule of the far side says no
  kUnsupported,      // this vendor cannot
  kRateLimited,      // too fast: nothing until Error::retry_at
  kUnavailable,      // not reachable or not well: back off and try again
  kProtocol,         // answered in a shape we cannot read: a developer looks
  kCursorExpired,    // the position is no longer honoured: sweep
  kCancelled,        // we were told to stop
  kInternal,         // a bug of ours
};

// Could the far side have acted?
enum class Effect : std::uint8_t { kNone, kUnknown };

std::string_view FaultName(Fault fault);  // "unauthenticated", as pages and metrics show it

struct Error {
  Fault fault = Fault::kInternal;
  Effect effect = Effect::kNone;
  std::optional<Instant> retry_at = {};
  std::string vendor_code = {};  // their code, never their text
  std::string summary = {};      // ours, for a person, with the next step; never patient data

  bool operator==(const Error&) const = default;
};

inline Error MakeError(Fault fault, std::string summary) {
  Error error;
  error.fault = fault;
  error.summary = std::move(summary);
  return error;
}

// "pull appointments: page 3: " + what was there. Names operations and streams, never people.
inline Error WithContext(Error error, std::string_view context) {
  error.summary = std::string(context) + ": " + error.summary;
  return error;
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: converts
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: converts

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    PONS_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    PONS_CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    PONS_CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    PONS_CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    PONS_CHECK(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: converts

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { PONS_CHECK(has_value()); }

  const Error& error() const& {
    PONS_CHECK(!has_value());
    return *error_;
  }
  Error&& error() && {
    PONS_CHECK(!has_value());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

inline Result<void> Ok() { return {}; }

}  // namespace pons

// Returns the error of `expression` to the caller, or goes on.
#define PONS_TRY(expression)                                     \
  do {                                                           \
    if (auto pons_try_result = (expression); !pons_try_result) { \
      return std::move(pons_try_result).error();                 \
    }                                                            \
  } while (false)

#define PONS_CONCAT_INNER(a, b) a##b
#define PONS_CONCAT(a, b) PONS_CONCAT_INNER(a, b)

// PONS_ASSIGN(auto page, source.Pull(request)): declares the value, or returns the error.
#define PONS_ASSIGN(declaration, expression) \
  PONS_ASSIGN_INNER(PONS_CONCAT(pons_result_, __LINE__), declaration, expression)
#define PONS_ASSIGN_INNER(name, declaration, expression) \
  auto name = (expression);                              \
  if (!name) return std::move(name).error();             \
  declaration = std::move(name).value()
