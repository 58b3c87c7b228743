// SPDX-License-Identifier: Apache-2.0
// The operator's commands as words of the command line, made from admin::Commands().
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include "admin_run.h"
#include "base/text.h"
#include "commands.h"
#include "print.h"
#include "vendor_options.h"

namespace pons {
namespace {

using admin::ArgumentKind;
using admin::ArgumentSpec;

// What was typed for one command. Held in deques, because CLI11 keeps pointers into it.
struct Typed {
  std::string data = "/var/lib/pons";
  bool json = false;
  VendorOptions vendor;
  std::map<std::string_view, std::string> texts;
  std::map<std::string_view, bool> flags;
  std::map<std::string_view, std::vector<std::string>> lists;
};

Error Usage(std::string text) { return MakeError(Fault::kMisconfigured, std::move(text)); }

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Usage(path + " cannot be read");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return std::string(Trim(text));
}

// One line from standard input, not shown while it is typed.
Result<std::string> TypeSecret(const std::string& name) {
  const bool terminal = isatty(STDIN_FILENO) != 0;
  termios before{};
  if (terminal) {
    std::fprintf(stderr, "%s: ", name.c_str());
    tcgetattr(STDIN_FILENO, &before);
    termios quiet = before;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  std::string line;
  const bool read = static_cast<bool>(std::getline(std::cin, line));
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fprintf(stderr, "\n");
  }
  if (!read) return Usage("nothing came on standard input for " + name);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<std::string> SecretFrom(const std::string& key, const std::string& value) {
  if (value == "-") return TypeSecret(key);
  if (value.starts_with('@')) return ReadFile(value.substr(1));
  return value;
}

Result<json::Value> PairsFrom(const ArgumentSpec& spec, const std::vector<std::string>& typed) {
  json::Value out{json::Object{}};
  for (const auto& pair : typed) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Usage("--" + std::string(spec.name) + " wants key=value, not \"" +
                   (spec.kind == ArgumentKind::kSecretPairs ? "…" : pair) + "\"");
    }
    const auto key = pair.substr(0, equals);
    auto value = pair.substr(equals + 1);
    if (spec.kind == ArgumentKind::kSecretPairs) {
      PONS_ASSIGN(value, SecretFrom(key, value));
    }
    if (out.Find(key) != nullptr) return Usage("\"" + key + "\" is given twice");
    out.Set(key, std::move(value));
  }
  return out;
}

Result<void> AddArgument(const ArgumentSpec& spec, const Typed& typed, json::Value& out) {
  switch (spec.kind) {
    case ArgumentKind::kFlag:
      if (typed.flags.at(spec.name)) out.Set(spec.name, true);
      return Ok();
    case ArgumentKind::kText:
    case ArgumentKind::kTextOrFile:
    case ArgumentKind::kInteger: {
      auto text = typed.texts.at(spec.name);
      if (text.empty()) return Ok();
      if (spec.kind == ArgumentKind::kTextOrFile && text.starts_with('@')) {
        PONS_ASSIGN(text, ReadFile(text.substr(1)));
      }
      out.Set(spec.name, spec.kind == ArgumentKind::kInteger ? json::Value(json::Number{text})
                                                             : json::Value(text));
      return Ok();
    }
    case ArgumentKind::kList: {
      const auto& list = typed.lists.at(spec.name);
      json::Array items;
      for (const auto& item : list) items.emplace_back(item);
      if (!items.empty()) out.Set(spec.name, std::move(items));
      return Ok();
    }
    case ArgumentKind::kPairs:
    case ArgumentKind::kSecretPairs: {
      const auto& list = typed.lists.at(spec.name);
      if (list.empty()) return Ok();
      PONS_ASSIGN(auto pairs, PairsFrom(spec, list));
      out.Set(spec.name, std::move(pairs));
      return Ok();
    }
  }
  return Ok();
}

Result<json::Value> RunTyped(const admin::CommandSpec& command, const Typed& typed) {
  json::Value arguments{json::Object{}};
  for (const auto& spec : command.arguments) PONS_TRY(AddArgument(spec, typed, arguments));
  return RunOnFolder(typed.data, command, arguments, typed.vendor);
}

ExitCode RunAndPrint(const admin::CommandSpec& command, const Typed& typed) {
  const auto answer = RunTyped(command, typed);
  if (!answer) {
    if (typed.json) {
      json::Value error;
      error.Set("fault", FaultName(answer.error().fault));
      error.Set("summary", answer.error().summary);
      std::printf("%s\n", json::Write(error).c_str());
    }
    return Report(answer.error());
  }
  const PrintStyle style{isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr};
  const auto text =
      typed.json ? json::Write(*answer) + "\n" : ForPeople(*answer, command.columns, style);
  std::fwrite(text.data(), 1, text.size(), stdout);
  const auto* ok = answer->Find("ok");
  const bool unwell = ok != nullptr && ok->boolean() != nullptr && !*ok->boolean();
  const auto check = typed.flags.find("check");
  const bool asked = command.name == "doctor" || (check != typed.flags.end() && check->second);
  return unwell && asked ? ExitCode::kAttention : ExitCode::kOk;
}

