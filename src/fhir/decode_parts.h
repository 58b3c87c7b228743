// SPDX-License-Identifier: Apache-2.0
// Reading elements of a resource that an app sent. The first thing that is wrong is kept; reading
// goes on with empty values, so that decoders need not ask after each step.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fhir/decode.h"
#include "json/value.h"
#include "model/records.h"

namespace pons::fhir {

class Decoder {
 public:
  // `type` is what resourceType must be, and where every path starts.
  Decoder(const json::Value& resource, std::string_view type);

  // Keeps "path words" unless something was wrong before.
  void Wrong(std::string_view path, std::string_view words);
  const std::optional<Error>& error() const { return error_; }
  bool failed() const { return error_.has_value(); }

  // Text without blanks at its ends and without control characters; empty where absent. A member
  // that is not text is wrong.
  std::string Text(const json::Value& object, std::string_view key, const std::string& path);
  // The same, and one of `known` (codes separated by blanks).
  std::string Code(const json::Value& object, std::string_view key, const std::string& path,
                   std::string_view known);
  std::optional<bool> Bool(const json::Value& object, std::string_view key,
                           const std::string& path);
  // Absent, null and [] are the same empty list.
  const json::Array& List(const json::Value& object, std::string_view key, const std::string& path);
  // The member as an object; null where it is absent.
  const json::Value* Object(const json::Value& object, std::string_view key,
                            const std::string& path);
  // The first coding, with `text` as its display where it has none.
  model::Coding Concept(const json::Value& concept_value, const std::string& path);
  // What the reference leads to; a contained resource is taken by its identifier.
  fhir::Reference Reference(const json::Value& element, const std::string& path);
  std::optional<Instant> Moment(const json::Value& object, std::string_view key,
                                const std::string& path);

 private:
  fhir::Reference Contained(std::string_view id, const std::string& path);

  const json::Value& resource_;
  std::optional<Error> error_;
};

// "Patient.name" + "[2]"
std::string At(std::string_view path, std::size_t index);
// "Patient.name[2]" + ".family"
std::string Sub(const std::string& path, std::string_view key);

}  // namespace pons::fhir
