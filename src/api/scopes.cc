// SPDX-License-Identifier: Apache-2.0
#include "api/scopes.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace pons::api {
namespace {

using model::Stream;

constexpr std::uint32_t Bit(Stream stream) { return 1u << static_cast<unsigned>(stream); }

// Their bits come after those of the streams.
constexpr std::array<std::string_view, 4> kUnstored = {"MedicationStatement", "AllergyIntolerance",
                                                       "Observation", "FamilyMemberHistory"};
constexpr std::uint32_t kAll = (1u << (model::kStreamCount + kUnstored.size())) - 1;
constexpr std::uint32_t kCreatable =
    Bit(Stream::kPatients) | Bit(Stream::kAppointments) | Bit(Stream::kDocumentReferences);
constexpr std::uint32_t kUpdatable =
    Bit(Stream::kPatients) | Bit(Stream::kAppointments) | Bit(Stream::kTasks);

struct Rights {
  bool create = false;
  bool read = false;
  bool update = false;
  bool search = false;
};

// v2 letters in the order c r u d s, or v1 words; the right to delete gives nothing.
Rights ReadRights(std::string_view text) {
  if (text == "*") return {true, true, true, true};
  if (text == "read") return {false, true, false, true};
  if (text == "write") return {true, false, true, false};
  Rights rights;
  std::size_t at = 0;
  for (const char c : text) {
    const auto place = std::string_view("cruds").find(c, at);
    if (place == std::string_view::npos) return {};
    at = place + 1;
    if (c == 'c') rights.create = true;
    if (c == 'r') rights.read = true;
    if (c == 'u') rights.update = true;
    if (c == 's') rights.search = true;
  }
  return rights;
}

}  // namespace

std::span<const std::string_view> Scopes::UnstoredTypes() { return kUnstored; }

std::uint32_t Scopes::BitOf(std::string_view type) {
  if (const auto stream = model::StreamOfResourceType(type)) return Bit(*stream);
  const auto found = std::find(kUnstored.begin(), kUnstored.end(), type);
  if (found == kUnstored.end()) return 0;
  return 1u << (model::kStreamCount + static_cast<std::size_t>(found - kUnstored.begin()));
}

bool Scopes::IsCreatable(Stream stream) { return Has(kCreatable, stream); }
bool Scopes::IsUpdatable(Stream stream) { return Has(kUpdatable, stream); }

Scopes Scopes::Parse(std::string_view text) {
  Scopes scopes;
  if (Trim(text).empty()) {
    scopes.read_ = scopes.search_ = kAll;
    scopes.create_ = kCreatable;
    scopes.update_ = kUpdatable;
    return scopes;
  }
  for (std::string_view scope : Split(text, ' ')) {
    if (!scope.starts_with("system/")) continue;
    scope.remove_prefix(7);
    const auto dot = scope.rfind('.');
    if (dot == std::string_view::npos) continue;
    const std::string_view type = scope.substr(0, dot);
    const Rights rights = ReadRights(scope.substr(dot + 1));
    std::uint32_t bits = 0;
    if (type == "*") {
      bits = kAll;
    } else {
      bits = BitOf(type);
    }
    if (rights.create) scopes.create_ |= bits & kCreatable;
    if (rights.read) scopes.read_ |= bits;
    if (rights.update) scopes.update_ |= bits & kUpdatable;
    if (rights.search) scopes.search_ |= bits;
  }
  return scopes;
}

std::string Scopes::Text() const {
  if (read_ == kAll && search_ == kAll) {
    if (create_ == kCreatable && update_ == kUpdatable) return "system/*.crus";
    if (create_ == 0 && update_ == 0) return "system/*.rs";
  }
  std::string out;
  const auto add = [&](std::string_view type) {
    const auto bit = BitOf(type);
    std::string letters;
    if ((create_ & bit) != 0) letters += 'c';
    if ((read_ & bit) != 0) letters += 'r';
    if ((update_ & bit) != 0) letters += 'u';
    if ((search_ & bit) != 0) letters += 's';
    if (letters.empty()) return;
    if (!out.empty()) out += ' ';
    out += "system/";
    out += type;
    out += '.';
    out += letters;
  };
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    add(model::ResourceTypeOf(static_cast<Stream>(i)));
  }
  for (const auto type : kUnstored) add(type);
  return out;
}

}  // namespace pons::api
