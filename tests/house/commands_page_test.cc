// SPDX-License-Identifier: Apache-2.0
// docs/reference/commands.md is written from the table of operators' commands, and is the same as
// what it says.
#include <string>

#include "admin/command.h"
#include "page.h"

namespace pons::admin {
namespace {

std::string OnCommandLine(const ArgumentSpec& argument) {
  std::string name(argument.name);
  for (char& c : name) {
    if (c == '_') c = '-';
  }
  if (argument.positional) return name + (argument.kind == ArgumentKind::kList ? "…" : "");
  switch (argument.kind) {
    case ArgumentKind::kFlag:
      return "--" + name;
    case ArgumentKind::kPairs:
    case ArgumentKind::kSecretPairs:
      return "--" + name + " key=value";
    case ArgumentKind::kList:
      return "--" + name + " value";
    case ArgumentKind::kText:
    case ArgumentKind::kTextOrFile:
    case ArgumentKind::kInteger:
      return "--" + name + " value";
  }
  return name;
}

bool MayBeRepeated(const ArgumentSpec& argument) {
  return argument.kind == ArgumentKind::kList || argument.kind == ArgumentKind::kPairs ||
         argument.kind == ArgumentKind::kSecretPairs;
}

void AppendCommand(std::string& page, const CommandSpec& command) {
  page += "\n## pons " + std::string(command.name) + "\n\n" + std::string(command.summary) +
          "\n\n```\n" + std::string(command.example) + "\n```\n";
  if (command.arguments.empty()) return;
  page += "\n| Argument | Needed | Means |\n|---|---|---|\n";
  for (const auto& argument : command.arguments) {
    page += "| `" + OnCommandLine(argument) + "` | " + (argument.required ? "yes" : "no");
    page += MayBeRepeated(argument) && !argument.positional ? ", may be repeated | " : " | ";
    page += std::string(argument.help);
    if (!argument.choices.empty()) page += "; one of: " + std::string(argument.choices);
    if (!argument.fallback.empty()) page += "; default " + std::string(argument.fallback);
    page += " |\n";
  }
}

std::string Page() {
  std::string page =
      "# Commands\n\n"
      "What an operator can order. Each prints a table for people, or with `--json` the same for "
      "programs; each has\n`--help`. The commands work on a data folder: through the server that "
      "runs on it, or on the folder itself where\nnone runs. Exit codes: "
      "[errors](errors.md#exit-codes-of-pons). This page is written from the program's own "
      "table;\n`pons serve --help` and `pons demo --help` tell about those two.\n";
  for (const auto& command : Commands()) AppendCommand(page, command);
  return page;
}

TEST(CommandsPage, SaysWhatTheTableSays) { ExpectPage("commands.md", Page()); }

TEST(Commands, EachHasASummaryAndAnExampleThatNamesIt) {
  for (const auto& command : Commands()) {
    EXPECT_TRUE(command.summary.ends_with('.')) << command.name;
    EXPECT_TRUE(command.example.starts_with("pons " + std::string(command.name))) << command.name;
    EXPECT_EQ(FindCommand(command.name), &command) << command.name;
    for (const auto& argument : command.arguments) EXPECT_FALSE(argument.help.empty());
  }
}

}  // namespace
}  // namespace pons::admin
