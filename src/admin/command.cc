// SPDX-License-Identifier: Apache-2.0
#include "admin/command.h"

#include <algorithm>
#include <numeric>

#include "admin/backups.h"
#include "admin/parts.h"
#include "base/text.h"

namespace pons::admin {
namespace {

std::vector<CommandSpec> Gather() {
  std::vector<CommandSpec> all;
  for (const auto part :
       {OrganizationCommands(), UserCommands(), ConnectionCommands(), AccessKeyCommands(),
        AppCommands(), GrantCommands(), DuplicateCommands(), WebhookCommands(), CommandCommands(),
        InsightCommands(), ExplainCommands(), DoctorCommands(), BackupCommands()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

Error Bad(const CommandSpec& command, std::string text) {
  return MakeError(Fault::kMisconfigured, std::string(command.name) + ": " + std::move(text));
}

bool HasKind(const json::Value& value, ArgumentKind kind) {
  const auto is_text = [](const json::Value& v) { return v.is_string(); };
  switch (kind) {
    case ArgumentKind::kText:
    case ArgumentKind::kTextOrFile:
      return value.is_string();
    case ArgumentKind::kFlag:
      return value.is_bool();
    case ArgumentKind::kInteger:
      return value.AsInteger().has_value();
    case ArgumentKind::kList:
      return value.is_array() && std::all_of(value.array()->begin(), value.array()->end(), is_text);
    case ArgumentKind::kPairs:
    case ArgumentKind::kSecretPairs:
      return value.is_object() &&
             std::all_of(value.object()->begin(), value.object()->end(),
                         [](const json::Member& member) { return member.second.is_string(); });
  }
  return false;
}

std::string_view KindName(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::kText:
    case ArgumentKind::kTextOrFile:
      return "text";
    case ArgumentKind::kFlag:
      return "true or false";
    case ArgumentKind::kInteger:
      return "a whole number";
    case ArgumentKind::kList:
      return "a list of texts";
    case ArgumentKind::kPairs:
    case ArgumentKind::kSecretPairs:
      return "an object of texts";
  }
  return "text";
}

Result<void> CheckArgument(const CommandSpec& command, const ArgumentSpec& spec,
                           const json::Value& value) {
  const std::string name(spec.name);
  if (!HasKind(value, spec.kind)) {
    return Bad(command, name + " must be " + std::string(KindName(spec.kind)));
  }
  if (spec.choices.empty()) return Ok();
  const auto choices = Split(spec.choices, ' ');
  if (std::find(choices.begin(), choices.end(), *value.string()) == choices.end()) {
    return Bad(command, name + " is one of: " + std::string(spec.choices));
  }
  return Ok();
}

Result<json::Value> CheckArguments(const CommandSpec& command, const json::Value& given) {
  if (!given.is_null() && !given.is_object()) return Bad(command, "arguments must be an object");
  std::vector<std::string_view> known;
  for (const auto& spec : command.arguments) known.push_back(spec.name);
  json::Value checked{json::Object{}};
  if (given.is_object()) {
    for (const auto& [name, value] : *given.object()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const auto meant = Nearest(name, known);
      return Bad(command, "unknown argument \"" + name + "\"" +
                              (meant.empty() ? "" : "; did you mean " + std::string(meant) + "?"));
    }
  }
  for (const auto& spec : command.arguments) {
    const auto* value = given.Find(spec.name);
    if (value != nullptr && !value->is_null()) {
      PONS_TRY(CheckArgument(command, spec, *value));
      if (spec.required && value->is_string() && Trim(*value->string()).empty()) {
        return Bad(command, std::string(spec.name) + " is empty");
      }
      checked.Set(spec.name, *value);
    } else if (spec.required) {
      return Bad(command, std::string(spec.name) + " is missing: " + std::string(spec.help));
    } else if (!spec.fallback.empty()) {
      checked.Set(spec.name, spec.fallback);
    }
  }
  return checked;
}

// What the audit trail names: the first thing that the command was given to work on.
std::string SubjectOf(const CommandSpec& command, const json::Value& arguments) {
  for (const auto& spec : command.arguments) {
    if (spec.kind == ArgumentKind::kText && (spec.positional || spec.required)) {
      if (const auto text = arguments.Text(spec.name); !text.empty()) return std::string(text);
    }
  }
  return {};
}

}  // namespace

std::span<const CommandSpec> Commands() {
  static const std::vector<CommandSpec> all = Gather();
  return all;
}

const CommandSpec* FindCommand(std::string_view name) {
  const auto all = Commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& spec) { return spec.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view Nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t best_distance = word.size() / 3 + 2;  // further off it is another word
  for (const auto candidate : known) {
    const auto distance =
        candidate.starts_with(word) && word.size() >= 2 ? 1 : Distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

Result<json::Value> RunAdminCommand(AdminContext& context, std::string_view name,
                                    const json::Value& arguments) {
  const auto* command = FindCommand(name);
  if (command == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& spec : Commands()) known.push_back(spec.name);
    const auto meant = Nearest(name, known);
    return MakeError(Fault::kNotFound,
                     "unknown command \"" + std::string(name) + "\"" +
                         (meant.empty() ? "; pons --help lists them"
                                        : "; did you mean " + std::string(meant) + "?"));
  }
  PONS_ASSIGN(const auto checked, CheckArguments(*command, arguments));
  if (command->changes_settings && context.audit) {
    PONS_TRY(context.audit(command->name, SubjectOf(*command, checked)));
  }
  return command->run(context, checked);
}

}  // namespace pons::admin
