// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/sandbox/clinic.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "vendors/best_practice/sandbox/fault_text.h"

namespace pons::halo_connect::sandbox {
namespace {

using sandboxkit::FaultAction;
using sandboxkit::FaultRule;
using Ticks = std::chrono::steady_clock;

constexpr std::size_t kIdleKept = 16;
constexpr const char* kLost = "The site could not be contacted.";
constexpr const char* kTooLate = "Query took more than 30 seconds to return a result.";

std::int64_t Micros(Ticks::time_point since) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Ticks::now() - since).count();
}

HaloError FromSql(const bp::SqlError& error) {
  return Failed(400, "mssql", error.number, error.message);
}

std::string ProcedureName(const std::string& text) {
  std::string name(Trim(text));
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  if (const std::size_t dot = name.rfind('.'); dot != std::string::npos) name.erase(0, dot + 1);
  return name;
}

std::string Sent(const Command& command) {
  std::string out;
  for (const Parameter& parameter : command.parameters) {
    if (out.size() > 1000) break;
    out += parameter.name + "=" +
           (bp::IsNull(parameter.value) ? "NULL" : bp::AsText(parameter.value).substr(0, 80)) +
           ", ";
  }
  return out;
}

void Wait(std::int64_t millis, const Clinic::Asked& asked, const CancelToken& cancel) {
  if (millis <= asked.patience_ms) {
    (void)cancel.WaitFor(milliseconds(millis));
    return;
  }
  if (cancel.WaitFor(milliseconds(asked.patience_ms))) return;
  if (asked.too_late) asked.too_late();
  (void)cancel.WaitFor(milliseconds(millis - asked.patience_ms));
}

}  // namespace

Instant Clinic::Now() const { return sandbox_.shared().database.clock().Now(); }

std::string Clinic::PracticeName() {
  Command command;
  command.text = "SELECT TOP 1 PRACTICENAME FROM PRACTICE";
  auto engine = Borrow();
  if (!engine) return {};
  bp::Variables none;
  const Facts facts = Describe(*engine, command, none);
  QueryResult result;
  if (facts.batch) Execute(*engine, command, facts, none, SharedNames::kLast, result);
  GiveBack(std::move(engine));
  const auto rows = json::Parse(result.rows.json);
  if (!rows || rows->array()->empty()) return {};
  return std::string(rows->array()->front().Text("PRACTICENAME"));
}

std::unique_ptr<bp::Engine> Clinic::Borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto engine = std::move(idle_.back());
      idle_.pop_back();
      return engine;
    }
  }
  const bp::TdsShared& shared = sandbox_.shared();
  auto reader = shared.database.OpenReader();
  if (!reader) return nullptr;
  auto engine = std::make_unique<bp::Engine>(shared.database, shared.procedures, shared.compiled,
                                             std::move(*reader));
  engine->session().user = sandbox_.user();
  engine->session().app = "Halo Link";
  return engine;
}

void Clinic::GiveBack(std::unique_ptr<bp::Engine> engine) {
  // A command that leaves a transaction open has lost it: the next one may be somebody else's.
  if (engine->session().transactions > 0) engine->Rollback();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kIdleKept) idle_.push_back(std::move(engine));
}

Clinic::Facts Clinic::Describe(bp::Engine& engine, const Command& command,
                               const bp::Variables& variables) {
  Facts out;
  if (command.stored_procedure) {
    const std::string name = ProcedureName(command.text);
    const bp::Procedure* known = sandbox_.shared().procedures.Find(name);
    out.facts = {"execute", name + " ", known != nullptr ? known->name + " " : "",
                 known != nullptr && known->writes};
    return out;
  }
  out.facts.kind = "batch";
  out.batch = engine.Compile(command.text, variables, out.error);
  if (out.batch) out.facts = engine.Describe(*out.batch);
  return out;
}

void Clinic::Execute(bp::Engine& engine, const Command& command, const Facts& facts,
                     bp::Variables& variables, SharedNames shared, QueryResult& out) {
  RowSink sink(shared, command.mode == ExecutionMode::kScalar);
  std::int64_t returned = 0;
  if (command.stored_procedure) {
    std::vector<bp::Engine::Argument> arguments;
    for (const Parameter& parameter : command.parameters) {
      if (parameter.direction == Direction::kReturnValue) continue;
      arguments.push_back({AsciiUpper(parameter.name), parameter.value, false});
    }
    engine.Call(ProcedureName(command.text), std::move(arguments), sink, returned);
  } else if (facts.batch) {
    engine.Run(*facts.batch, variables, sink);
  } else {
    sink.Failed(*facts.error);
  }
  out.rows = sink.TakeRows();
  if (sink.error()) {
    out.error = FromSql(*sink.error());
    return;
  }
  // INFERRED: from .NET's ExecuteNonQuery, which gives -1 where nothing was changed.
  if (engine.effects() > 0) out.rows_affected = engine.effects();
  for (const Parameter& parameter : command.parameters) {
    if (parameter.direction == Direction::kInput) continue;
    bp::SqlValue value = parameter.value;
    if (parameter.direction == Direction::kReturnValue)
      value = command.stored_procedure ? bp::SqlValue(returned) : bp::SqlValue();
    else if (const auto found = variables.find(AsciiUpper(parameter.name));
             found != variables.end())
      value = found->second.value;
    json::Value text;
    if (!bp::IsNull(value)) {
      std::string plain = ParameterText(parameter.type, value);
      if (parameter.size > 0 && plain.size() > static_cast<std::size_t>(parameter.size))
        plain.resize(static_cast<std::size_t>(parameter.size));
      text = std::move(plain);
    }
    out.parameters.emplace_back(json::Object{{"name", parameter.name},
                                             {"direction", parameter.direction_name},
                                             {"type", parameter.type_name},
                                             {"value", std::move(text)}});
  }
}

