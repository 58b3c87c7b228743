// SPDX-License-Identifier: Apache-2.0
// JSON as a tree, for what comes in (requests, settings, control ports). What goes out is written
// with json::Writer, without a tree.
//
// Numbers keep their text: FHIR decimals mean their digits (1.50 is not 1.5), so a number is never
// turned into a double unless somebody asks. Object members keep their order; a repeated key gives
// an error when parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace pons::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;

struct Null {
  bool operator==(const Null&) const = default;
};
struct Number {
  std::string text;  // as written: "1.50"
  bool operator==(const Number&) const = default;
};

class Value {
 public:
  Value() : data_(Null{}) {}
  Value(bool b) : data_(b) {}                                  // NOLINT: converts
  Value(std::string s) : data_(std::move(s)) {}                // NOLINT: converts
  Value(std::string_view s) : data_(std::string(s)) {}         // NOLINT: converts
  Value(const char* s) : data_(std::string(s)) {}              // NOLINT: converts
  Value(std::int64_t n) : data_(Number{std::to_string(n)}) {}  // NOLINT: converts
  Value(int n) : data_(Number{std::to_string(n)}) {}           // NOLINT: converts
  Value(Number n) : data_(std::move(n)) {}                     // NOLINT: converts
  Value(Array a) : data_(std::move(a)) {}                      // NOLINT: converts
  Value(Object o) : data_(std::move(o)) {}                     // NOLINT: converts

  bool is_null() const { return std::holds_alternative<Null>(data_); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_array() const { return std::holds_alternative<Array>(data_); }
  bool is_object() const { return std::holds_alternative<Object>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_number() const { return std::holds_alternative<Number>(data_); }

  const std::string* string() const { return std::get_if<std::string>(&data_); }
  const Array* array() const { return std::get_if<Array>(&data_); }
  const Object* object() const { return std::get_if<Object>(&data_); }
  Array* array() { return std::get_if<Array>(&data_); }
  Object* object() { return std::get_if<Object>(&data_); }
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const Number* number() const { return std::get_if<Number>(&data_); }

  // The member of that name; null where this is no object or has none. Never fails.
  const Value* Find(std::string_view key) const;
  // Find(key) as text; empty where it is absent or no string.
  std::string_view Text(std::string_view key) const;
  // Find(key) as a whole number; nullopt where it is absent, no number, or does not fit.
  std::optional<std::int64_t> Integer(std::string_view key) const;
  std::optional<std::int64_t> AsInteger() const;
  // Sets or replaces a member. Requires: an object or null (which becomes one).
  void Set(std::string_view key, Value value);

  bool operator==(const Value&) const = default;

 private:
  std::variant<Null, bool, std::string, Number, Array, Object> data_;
};

struct ParseLimits {
  std::size_t max_depth = 64;
  std::size_t max_bytes = 64u << 20;
};

// Strict JSON, UTF-8, exactly one value. Errors are Fault::kProtocol and name the byte offset,
// never the text.
Result<Value> Parse(std::string_view text, const ParseLimits& limits = {});

// Compact text of a tree.
std::string Write(const Value& value);

}  // namespace pons::json
