// SPDX-License-Identifier: Apache-2.0
// Writes JSON straight into a string. The caller keeps the structure right; commas and escapes are
// the writer's. Text that is not UTF-8 has each bad byte replaced by U+FFFD.
//
//   Writer w(out);
//   w.BeginObject();
//   w.Key("resourceType"); w.String("Patient");
//   w.Member("id", id);
//   w.EndObject();
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pons::json {

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void BeginObject() {
    Separate();
    out_ += '{';
    first_ = true;
  }
  void EndObject() {
    out_ += '}';
    first_ = false;
  }
  void BeginArray() {
    Separate();
    out_ += '[';
    first_ = true;
  }
  void EndArray() {
    out_ += ']';
    first_ = false;
  }
  void Key(std::string_view key) {
    Separate();
    AppendQuoted(key);
    out_ += ':';
    first_ = true;
  }
  void String(std::string_view text) {
    Separate();
    AppendQuoted(text);
    first_ = false;
  }
  void Integer(std::int64_t n) {
    Separate();
    out_ += std::to_string(n);
    first_ = false;
  }
  void Bool(bool b) {
    Separate();
    out_ += b ? "true" : "false";
    first_ = false;
  }
  void NullValue() {
    Separate();
    out_ += "null";
    first_ = false;
  }
  // Ready-made JSON, taken as it is.
  void Raw(std::string_view json) {
    Separate();
    out_ += json;
    first_ = false;
  }

  void Member(std::string_view key, std::string_view text) {
    Key(key);
    String(text);
  }
  void Member(std::string_view key, const char* text) {
    Key(key);
    String(text);
  }
  void Member(std::string_view key, std::int64_t n) {
    Key(key);
    Integer(n);
  }
  void Member(std::string_view key, int n) {
    Key(key);
    Integer(n);
  }
  void Member(std::string_view key, bool b) {
    Key(key);
    Bool(b);
  }
  // Nothing at all where the text is empty: FHIR knows no empty strings.
  void MemberIfAny(std::string_view key, std::string_view text) {
    if (!text.empty()) Member(key, text);
  }

 private:
  void Separate() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void AppendQuoted(std::string_view text);

  std::string& out_;
  bool first_ = true;
};

// `text` as a JSON string, quotes included.
void AppendQuoted(std::string& out, std::string_view text);

}  // namespace pons::json
