// SPDX-License-Identifier: Apache-2.0
#include "vendor_options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace pons {
namespace {

constexpr std::string_view kPrefix = "PONS_VENDOR_";

Error Bad(std::string text) { return MakeError(Fault::kMisconfigured, std::move(text)); }

std::string Upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string VariableOf(const OperatorSection& section, const SettingSpec& spec) {
  return std::string(kPrefix) + Upper(section.section) + "_" + Upper(spec.key);
}

struct Place {
  const OperatorSection* section = nullptr;
  const SettingSpec* spec = nullptr;
  std::string value;
};

// "SECTION.KEY=VALUE". Errors name what is unknown, never the value.
Result<Place> Read(std::string_view option, const std::string& given,
                   std::span<const OperatorSection> sections) {
  const auto equals = given.find('=');
  const auto dot = given.find('.');
  if (equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 >= equals) {
    return Bad(std::string(option) +
               " wants SECTION.KEY=" + (option == "--vendor-setting" ? "VALUE" : "FILE"));
  }
  const auto name = given.substr(0, dot);
  const auto key = given.substr(dot + 1, equals - dot - 1);
  const auto section = std::find_if(sections.begin(), sections.end(),
                                    [&](const auto& s) { return s.section == name; });
  if (section == sections.end()) {
    std::string known;
    for (const auto& s : sections) known += (known.empty() ? "" : ", ") + std::string(s.section);
    return Bad(std::string(option) + ": there is no section \"" + name + "\"" +
               (known.empty() ? "; this program has none" : "; there are: " + known));
  }
  const auto& specs = section->settings;
  const auto spec =
      std::find_if(specs.begin(), specs.end(), [&](const auto& s) { return s.key == key; });
  if (spec == specs.end()) {
    std::string known;
    for (const auto& s : specs) known += (known.empty() ? "" : ", ") + std::string(s.key);
    return Bad(std::string(option) + ": section \"" + name + "\" has no key \"" + key +
               "\"; it has: " + known);
  }
  return Place{&*section, &*spec, given.substr(equals + 1)};
}

void Put(OperatorSettings& out, const OperatorSection& section, const SettingSpec& spec,
         std::string value) {
  auto& settings = out[std::string(section.section)];
  if (spec.secret) {
    settings.SetSecret(std::string(spec.key), std::move(value));
  } else {
    settings.Set(std::string(spec.key), std::move(value));
  }
}

Result<void> FromEnvironment(std::span<const OperatorSection> sections,
                             const char* const* environment, OperatorSettings& out) {
  for (auto entry = environment; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view pair(*entry);
    if (!pair.starts_with(kPrefix)) continue;
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const auto name = pair.substr(0, equals);
    bool known = false;
    for (const auto& section : sections) {
      for (const auto& spec : section.settings) {
        if (VariableOf(section, spec) != name) continue;
        Put(out, section, spec, std::string(pair.substr(equals + 1)));
        known = true;
      }
    }
    // A mistyped name must not look like a vendor that is not set up.
    if (!known) {
      return Bad("the environment has " + std::string(name) +
                 ", which no vendor knows; names are " + std::string(kPrefix) + "SECTION_KEY");
    }
  }
  return Ok();
}

}  // namespace

void AddVendorOptions(CLI::App& command, VendorOptions& options) {
  command
      .add_option("--vendor-setting", options.settings,
                  "What this server's operator sets for a vendor; repeated")
      ->type_name("SECTION.KEY=VALUE")
      ->type_size(1)
      ->expected(1)
      ->take_all();
  command
      .add_option("--vendor-secret-file", options.secret_files,
                  "The same for a secret, which stands in a file; repeated. Or the environment: "
                  "PONS_VENDOR_SECTION_KEY")
      ->type_name("SECTION.KEY=FILE")
      ->type_size(1)
      ->expected(1)
      ->take_all();
}

std::string VendorOptionsHelp() {
  std::string out;
  for (const auto& section : OperatorSections()) {
    out += "\nVendor settings, section " + std::string(section.section) + ": " +
           std::string(section.help) + "\n";
    for (const auto& spec : section.settings) {
      out += "  " + std::string(section.section) + "." + std::string(spec.key) +
             (spec.secret ? " (secret)" : "") + ": " + std::string(spec.help);
      if (!spec.fallback.empty()) out += " [" + std::string(spec.fallback) + "]";
      out += "\n";
    }
  }
  return out;
}

Result<OperatorSettings> OperatorSettingsFrom(const VendorOptions& options,
                                              std::span<const OperatorSection> sections,
                                              const char* const* environment) {
  OperatorSettings out;
  PONS_TRY(FromEnvironment(sections, environment, out));
  for (const auto& given : options.settings) {
    PONS_ASSIGN(auto place, Read("--vendor-setting", given, sections));
    if (place.spec->secret) {
      return Bad("--vendor-setting: " + std::string(place.section->section) + "." +
                 std::string(place.spec->key) + " is a secret; give it with --vendor-secret-file " +
                 "or in " + VariableOf(*place.section, *place.spec));
    }
    Put(out, *place.section, *place.spec, std::move(place.value));
  }
  for (const auto& given : options.secret_files) {
    PONS_ASSIGN(const auto place, Read("--vendor-secret-file", given, sections));
    const auto name = std::string(place.section->section) + "." + std::string(place.spec->key);
    std::ifstream file(place.value, std::ios::binary);
    if (!file) return Bad("--vendor-secret-file " + name + ": the file cannot be read");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto value = Trim(text);
    if (value.empty()) return Bad("--vendor-secret-file " + name + ": the file is empty");
    Put(out, *place.section, *place.spec, std::string(value));
  }
  return out;
}

Result<OperatorSettings> OperatorSettingsFrom(const VendorOptions& options) {
  return OperatorSettingsFrom(options, OperatorSections(), environ);
}

}  // namespace pons
