// SPDX-License-Identifier: Apache-2.0
#include "admin/given_settings.h"

#include <algorithm>

#include "admin/parts.h"
#include "base/text.h"
#include "connector/guide.h"
#include "net/http.h"

namespace pons::admin {
namespace {

const SettingSpec* SpecOf(const Connector& connector, std::string_view key) {
  const auto specs = connector.descriptor().settings;
  const auto found =
      std::find_if(specs.begin(), specs.end(), [key](const auto& spec) { return spec.key == key; });
  return found == specs.end() ? nullptr : &*found;
}

// How a form calls it: "Pairing code".
std::string LabelOf(const Connector& connector, std::string_view key) {
  if (const auto* guide = connector.guide()) {
    for (const auto& words : guide->settings) {
      if (words.key == key && !words.label.empty()) return std::string(words.label);
    }
  }
  return std::string(key);
}

Settings Without(const Settings& settings, const Connector& connector,
                 bool SettingSpec::*left_out) {
  const auto goes = [&](std::string_view key) {
    const auto* spec = SpecOf(connector, key);
    return spec != nullptr && spec->*left_out;
  };
  Settings out;
  for (const auto& [key, value] : settings.plain()) {
    if (!goes(key)) out.Set(key, value);
  }
  for (const auto& [key, value] : settings.secrets()) {
    if (!goes(key)) out.SetSecret(key, value.Reveal());
  }
  return out;
}

bool HasLearned(const Connector& connector, const Settings& settings) {
  const auto specs = connector.descriptor().settings;
  return std::any_of(specs.begin(), specs.end(), [&](const SettingSpec& spec) {
    return spec.learned && (!settings.Text(spec.key).empty() || settings.Secret(spec.key));
  });
}

// The first key that is used up; for sentences.
std::string_view OnceKey(const Connector& connector) {
  for (const auto& spec : connector.descriptor().settings) {
    if (spec.once) return spec.key;
  }
  return {};
}

Result<void> CheckGiven(const Connector& connector, const GivenSettings& given) {
  for (const auto& pair : given.plain) {
    const auto* spec = SpecOf(connector, pair.first);
    if (spec != nullptr && spec->secret && !spec->learned) {
      return MakeError(Fault::kMisconfigured,
                       "\"" + pair.first + "\" is a secret; give it with --secret " + pair.first +
                           "=- and type it, so that it stays out of the shell's history");
    }
  }
  return Ok();
}

// Learned settings come from the vendor alone, and belong to the practice they were learned about.
Result<void> CheckLearned(const Connector& connector, const Settings* old,
                          const GivenSettings& given) {
  const auto key = RefusedKey(connector, old, given);
  if (key.empty()) return Ok();
  if (SpecOf(connector, key)->learned) {
    return MakeError(
        Fault::kMisconfigured,
        "\"" + key + "\" is never given: Pons learns it from the vendor. Leave it out");
  }
  return MakeError(Fault::kMisconfigured,
                   "\"" + LabelOf(connector, key) + "\" names another practice: give a new \"" +
                       LabelOf(connector, OnceKey(connector)) + "\" with it");
}

// Counts for a connection that is not stored yet.
class Tally final : public Meter {
 public:
  explicit Tally(std::map<std::string, std::uint64_t>& counted) : counted_(counted) {}
  void Count(std::string_view what, std::uint64_t times) override {
    counted_[std::string(what)] += times;
  }