std::string OptionName(const ArgumentSpec& spec) {
  std::string name(spec.name);
  if (spec.positional) return name;
  for (char& c : name) c = c == '_' ? '-' : c;
  return "--" + name;
}

std::string HelpOf(const ArgumentSpec& spec) {
  std::string help(spec.help);
  if (!spec.choices.empty()) help += " (" + std::string(spec.choices) + ")";
  if (!spec.fallback.empty()) help += "; " + std::string(spec.fallback) + " when left out";
  return help;
}

void AddOption(CLI::App& leaf, const ArgumentSpec& spec, Typed& typed) {
  const auto name = OptionName(spec);
  CLI::Option* option = nullptr;
  switch (spec.kind) {
    case ArgumentKind::kFlag:
      option = leaf.add_flag(name, typed.flags[spec.name], HelpOf(spec));
      break;
    case ArgumentKind::kText:
    case ArgumentKind::kTextOrFile:
      option = leaf.add_option(name, typed.texts[spec.name], HelpOf(spec));
      break;
    case ArgumentKind::kInteger:
      option = leaf.add_option(name, typed.texts[spec.name], HelpOf(spec))
                   ->check(CLI::TypeValidator<std::int64_t>("INTEGER"));
      break;
    case ArgumentKind::kList:
    case ArgumentKind::kPairs:
    case ArgumentKind::kSecretPairs:
      option = leaf.add_option(name, typed.lists[spec.name], HelpOf(spec));
      // Repeated options take one value each; a positional list takes all that is left.
      if (!spec.positional) option->type_size(1)->expected(1)->take_all();
      break;
  }
  if (spec.kind == ArgumentKind::kPairs || spec.kind == ArgumentKind::kSecretPairs) {
    option->type_name("KEY=VALUE");
  }
  if (spec.required) option->required();
}

void AddCommand(CLI::App& parent, const std::string& word, const admin::CommandSpec& command,
                ExitCode& exit_code) {
  auto* leaf = parent.add_subcommand(word, std::string(command.summary));
  const auto typed = std::make_shared<Typed>();
  for (const auto& spec : command.arguments) AddOption(*leaf, spec, *typed);
  leaf->add_option("--data", typed->data, "Folder for everything Pons keeps")
      ->envname("PONS_DATA")
      ->capture_default_str();
  AddVendorOptions(*leaf, typed->vendor);
  leaf->add_flag("--json", typed->json, "The answer as JSON, for programs");
  leaf->footer("Example: " + std::string(command.example));
  leaf->callback([&command, typed, &exit_code] { exit_code = RunAndPrint(command, *typed); });
}

std::string_view GroupSummary(std::string_view word) {
  struct Group {
    std::string_view word, summary;
  };
  constexpr Group kGroups[] = {
      {"org", "Organizations: practices and groups of practices"},
      {"user", "People who use the portal"},
      {"key", "The master key that secrets are sealed with"},
      {"connection", "Links to practice management systems"},
      {"connection key", "Keys of a connection, for agents and browser extensions"},
      {"vendor", "Systems that can be connected"},
      {"app", "Programs that use Pons"},
      {"grant", "Who may see what"},
      {"webhook", "Where apps are told of changes"},
      {"quarantine", "Rows that could not be read"},
      {"visits", "Visits seen, and why each was shared or not"},
      {"command", "What apps ask practices to do"},
      {"backup", "Copies of all that Pons keeps"},
      {"audit", "The record of who read and changed what"},
  };
  for (const auto& group : kGroups) {
    if (group.word == word) return group.summary;
  }
  return "";
}

}  // namespace

void AddAdminCommands(CLI::App& app, ExitCode& exit_code) {
  std::map<std::string, CLI::App*> groups;  // by their whole name: "connection", "connection key"
  for (const auto& command : admin::Commands()) {
    CLI::App* parent = &app;
    std::string_view name = command.name;
    for (auto blank = name.find(' '); blank != std::string_view::npos; blank = name.find(' ')) {
      const std::string whole(command.name.data(), name.data() + blank);
      auto& group = groups[whole];
      if (group == nullptr) {
        group = parent->add_subcommand(std::string(name.substr(0, blank)),
                                       std::string(GroupSummary(whole)));
        group->require_subcommand(1);
      }
      parent = group;
      name.remove_prefix(blank + 1);
    }
    AddCommand(*parent, std::string(name), command, exit_code);
  }
}

}  // namespace pons
