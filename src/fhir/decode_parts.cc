// SPDX-License-Identifier: Apache-2.0
#include "fhir/decode_parts.h"

#include <algorithm>

#include "base/text.h"
#include "fhir/parts.h"

namespace pons::fhir {
namespace {

const json::Array kNothing;

bool IsFhirId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

bool IsTypeName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text[0] >= 'A' && text[0] <= 'Z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

Error WrongAt(std::string_view path, std::string_view words) {
  Error error = MakeError(Fault::kRejected, std::string(path) + " " + std::string(words) + ".");
  error.vendor_code = path;
  return error;
}

}  // namespace

std::string At(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

std::string Sub(const std::string& path, std::string_view key) {
  return path + "." + std::string(key);
}

Result<Reference> ReadReference(const json::Value& element, std::string_view path) {
  if (!element.is_object()) return WrongAt(path, "must be a Reference");
  Reference reference;
  reference.type = element.Text("type");
  if (!reference.type.empty() && !IsTypeName(reference.type)) {
    return WrongAt(std::string(path) + ".type", "must be the name of a resource type");
  }
  if (const auto* identifier = element.Find("identifier"); identifier != nullptr) {
    reference.identifier_system = Trim(identifier->Text("system"));
    reference.identifier_value = Trim(identifier->Text("value"));
  }
  const auto* literal = element.Find("reference");
  if (literal == nullptr) {
    if (reference.empty()) return WrongAt(path, "must say what it refers to");
    return reference;
  }
  if (!literal->is_string()) return WrongAt(path, "must be text such as Patient/id");
  std::string_view text = *literal->string();
  if (text.starts_with('#')) {
    reference.id = text.substr(0, 65);
    return reference;
  }
  if (const auto history = text.find("/_history/"); history != std::string_view::npos) {
    text = text.substr(0, history);
  }
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos || !IsFhirId(text.substr(slash + 1))) {
    return WrongAt(path, "must be Type/id, as this server gives it out");
  }
  reference.id = text.substr(slash + 1);
  text = text.substr(0, slash);
  if (const auto before = text.rfind('/'); before != std::string_view::npos) {
    if (text.find("://") == std::string_view::npos) {
      return WrongAt(path, "must be Type/id, as this server gives it out");
    }
    text = text.substr(before + 1);
  }
  if (!IsTypeName(text)) return WrongAt(path, "must be Type/id, as this server gives it out");
  reference.type = text;
  return reference;
}

Decoder::Decoder(const json::Value& resource, std::string_view type) : resource_(resource) {
  if (!resource.is_object() || resource.Text("resourceType") != type) {
    Wrong(type, "is what this address takes: resourceType must say so");
  }
}

void Decoder::Wrong(std::string_view path, std::string_view words) {
  if (!error_) error_ = WrongAt(path, words);
}

std::string Decoder::Text(const json::Value& object, std::string_view key,
                          const std::string& path) {
  const auto* member = object.Find(key);
  if (member == nullptr || member->is_null()) return {};
  if (!member->is_string()) {
    Wrong(Sub(path, key), "must be text");
    return {};
  }
  std::string room;
  return std::string(Clean(*member->string(), room));
}

std::string Decoder::Code(const json::Value& object, std::string_view key, const std::string& path,
                          std::string_view known) {
  std::string code = Text(object, key, path);
  if (code.empty()) return code;
  for (const auto one : Split(known, ' ')) {
    if (one == code) return code;
  }
  Wrong(Sub(path, key), "must be one of: " + std::string(known));
  return {};
}

std::optional<bool> Decoder::Bool(const json::Value& object, std::string_view key,
                                  const std::string& path) {
  const auto* member = object.Find(key);
  if (member == nullptr || member->is_null()) return std::nullopt;
  if (!member->is_bool()) {
    Wrong(Sub(path, key), "must be true or false");
    return std::nullopt;
  }
  return *member->boolean();
}

const json::Array& Decoder::List(const json::Value& object, std::string_view key,
                                 const std::string& path) {
  const auto* member = object.Find(key);
  if (member == nullptr || member->is_null()) return kNothing;
  if (!member->is_array()) {
    Wrong(Sub(path, key), "must be a list");
    return kNothing;
  }
  return *member->array();
}

const json::Value* Decoder::Object(const json::Value& object, std::string_view key,
                                   const std::string& path) {
  const auto* member = object.Find(key);
  if (member == nullptr || member->is_null()) return nullptr;
  if (!member->is_object()) {
    Wrong(Sub(path, key), "must be an object");
    return nullptr;
  }
  return member;
}

model::Coding Decoder::Concept(const json::Value& concept_value, const std::string& path) {
  model::Coding coding;
  if (!concept_value.is_object()) {
    Wrong(path, "must be an object");
    return coding;
  }
  const auto& codings = List(concept_value, "coding", path);
  if (!codings.empty()) {
    const auto first = At(Sub(path, "coding"), 0);
    coding.system = Text(codings.front(), "system", first);
    coding.code = Text(codings.front(), "code", first);
    coding.display = Text(codings.front(), "display", first);
  }
  if (coding.display.empty()) coding.display = Text(concept_value, "text", path);
  return coding;
}

Reference Decoder::Reference(const json::Value& element, const std::string& path) {
  auto read = ReadReference(element, path);
  if (!read) {
    if (!error_) error_ = std::move(read).error();
    return {};
  }
  if (read->id.starts_with('#')) return Contained(std::string_view(read->id).substr(1), path);
  return std::move(*read);
}

Reference Decoder::Contained(std::string_view id, const std::string& path) {
  for (const auto& resource : List(resource_, "contained", "")) {
    if (resource.Text("id") != id) continue;
    fhir::Reference reference;
    reference.type = resource.Text("resourceType");
    for (const auto& identifier : List(resource, "identifier", path)) {
      reference.identifier_system = Trim(identifier.Text("system"));
      reference.identifier_value = Trim(identifier.Text("value"));
      if (!reference.identifier_value.empty()) return reference;
    }
    Wrong(path, "refers to a contained resource, which needs an identifier to be known by");
    return reference;
  }
  Wrong(path, "refers to a contained resource that is not there");
  return {};
}

std::optional<Instant> Decoder::Moment(const json::Value& object, std::string_view key,
                                       const std::string& path) {
  const std::string text = Text(object, key, path);
  if (text.empty()) return std::nullopt;
  auto instant = ParseInstant(text);
  if (!instant) {
    Wrong(Sub(path, key),
          "must be a moment with seconds and its offset from UTC, such as "
          "2026-03-09T15:00:00+11:00");
  }
  return instant;
}

}  // namespace pons::fhir