 private:
  std::map<std::string, std::uint64_t>& counted_;
};

bool Passes(Fault fault) { return fault == Fault::kUnavailable || fault == Fault::kRateLimited; }

}  // namespace

bool NamesHost(const Descriptor& descriptor, std::string_view key) {
  return std::any_of(descriptor.hosts.begin(), descriptor.hosts.end(), [&](std::string_view host) {
    return host.size() == key.size() + 2 && host.front() == '{' &&
           host.substr(1, key.size()) == key;
  });
}

std::string OnceGiven(const Connector& connector, const GivenSettings& given) {
  for (const auto* pairs : {&given.plain, &given.secret}) {
    for (const auto& [key, value] : *pairs) {
      const auto* spec = SpecOf(connector, key);
      if (spec != nullptr && spec->once && !Trim(value).empty()) return key;
    }
  }
  return {};
}

std::string RefusedKey(const Connector& connector, const Settings* old,
                       const GivenSettings& given) {
  for (const auto* pairs : {&given.plain, &given.secret}) {
    for (const auto& pair : *pairs) {
      const auto* spec = SpecOf(connector, pair.first);
      if (spec != nullptr && spec->learned) return pair.first;
    }
  }
  if (old == nullptr || !HasLearned(connector, *old) || !OnceGiven(connector, given).empty()) {
    return {};
  }
  for (const auto& [key, value] : given.plain) {
    const auto* spec = SpecOf(connector, key);
    if (spec != nullptr && spec->binds && old->Text(key) != value) return key;
  }
  return {};
}

Result<Settings> MergeSettings(const Connector& connector, const Settings* old,
                               const GivenSettings& given) {
  PONS_TRY(CheckLearned(connector, old, given));
  PONS_TRY(CheckGiven(connector, given));
  const Settings none;
  const Settings& stored = old == nullptr ? none : *old;
  // What is exchanged anew is not mixed with what was learned before.
  Settings settings = OnceGiven(connector, given).empty()
                          ? stored
                          : Without(stored, connector, &SettingSpec::learned);
  bool other_host = false;
  for (const auto& [key, value] : given.plain) {
    other_host = other_host || (NamesHost(connector.descriptor(), key) && old != nullptr &&
                                settings.Text(key) != value);
    settings.Set(key, value);
  }
  for (const auto& [key, value] : given.secret) settings.SetSecret(key, value);
  if (!other_host) return settings;
  // What was learned about the practice behind one server is not kept for another one.
  if (OnceGiven(connector, given).empty()) {
    settings = Without(settings, connector, &SettingSpec::learned);
  }
  // A password that was typed for one server is not sent to another one.
  for (const auto& [key, value] : settings.secrets()) {
    const bool anew = std::any_of(given.secret.begin(), given.secret.end(),
                                  [&key = key](const auto& pair) { return pair.first == key; });
    if (anew) continue;
    return MakeError(Fault::kMisconfigured, "\"" + key +
                                                "\" was given for another server; give it again "
                                                "together with the new one");
  }
  return settings;
}

Result<TakenSettings> TakeSettings(AdminContext& context, const Connector& connector,
                                   const store::Connection& connection, const Settings* old,
                                   const GivenSettings& given, bool probe) {
  const auto specs = connector.descriptor().settings;
  TakenSettings taken;
  PONS_ASSIGN(auto merged, MergeSettings(connector, old, given));
  PONS_ASSIGN(taken.settings, CompleteSettings(std::move(merged), specs));
  PONS_TRY(connector.Check(taken.settings));
  PONS_ASSIGN(const auto zone, PracticeZone::Named(connection.time_zone));
  Tally tally(taken.counted);
  const auto http = net::MakeCurlTransport({.policy = context.vendor_addresses});
  SessionContext session{context.clock,  http.get(),  nullptr, context.random,
                         context.cancel, context.log, zone};
  session.meter = &tally;
  if (!OnceGiven(connector, given).empty()) {
    PONS_ASSIGN(auto paired, connector.Pair(taken.settings, session));
    paired = Without(paired, connector, &SettingSpec::once);
    PONS_ASSIGN(taken.settings, CompleteSettings(std::move(paired), specs));
    PONS_TRY(connector.Check(taken.settings));
    taken.paired = true;
  }
  taken.settings = Without(taken.settings, connector, &SettingSpec::once);
  if (!probe) return taken;
  session.keep = [&taken, &connector](std::string_view key, std::string value) {
    const auto* spec = SpecOf(connector, key);
    if (spec != nullptr && spec->learned) taken.settings.Set(std::string(key), std::move(value));
  };
  auto report = ProbeSettings(connector, taken.settings, session);
  if (report) {
    taken.report = std::move(*report);
  } else if (taken.paired && Passes(report.error().fault)) {
    taken.passing = report.error();
  } else {
    taken.failed = std::move(report).error();
    if (taken.paired) {
      taken.failed->summary += " (\"" + LabelOf(connector, OnceGiven(connector, given)) +
                               "\" is used up: get a new one for the next try)";
    }
  }
  return taken;
}

bool MovesAway(const Connector& connector, const Settings& old, const Settings& fresh) {
  if (!HasLearned(connector, old)) return false;
  const auto* guide = connector.guide();
  if (guide != nullptr && !guide->way_setting.empty() &&
      old.Text(guide->way_setting) != fresh.Text(guide->way_setting)) {
    return true;
  }
  const auto specs = connector.descriptor().settings;
  return std::any_of(specs.begin(), specs.end(), [&](const SettingSpec& spec) {
    return spec.learned && !old.Text(spec.key).empty() &&
           old.Text(spec.key) != fresh.Text(spec.key);
  });
}

}  // namespace pons::admin