bool Clinic::BeforeEffect(const FaultRule& rule, const Asked& asked, const CancelToken& cancel,
                          QueryResult& out) {
  switch (rule.action) {
    case FaultAction::kDelay:
      Wait(rule.value, asked, cancel);
      return true;
    case FaultAction::kDropBeforeEffect:
      out.error = Refused(503, kLost);
      return false;
    case FaultAction::kRefuseLogin:
      out.error = Turned(401, "Access denied due to invalid subscription key.");
      return false;
    case FaultAction::kError:
      out.error = Failed(400, "mssql", rule.value, "A planned fault of the sandbox.");
      return false;
    case FaultAction::kAnswer:
      out.error = Refused(static_cast<int>(rule.value), "A planned fault of the sandbox.");
      return false;
    case FaultAction::kGarbage:
      out.garbage = true;
      return false;
    case FaultAction::kSilent:
      out.silent = true;
      return false;
    case FaultAction::kDelayAfterEffect:
    case FaultAction::kDropAfterEffect:
    case FaultAction::kAnswerAfterEffect:
    case FaultAction::kTruncate:
      return true;
  }
  return true;
}

void Clinic::AfterEffect(const FaultRule& rule, const Asked& asked, const CancelToken& cancel,
                         QueryResult& out) {
  if (rule.action == FaultAction::kDelayAfterEffect) Wait(rule.value, asked, cancel);
  // Done at the practice, and the answer lost on its way: what Halo says then leaves it open.
  if (rule.action == FaultAction::kDropAfterEffect) out.error = Refused(504, kTooLate);
  if (rule.action == FaultAction::kAnswerAfterEffect)
    out.error = Refused(static_cast<int>(rule.value), "A planned fault of the sandbox.");
  if (rule.action == FaultAction::kTruncate) out.cut_at = static_cast<std::size_t>(rule.value);
}

QueryResult Clinic::Run(const Command& command, const Asked& asked, const CancelToken& cancel) {
  const auto began = Ticks::now();
  const bp::TdsShared& shared = sandbox_.shared();
  QueryResult out;
  auto engine = Borrow();
  if (!engine) {
    out.error = Refused(500, "The sandbox cannot open its database.");
    return out;
  }
  engine->session().rights = shared.accounts.RightsOf(sandbox_.user());
  bp::Variables variables;
  for (const Parameter& parameter : command.parameters) {
    if (parameter.direction != Direction::kReturnValue)
      variables[AsciiUpper(parameter.name)] = {parameter.type, parameter.value};
  }
  const Facts facts = Describe(*engine, command, variables);
  sandboxkit::JournalEntry entry;
  entry.at_ms = ToMillis(sandboxkit::SandboxClock::RealNow());
  entry.connection = asked.journal_connection;
  entry.user = "halo";
  entry.kind = "statement";
  entry.operation = facts.facts.kind;
  entry.effect = "none";
  entry.procedure = std::string(Split(facts.facts.called, ' ')[0]);
  auto rule = shared.faults.Match("connect", "");
  if (!rule) rule = shared.faults.Match("login", sandbox_.user());
  if (!rule) {
    rule = shared.faults.Match(facts.facts.kind,
                               bp::FaultText(facts.facts, command.text, shared.procedures),
                               facts.facts.called);
  }
  if (rule) entry.fault = sandboxkit::FaultActionName(rule->action);
  if (!rule || BeforeEffect(*rule, asked, cancel, out)) {
    engine->ResetCount();
    Execute(*engine, command, facts, variables, asked.shared, out);
    entry.rows = engine->rows_done();
    entry.result = engine->last_result();
    if (engine->effects() > 0)
      entry.effect = "write";
    else if (!out.error && !facts.facts.writes)
      entry.effect = "read";
    if (rule) AfterEffect(*rule, asked, cancel, out);
  }
  GiveBack(std::move(engine));
  entry.request = command.text;
  if (facts.facts.writes) entry.parameters = Sent(command);
  if (out.error) entry.error = out.error->code != 0 ? out.error->code : out.error->status;
  entry.micros = Micros(began);
  out.millis = entry.micros / 1000;
  shared.journal.Append(std::move(entry));
  return out;
}

}  // namespace pons::halo_connect::sandbox
