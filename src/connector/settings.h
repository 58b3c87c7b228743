// SPDX-License-Identifier: Apache-2.0
// A connection's settings: text by key, secrets kept apart so that they cannot be shown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/sensitive.h"

namespace pons {

struct SettingSpec {
  std::string_view key;   // snake_case, unit last: "poll_interval_ms"
  std::string_view help;  // one sentence; becomes the reference page and the form's hint
  bool required = true;
  bool secret = false;
  std::string_view fallback = {};  // value when not given; shown in the reference
  // Given once and used up (a pairing code): handed to Connector::Pair and never kept.
  bool once = false;
  // Filled in by Connector::Pair or SessionContext::keep, never by a person; whoever gives one is
  // refused.
  bool learned = false;
  // What is learned belongs to this value (a site's number): whoever changes it gives what is used
  // once anew, so that nothing learned about one practice is ever used for another.
  bool binds = false;
};

class Settings {
 public:
  void Set(std::string key, std::string value) { plain_[std::move(key)] = std::move(value); }
  void SetSecret(std::string key, std::string value) {
    secret_[std::move(key)] = Sensitive<std::string>(std::move(value));
  }

  // Empty where it is not set.
  std::string_view Text(std::string_view key) const;
  std::optional<std::int64_t> Integer(std::string_view key) const;
  const Sensitive<std::string>* Secret(std::string_view key) const;

  const std::map<std::string, std::string, std::less<>>& plain() const { return plain_; }
  const std::map<std::string, Sensitive<std::string>, std::less<>>& secrets() const {
    return secret_;
  }

 private:
  std::map<std::string, std::string, std::less<>> plain_;
  std::map<std::string, Sensitive<std::string>, std::less<>> secret_;
};

// What the operator of this server gives for all connections of a vendor (an address, a key that
// was issued to Pons), by the section it stands in.
using OperatorSettings = std::map<std::string, Settings, std::less<>>;

// Every required key is there, every key is known, and secrets are where secrets belong. Fills in
// fallbacks. Errors: kMisconfigured, naming the key.
Result<Settings> CompleteSettings(Settings given, std::span<const SettingSpec> specs);

}  // namespace pons
