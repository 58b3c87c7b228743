// SPDX-License-Identifier: Apache-2.0
// D: what a vendor declares, by itself.
#include <toml++/toml.h>

#include <filesystem>

#include "base/text.h"
#include "tests/conformance/checks.h"

namespace pons::conformance {
namespace {

std::filesystem::path VendorFolder(const Bench& bench) {
  return std::filesystem::path(PONS_SOURCE_DIR) / "vendors" / bench.vendor();
}

bool SoundsSecret(std::string_view key) {
  for (const std::string_view word :
       {"password", "secret", "token", "private_key", "pairing_code"}) {
    if (key.find(word) != std::string_view::npos) return true;
  }
  return false;
}

// A connection of sample.toml as settings. What the sample leaves blank is taken from `good`; a
// secret may be named by a file (password_file) instead of its value.
Settings FilledIn(const toml::table& connection, std::span<const SettingSpec> specs,
                  const Settings& good) {
  Settings settings;
  for (const auto& spec : specs) {
    const auto key = std::string(spec.key);
    const auto* node = connection.get(spec.secret ? key + "_file" : key);
    if (node == nullptr && spec.secret) node = connection.get(key);
    if (node == nullptr) {
      Require(!spec.required, "sample.toml does not show the required setting " + key);
      continue;
    }
    if (spec.secret) {
      Require(good.Secret(key) != nullptr, "the suite's settings lack the secret " + key);
      settings.SetSecret(key, good.Secret(key)->Reveal());
      continue;
    }
    std::string value = node->value_or(std::string());
    if (node->is_integer()) value = std::to_string(node->value_or(std::int64_t{0}));
    if (node->is_boolean()) value = node->value_or(false) ? "true" : "false";
    if (value.empty()) value = std::string(good.Text(key));
    settings.Set(key, value);
  }
  return settings;
}

Settings Without(const Settings& settings, std::string_view key) {
  Settings less;
  for (const auto& [name, value] : settings.plain()) {
    if (name != key) less.Set(name, value);
  }
  for (const auto& [name, value] : settings.secrets()) {
    if (name != key) less.SetSecret(name, value.Reveal());
  }
  return less;
}

}  // namespace

void DescriptorIsComplete(Bench& bench) {
  const auto& descriptor = bench.connector().descriptor();
  Require(descriptor.id == bench.vendor(), "the id is not the folder's name");
  Require(std::filesystem::is_directory(VendorFolder(bench)), "there is no folder of that name");
  Require(!descriptor.name.empty() && !descriptor.region.empty(), "name or region is missing");
  std::set<std::string_view> keys;
  for (const auto& spec : descriptor.settings) {
    const std::string key(spec.key);
    Require(keys.insert(spec.key).second, "setting " + key + " is there twice");
    Require(spec.help.size() > 8 && spec.help.ends_with('.'), "setting " + key + " lacks its help");
    Require(spec.secret == SoundsSecret(spec.key),
            "setting " + key + " is not marked as it sounds");
    Require(!spec.secret || spec.fallback.empty(), "secret " + key + " has a fallback");
  }
  for (const auto host : descriptor.hosts) {
    Require(!host.empty(), "an empty host");
    if (!host.starts_with('{')) continue;
    Require(host.ends_with('}') && keys.contains(host.substr(1, host.size() - 2)),
            "host " + std::string(host) + " names no setting");
  }
  std::set<Stream> streams;
  for (const auto& support : descriptor.can.streams) {
    Require(streams.insert(support.stream).second, Name(support.stream) + " is declared twice");
    Require(support.poll_interval > milliseconds(0),
            Name(support.stream) + " has no poll interval");
  }
  std::set<model::CommandKind> commands;
  for (const auto kind : descriptor.can.commands) {
    const std::string name(model::CommandKindName(kind));
    Require(commands.insert(kind).second, name + " is declared twice");
    Require(kind != model::CommandKind::kAttachDocument || descriptor.can.max_document_bytes > 0,
            name + " is declared without a limit of bytes");
  }
  Require(commands.empty() || descriptor.can.settling > milliseconds(0),
          "commands are declared, and no time in which they settle");
}

void SampleIsUsable(Bench& bench) {
  const auto path = VendorFolder(bench) / "sample.toml";
  toml::table file;
  try {
    file = toml::parse_file(path.string());
  } catch (const toml::parse_error&) {
    throw Failed{"sample.toml does not parse"};
  }
  const auto* list = file.get_as<toml::array>("connection");
  Require(list != nullptr && !list->empty(), "sample.toml has no [[connection]]");
  const auto* connection = list->get_as<toml::table>(0);
  Require(connection != nullptr, "sample.toml's connection is no table");
  Require((*connection)["vendor"].value_or(std::string()) == bench.vendor(),
          "sample.toml is for another vendor");
  const auto zone = (*connection)["time_zone"].value_or(std::string());
  Require(PracticeZone::Named(zone).has_value(), "sample.toml has no time_zone");

  const auto specs = bench.connector().descriptor().settings;
  const auto settings = FilledIn(*connection, specs, bench.clinic().GoodSettings());
  Need(bench.connector().Check(settings), "Check refuses the sample once filled in");
  for (const auto& spec : specs) {
    if (!spec.required) continue;
    const auto checked = bench.connector().Check(Without(settings, spec.key));
    const std::string key(spec.key);
    Require(!checked.has_value(), "Check does not miss the setting " + key);
    Require(checked.error().fault == Fault::kMisconfigured, "a missing setting is misconfigured");
    Require(checked.error().summary.find(key) != std::string::npos,
            "Check does not name the setting " + key);
  }
}

void FacetsAreAsDeclared(Bench& bench) {
  const auto session = bench.Open();
  Require((session->session().changes() != nullptr) == !bench.can().streams.empty(),
          "streams are declared and not there, or the reverse");
  Require((session->session().records() != nullptr) == bench.can().reads_records,
          "reads_records is declared and not there, or the reverse");
  Require((session->session().slots() != nullptr) == bench.can().reads_slots,
          "reads_slots is declared and not there, or the reverse");
  Require((session->session().clinical() != nullptr) == !bench.can().clinical.empty(),
          "clinical data is declared and not there, or the reverse");
  Require((session->session().commands() != nullptr) == !bench.can().commands.empty(),
          "commands are declared and not there, or the reverse");
}

}  // namespace pons::conformance
