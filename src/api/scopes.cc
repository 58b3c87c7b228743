// SPDX-License-Identifier: Apache-2.0
#include "api/scopes.h"

#include "base/text.h"

namespace pons::api {
namespace {

constexpr std::uint32_t kAll = (1u << model::kStreamCount) - 1;

struct Rights {
  bool read = false;
  bool search = false;
};

// v2 letters in the order c r u d s, or v1 words; writing letters give nothing.
Rights ReadRights(std::string_view text) {
  if (text == "read" || text == "*") return {true, true};
  Rights rights;
  std::size_t at = 0;
  for (const char c : text) {
    const auto place = std::string_view("cruds").find(c, at);
    if (place == std::string_view::npos) return {};
    at = place + 1;
    if (c == 'r') rights.read = true;
    if (c == 's') rights.search = true;
  }
  return rights;
}

}  // namespace

Scopes Scopes::Parse(std::string_view text) {
  Scopes scopes;
  if (Trim(text).empty()) {
    scopes.read_ = scopes.search_ = kAll;
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
    } else if (const auto stream = model::StreamOfResourceType(type)) {
      bits = 1u << Bit(*stream);
    }
    if (rights.read) scopes.read_ |= bits;
    if (rights.search) scopes.search_ |= bits;
  }
  return scopes;
}

std::string Scopes::Text() const {
  if (read_ == kAll && search_ == kAll) return "system/*.rs";
  std::string out;
  for (std::size_t i = 0; i < model::kStreamCount; ++i) {
    const auto stream = static_cast<model::Stream>(i);
    if (!MayRead(stream) && !MaySearch(stream)) continue;
    if (!out.empty()) out += ' ';
    out += "system/";
    out += model::ResourceTypeOf(stream);
    out += '.';
    if (MayRead(stream)) out += 'r';
    if (MaySearch(stream)) out += 's';
  }
  return out;
}

}  // namespace pons::api
