// SPDX-License-Identifier: Apache-2.0
#include "connector/settings.h"

#include <algorithm>
#include <charconv>

namespace pons {

std::string_view Settings::Text(std::string_view key) const {
  const auto found = plain_.find(key);
  return found == plain_.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::int64_t> Settings::Integer(std::string_view key) const {
  const auto text = Text(key);
  std::int64_t value = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

const Sensitive<std::string>* Settings::Secret(std::string_view key) const {
  const auto found = secret_.find(key);
  return found == secret_.end() ? nullptr : &found->second;
}

Result<Settings> CompleteSettings(Settings given, std::span<const SettingSpec> specs) {
  const auto known = [&](std::string_view key, bool secret) {
    return std::any_of(specs.begin(), specs.end(), [&](const SettingSpec& spec) {
      return spec.key == key && spec.secret == secret;
    });
  };
  for (const auto& [key, value] : given.plain()) {
    if (!known(key, false)) {
      return MakeError(Fault::kMisconfigured, "unknown setting \"" + key + "\"");
    }
  }
  for (const auto& [key, value] : given.secrets()) {
    if (!known(key, true)) {
      return MakeError(Fault::kMisconfigured, "unknown secret \"" + key + "\"");
    }
  }
  for (const auto& spec : specs) {
    const bool present =
        spec.secret ? given.Secret(spec.key) != nullptr : given.plain().contains(spec.key);
    if (present) continue;
    if (spec.required) {
      return MakeError(Fault::kMisconfigured, "setting \"" + std::string(spec.key) +
                                                  "\" is missing: " + std::string(spec.help));
    }
    if (!spec.secret && !spec.fallback.empty()) {
      given.Set(std::string(spec.key), std::string(spec.fallback));
    }
  }
  return given;
}

}  // namespace pons
