// SPDX-License-Identifier: Apache-2.0
// For tests: a practice whose answers to commands are planned one by one, and that keeps a journal
// of what it was asked. Everything else is the reference vendor's.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "connector/connector.h"

namespace pons::commands {

struct Script {
  struct Reply {
    std::optional<Error> error;  // empty: yes
    bool happens = true;         // whether it takes effect
  };
  std::deque<Reply> replies;                          // to Apply; none left: yes
  std::optional<std::chrono::milliseconds> settling;  // another than the vendor's
  std::deque<Result<Trace>> traces;                   // to FindEffect; none left: the truth
  std::deque<Result<Confirmation>> confirmations;     // none left: confirmed
  std::optional<Error> closed;                        // what opening a session fails with

  std::vector<std::string> journal;    // "apply REFERENCE", "find REFERENCE", "confirm …"
  std::map<std::string, int> effects;  // by reference
  std::vector<std::string> order;      // references in the order of their effects
  int opened = 0;

  int AllEffects() const {
    int all = 0;
    for (const auto& [reference, count] : effects) all += count;
    return all;
  }
  int Asked(const std::string& what) const {
    int times = 0;
    for (const auto& line : journal) times += line.starts_with(what) ? 1 : 0;
    return times;
  }
};

class ScriptedSession final : public Session, public CommandSink {
 public:
  ScriptedSession(Script& script, std::unique_ptr<Session> under, Clock& clock)
      : script_(script), under_(std::move(under)), clock_(clock) {}

  Result<ProbeReport> Probe(Instant deadline) override {
    ++script_.opened;
    if (script_.closed) return *script_.closed;
    return under_->Probe(deadline);
  }
  ChangeSource* changes() override { return under_->changes(); }
  RecordReader* records() override { return under_->records(); }
  SlotReader* slots() override { return under_->slots(); }
  CommandSink* commands() override { return this; }

  Result<Applied> Apply(const Command& command) override {
    script_.journal.push_back("apply " + command.reference);
    Script::Reply reply;
    if (!script_.replies.empty()) {
      reply = script_.replies.front();
      script_.replies.pop_front();
    }
    if (reply.happens) {
      ++script_.effects[command.reference];
      script_.order.push_back(command.reference);
    }
    if (reply.error) return *reply.error;
    return Done(command);
  }
  Result<Trace> FindEffect(const Command& command) override {
    script_.journal.push_back("find " + command.reference);
    if (!script_.traces.empty()) {
      auto trace = std::move(script_.traces.front());
      script_.traces.pop_front();
      return trace;
    }
    Trace trace;
    if (script_.effects.contains(command.reference)) {
      trace.kind = Trace::Kind::kFound;
      trace.applied = Done(command);
    }
    return trace;
  }
  Result<Confirmation> Confirm(const Command& command, const Applied& applied) override {
    script_.journal.push_back("confirm " + command.reference);
    if (!script_.confirmations.empty()) {
      auto confirmation = std::move(script_.confirmations.front());
      script_.confirmations.pop_front();
      return confirmation;
    }
    Confirmation confirmation;
    if (const auto* book = std::get_if<model::BookAppointment>(command.body.get())) {
      model::Appointment made;
      made.patient = book->patient;
      made.practitioner = book->practitioner;
      made.location = book->location;
      made.start = book->start;
      made.end = book->start + book->length;
      Change change;
      change.ref = applied.ref;
      change.record = std::make_shared<const model::Record>(made);
      change.version = "1";
      confirmation.change = std::move(change);
    }
    return confirmation;
  }

 private:
  static Applied Done(const Command& command) {
    const bool document = std::holds_alternative<model::AttachDocument>(*command.body);
    Applied applied;
    applied.ref = {document ? model::Stream::kDocumentReferences : model::Stream::kAppointments,
                   "v-" + command.reference};
    applied.evidence = "the script";
    return applied;
  }

  Script& script_;
  std::unique_ptr<Session> under_;
  Clock& clock_;
};

// Bears the reference vendor's name, so that a connection set up for that goes here.
class ScriptedConnector final : public Connector {
 public:
  ScriptedConnector(const Connector& under, Script& script) : under_(under), script_(script) {}
  const Descriptor& descriptor() const override { return under_.descriptor(); }
  Result<void> Check(const Settings& settings) const override { return under_.Check(settings); }
  Result<void> Supports(const Settings&, model::CommandKind) const override { return Ok(); }
  std::chrono::milliseconds Settling(const Settings&) const override {
    return script_.settling.value_or(descriptor().can.settling);
  }
  Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                        const SessionContext& context) const override {
    PONS_ASSIGN(auto under, under_.Open(settings, context));
    return std::unique_ptr<Session>(
        std::make_unique<ScriptedSession>(script_, std::move(under), context.clock));
  }

 private:
  const Connector& under_;
  Script& script_;
};

}  // namespace pons::commands
