// SPDX-License-Identifier: Apache-2.0
#include "sandboxkit/faults.h"

#include "base/text.h"

namespace pons::sandboxkit {
namespace {

struct ActionName {
  FaultAction action;
  std::string_view name;
};

constexpr ActionName kActions[] = {
    {FaultAction::kDelay, "delay"},
    {FaultAction::kDelayAfterEffect, "delay_after_effect"},
    {FaultAction::kDropBeforeEffect, "drop_before_effect"},
    {FaultAction::kDropAfterEffect, "drop_after_effect"},
    {FaultAction::kError, "error"},
    {FaultAction::kTruncate, "truncate"},
    {FaultAction::kGarbage, "garbage"},
    {FaultAction::kSilent, "silent"},
    {FaultAction::kRefuseLogin, "refuse_login"},
    {FaultAction::kAnswer, "answer"},
    {FaultAction::kAnswerAfterEffect, "answer_after_effect"},
};

}  // namespace

std::string_view FaultActionName(FaultAction action) {
  for (const ActionName& entry : kActions) {
    if (entry.action == action) return entry.name;
  }
  return "";
}

Result<FaultRule> FaultPlan::Add(const json::Value& rule) {
  FaultRule out;
  out.kind = AsciiLower(rule.Text("kind"));
  out.contains = AsciiLower(rule.Text("match"));
  out.procedure = AsciiLower(rule.Text("procedure"));
  out.skip = rule.Integer("after").value_or(0);
  out.count = rule.Integer("times").value_or(1);
  if (out.count == 0) out.count = -1;
  out.value = rule.Integer("amount").value_or(0);
  const ActionName* found = nullptr;
  for (const ActionName& entry : kActions) {
    if (rule.Text("action") == entry.name) found = &entry;
  }
  if (found == nullptr) {
    return MakeError(Fault::kRejected,
                     "action must be one of delay, delay_after_effect, drop_before_effect, "
                     "drop_after_effect, error, "
                     "truncate, garbage, silent, refuse_login, answer, answer_after_effect");
  }
  if (out.skip < 0 || out.value < 0) {
    return MakeError(Fault::kRejected, "after and amount must not be negative");
  }
  out.action = found->action;
  if (out.action == FaultAction::kRefuseLogin) out.kind = "login";
  const std::lock_guard lock(mutex_);
  out.id = ++last_id_;
  rules_.push_back(out);
  return out;
}

void FaultPlan::Clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
}

json::Value FaultPlan::Describe() const {
  const std::lock_guard lock(mutex_);
  json::Array out;
  for (const FaultRule& rule : rules_) {
    out.emplace_back(json::Object{{"id", rule.id},
                                  {"kind", rule.kind},
                                  {"match", rule.contains},
                                  {"procedure", rule.procedure},
                                  {"after", rule.skip},
                                  {"times", rule.count},
                                  {"action", FaultActionName(rule.action)},
                                  {"amount", rule.value},
                                  {"hits", rule.hits}});
  }
  return json::Object{{"faults", std::move(out)}};
}

std::optional<FaultRule> FaultPlan::Match(std::string_view kind, std::string_view text,
                                          std::string_view procedures) {
  const std::lock_guard lock(mutex_);
  if (rules_.empty()) return std::nullopt;
  const std::string lower = AsciiLower(text);
  const std::string called = " " + AsciiLower(procedures) + " ";
  for (FaultRule& rule : rules_) {
    if (rule.count == 0) continue;
    if (rule.kind.empty() ? kind == "login" || kind == "connect" : rule.kind != kind) continue;
    if (!rule.procedure.empty() && called.find(" " + rule.procedure + " ") == std::string::npos)
      continue;
    if (!rule.contains.empty() && lower.find(rule.contains) == std::string::npos) continue;
    if (rule.skip > 0) {
      --rule.skip;
      continue;
    }
    if (rule.count > 0) --rule.count;
    ++rule.hits;
    return rule;
  }
  return std::nullopt;
}

}  // namespace pons::sandboxkit
