// SPDX-License-Identifier: Apache-2.0
// docs/reference/settings.md is written from the vendors' descriptors, and is the same as what they
// say.
#include <string>

#include "connector/registry.h"
#include "page.h"

namespace pons {
namespace {

std::string Cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string Duration(std::chrono::milliseconds time) {
  if (time.count() % 1000 != 0) return std::to_string(time.count()) + " ms";
  return std::to_string(time.count() / 1000) + " s";
}

std::string_view HowChangesShow(DeltaStyle style) {
  switch (style) {
    case DeltaStyle::kFeed:
      return "the vendor's feed";
    case DeltaStyle::kModifiedSince:
      return "time of last change";
    case DeltaStyle::kSweepOnly:
      return "read whole each time";
  }
  return "";
}

std::string_view HowDeletionsShow(DeletionStyle style) {
  switch (style) {
    case DeletionStyle::kReported:
      return "told by the vendor";
    case DeletionStyle::kBySweep:
      return "by a finished sweep";
    case DeletionStyle::kNever:
      return "not known";
  }
  return "";
}

std::string Upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

// What whoever runs the server gives for all connections of a vendor.
void AppendOperatorSections(std::string& page) {
  page +=
      "\n## What the server's operator sets for vendors\n\n"
      "For all connections of a vendor at once: `--vendor-setting SECTION.KEY=VALUE`, secrets by\n"
      "`--vendor-secret-file SECTION.KEY=FILE`, or the environment; an option goes before the "
      "environment.\n`pons serve`, `pons demo` and every command that works without a running "
      "server take them.\n";
  if (OperatorSections().empty()) page += "\nNo vendor of this program needs any.\n";
  for (const auto& section : OperatorSections()) {
    const std::string name(section.section);
    page += "\n### Section `" + name + "`\n\n" + std::string(section.help) +
            "\n\n| Key | Environment | Default | Means |\n|---|---|---|---|\n";
    for (const auto& setting : section.settings) {
      page += "| `" + std::string(setting.key) + "`" + (setting.secret ? ", secret" : "") +
              " | `PONS_VENDOR_" + Upper(name) + "_" + Upper(setting.key) + "` | ";
      if (!setting.fallback.empty()) page += "`" + Cell(setting.fallback) + "` ";
      page += "| " + Cell(setting.help) + " |\n";
    }
  }
}

void AppendVendor(std::string& page, const Descriptor& vendor) {
  page += "\n## " + std::string(vendor.name) + " (`" + std::string(vendor.id) + "`)\n\n";
  if (vendor.settings.empty()) {
    page += "No settings.\n";
  } else {
    page += "| Setting | Needed | Default | Means |\n|---|---|---|---|\n";
    for (const auto& setting : vendor.settings) {
      page += "| `" + std::string(setting.key) + "` | ";
      page += setting.required ? "yes" : "no";
      page += setting.secret ? ", secret" : "";
      page += setting.once ? ", used up at once" : "";
      page += setting.learned ? ", never: Pons learns it" : "";
      page += setting.fallback.empty() ? " | " : " | `" + Cell(setting.fallback) + "`";
      page += " | " + Cell(setting.help) + " |\n";
    }
  }
  page +=
      "\n| Stream | Looked at every | Changes show by | Deletions show by |\n|---|---|---|---|\n";
  for (const auto& stream : vendor.can.streams) {
    page += "| " + std::string(model::StreamName(stream.stream)) + " | " +
            Duration(stream.poll_interval) + " | " + std::string(HowChangesShow(stream.delta)) +
            " | " + std::string(HowDeletionsShow(stream.deletions)) + " |\n";
  }
}

std::string Page() {
  Registry registry;
  PONS_CHECK(RegisterAll(registry));
  std::string page =
      "# Settings of connections\n\n"
      "What `pons connection add` asks for, by vendor, and how each vendor is read. Secrets are "
      "sealed at rest,\nnever shown and never logged. This page is written from the vendors' "
      "descriptors.\n";
  for (const auto* connector : registry.all()) AppendVendor(page, connector->descriptor());
  AppendOperatorSections(page);
  return page;
}

TEST(SettingsPage, SaysWhatTheDescriptorsSay) { ExpectPage("settings.md", Page()); }

}  // namespace
}  // namespace pons
