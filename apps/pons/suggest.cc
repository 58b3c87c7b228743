// SPDX-License-Identifier: Apache-2.0
#include "suggest.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "admin/command.h"

namespace pons {
namespace {

std::string Sentence(std::string_view kind, std::string_view word,
                     const std::vector<std::string>& known, const std::string& help) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const auto meant = admin::Nearest(word, views);
  std::string out = "unknown " + std::string(kind) + " \"" + std::string(word) + "\"";
  return out + (meant.empty() ? "; " + help + " lists them"
                              : "; did you mean " + std::string(meant) + "?");
}

std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace

std::string UnknownWord(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* at = &app;
  std::string path = "pons";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") return {};
    if (word.starts_with("--")) {
      const auto name = std::string(word.substr(0, word.find('=')));
      const auto known = OptionsOf(*at);
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        return Sentence("option", name, known, path + " --help");
      }
      continue;
    }
    if (word.starts_with('-')) continue;
    const auto subcommands = at->get_subcommands([](const CLI::App*) { return true; });
    if (subcommands.empty()) continue;  // a value
    const CLI::App* next = nullptr;
    std::vector<std::string> known;
    for (const auto* subcommand : subcommands) {
      known.push_back(subcommand->get_name());
      if (subcommand->get_name() == word) next = subcommand;
    }
    if (next == nullptr) return Sentence("word", word, known, path + " --help");
    at = next;
    path += " " + std::string(word);
  }
  return {};
}

}  // namespace pons
