// SPDX-License-Identifier: Apache-2.0
// Connectors that write badly: each has one of the faults that lose, double or invent an effect.
#include <map>

#include "tests/conformance/broken/faults.h"

namespace pons::conformance::broken {
namespace {

using model::CommandKind;

CommandKind KindOf(const Command& command) { return model::KindOf(*command.body); }

// A session with some of its writing functions changed.
struct Twists {
  using ApplyInner = std::function<Result<Applied>(const Command&)>;
  using ConfirmInner = std::function<Result<Confirmation>(const Command&, const Applied&)>;

  std::function<Result<Applied>(const Command&, const ApplyInner&)> apply;
  std::function<Result<Trace>(const Command&, Session&)> find;
  std::function<Result<Confirmation>(const Command&, const Applied&, const ConfirmInner&)> confirm;
  std::function<Result<SlotAnswer>(const SlotQuery&, Session&)> slots;
};

class TwistedWriter final : public WrappedSession {
 public:
  TwistedWriter(std::unique_ptr<Session> inner, const SessionContext& context, Twists twists)
      : WrappedSession(std::move(inner), context), twists_(std::move(twists)) {}
  Result<Applied> Apply(const Command& command) override {
    const auto apply = [this](const Command& c) { return WrappedSession::Apply(c); };
    return twists_.apply ? twists_.apply(command, apply) : apply(command);
  }
  Result<Trace> FindEffect(const Command& command) override {
    return twists_.find ? twists_.find(command, *inner_) : WrappedSession::FindEffect(command);
  }
  Result<Confirmation> Confirm(const Command& command, const Applied& applied) override {
    const auto confirm = [this](const Command& c, const Applied& a) {
      return WrappedSession::Confirm(c, a);
    };
    return twists_.confirm ? twists_.confirm(command, applied, confirm) : confirm(command, applied);
  }
  Result<SlotAnswer> ReadSlots(const SlotQuery& query) override {
    return twists_.slots ? twists_.slots(query, *inner_) : WrappedSession::ReadSlots(query);
  }

 private:
  Twists twists_;
};

Breakage Twisted(Twists twists) {
  Breakage breakage;
  breakage.session = [twists](std::unique_ptr<Session> inner, const Settings&,
                              const SessionContext& context) -> std::unique_ptr<Session> {
    return std::make_unique<TwistedWriter>(std::move(inner), context, twists);
  };
  return breakage;
}

// The same session, reached behind the connector's back.
memory::MemoryPractice& PracticeOf(const memory::MemoryWorld& world) { return *world.Find("lane"); }

Command WithBody(const Command& command, model::CommandBody body) {
  auto other = command;
  other.body = std::make_shared<const model::CommandBody>(std::move(body));
  return other;
}

Breakage RetriesByItself() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) {
    auto applied = apply(command);
    if (!applied && applied.error().effect == Effect::kUnknown) applied = apply(command);
    return applied;
  };
  return Twisted(std::move(twists));
}

Breakage ClaimsNone() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) -> Result<Applied> {
    auto applied = apply(command);
    if (applied) return applied;
    auto error = applied.error();
    error.effect = Effect::kNone;
    return error;
  };
  return Twisted(std::move(twists));
}

Breakage SeesNothing() {
  Twists twists;
  twists.find = [](const Command&, Session&) -> Result<Trace> { return Trace{}; };
  return Twisted(std::move(twists));
}

// Whatever stands at that time in that diary is taken for our own.
Breakage FindsSomebodyElses() {
  Twists twists;
  twists.find = [](const Command& command, Session& inner) -> Result<Trace> {
    auto trace = inner.commands()->FindEffect(command);
    const auto* book = std::get_if<model::BookAppointment>(command.body.get());
    if (!trace || trace->kind != Trace::Kind::kNone || book == nullptr) return trace;
    PullRequest request;
    request.stream = model::Stream::kAppointments;
    request.deadline = command.deadline;
    PONS_ASSIGN(const auto page, inner.changes()->Pull(request));
    for (const auto& change : page.changes) {
      if (change.record == nullptr) continue;
      const auto& other = std::get<model::Appointment>(*change.record);
      if (other.start != book->start || other.practitioner != book->practitioner) continue;
      trace->kind = Trace::Kind::kFound;
      trace->applied.ref = change.ref;
    }
    return trace;
  };
  return Twisted(std::move(twists));
}

Breakage IgnoresVersions() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) {
    auto any = command;
    any.expected_version.reset();
    return apply(any);
  };
  return Twisted(std::move(twists));
}

Breakage CutsNames() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) {
    auto body = *command.body;
    if (auto* create = std::get_if<model::CreatePatient>(&body)) {
      auto& family = create->patient.names.front().family;
      family = family.substr(0, 40);
    }
    return apply(WithBody(command, std::move(body)));
  };
  return Twisted(std::move(twists));
}

Breakage CutsTitles() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) {
    auto body = *command.body;
    if (auto* attach = std::get_if<model::AttachDocument>(&body)) {
      attach->title = attach->title.substr(0, 20);
    }
    return apply(WithBody(command, std::move(body)));
  };
  return Twisted(std::move(twists));
}

// Tells what the record was before.
Breakage ReadsBackStale() {
  Twists twists;
  twists.confirm = [](const Command& command, const Applied& applied,
                      const Twists::ConfirmInner& confirm) {
    auto confirmation = confirm(command, applied);
    if (!confirmation || !confirmation->change) return confirmation;
    auto& version = confirmation->change->version;
    if (version == "2") version = "1";
    return confirmation;
  };
  return Twisted(std::move(twists));
}

Breakage ReadsBackNothing() {
  Twists twists;
  twists.confirm = [](const Command&, const Applied&,
                      const Twists::ConfirmInner&) -> Result<Confirmation> {
    return Confirmation{};
  };
  return Twisted(std::move(twists));
}

// Puts the time in the diary as staff do, who may do so whatever else stands there.
Breakage BooksOver() {
  Breakage breakage;
  breakage.writer = [](const memory::MemoryWorld& world, std::unique_ptr<Session> inner,
                       const SessionContext& context) -> std::unique_ptr<Session> {
    Twists twists;
    twists.apply = [&world, zone = context.zone](
                       const Command& command, const Twists::ApplyInner& apply) -> Result<Applied> {
      auto applied = apply(command);
      const auto* book = std::get_if<model::BookAppointment>(command.body.get());
      if (applied || applied.error().fault != pons::Fault::kConflict || book == nullptr) {
        return applied;
      }
      Applied forced;
      forced.ref = {
          model::Stream::kAppointments,
          PracticeOf(world).Add(memory::Table::kDiary,
                                {{"patient", book->patient.id},
                                 {"staff", book->practitioner.id},
                                 {"state", "booked"},
                                 {"starts", memory::FormatLocal(zone.ToLocal(book->start))}})};
      return forced;
    };
    return std::make_unique<TwistedWriter>(std::move(inner), context, std::move(twists));
  };
  return breakage;
}

// Every base slot, whatever stands there.
Breakage OffersEverything() {
  Twists twists;
  twists.slots = [](const SlotQuery& query, Session& inner) -> Result<SlotAnswer> {
    PONS_ASSIGN(auto answer, inner.slots()->ReadSlots(query));
    if (answer.slots.empty()) return answer;
    auto slot = answer.slots.front();
    const auto length = slot.end - slot.start;
    answer.slots.clear();
    slot.start = query.from;
    for (; slot.start < query.to; slot.start += std::chrono::minutes(15)) {
      slot.end = slot.start + length;
      answer.slots.push_back(slot);
    }
    return answer;
  };
  return Twisted(std::move(twists));
}

Breakage IgnoresLength() {
  Twists twists;
  twists.slots = [](const SlotQuery& query, Session& inner) {
    auto shorter = query;
    shorter.length = std::chrono::minutes(15);
    return inner.slots()->ReadSlots(shorter);
  };
  return Twisted(std::move(twists));
}

Breakage DoesTheImpossible() {
  Breakage breakage;
  breakage.settings = [](const Settings& settings) {
    auto other = settings;
    other.Set("documents", "yes");
    return other;
  };
  return breakage;
}

Breakage ConfirmsTooEarly() {
  Twists twists;
  twists.confirm = [](const Command& command, const Applied& applied,
                      const Twists::ConfirmInner& confirm) {
    auto confirmation = confirm(command, applied);
    if (confirmation) confirmation->kind = Confirmation::Kind::kConfirmed;
    return confirmation;
  };
  return Twisted(std::move(twists));
}

// Adds people without looking whether they are there.
Breakage CreatesDuplicates() {
  Breakage breakage;
  breakage.writer = [](const memory::MemoryWorld& world, std::unique_ptr<Session> inner,
                       const SessionContext& context) -> std::unique_ptr<Session> {
    Twists twists;
    twists.apply = [&world](const Command& command,
                            const Twists::ApplyInner& apply) -> Result<Applied> {
      const auto* create = std::get_if<model::CreatePatient>(command.body.get());
      if (create == nullptr) return apply(command);
      const auto& name = create->patient.names.front();
      Applied applied;
      applied.ref = {model::Stream::kPatients,
                     PracticeOf(world).Add(memory::Table::kPatients,
                                           {{"first", name.given},
                                            {"last", name.family},
                                            {"born", FormatDate(*create->patient.birth_date)}})};
      return applied;
    };
    return std::make_unique<TwistedWriter>(std::move(inner), context, std::move(twists));
  };
  return breakage;
}

Breakage HidesSimilarPeople() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) {
    auto applied = apply(command);
    if (applied) applied->similar.clear();
    return applied;
  };
  return Twisted(std::move(twists));
}

// The vendor's "no" comes out as something of its own.
Breakage HidesTheCode() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) -> Result<Applied> {
    auto applied = apply(command);
    if (applied) return applied;
    auto error = applied.error();
    error.vendor_code.clear();
    return error;
  };
  return Twisted(std::move(twists));
}

// Names the person in what is shown to whoever has to look.
Breakage NamesPeopleInEvidence() {
  Twists twists;
  twists.find = [](const Command& command, Session& inner) {
    auto trace = inner.commands()->FindEffect(command);
    const auto* create = std::get_if<model::CreatePatient>(command.body.get());
    if (trace && create != nullptr) {
      trace->evidence += " for " + create->patient.names.front().family;
    }
    return trace;
  };
  return Twisted(std::move(twists));
}

// A status is said to be set, and is not.
Breakage SkipsOneKind() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) -> Result<Applied> {
    if (KindOf(command) != CommandKind::kSetAppointmentStatus) return apply(command);
    Applied applied;
    applied.ref = model::TargetOf(*command.body);
    return applied;
  };
  return Twisted(std::move(twists));
}

// Sends a document that is too large, in parts.
Breakage SendsInParts() {
  Twists twists;
  twists.apply = [](const Command& command, const Twists::ApplyInner& apply) {
    auto applied = apply(command);
    if (applied || applied.error().vendor_code != "document-too-large") return applied;
    auto attach = std::get<model::AttachDocument>(*command.body);
    attach.content = std::make_shared<const std::string>(attach.content->substr(0, 1000));
    attach.document_id += "part1";
    return apply(WithBody(command, std::move(attach)));
  };
  return Twisted(std::move(twists));
}

}  // namespace

std::vector<Fault> WritingFaults() {
  return {
      {"retries a write by itself", {"W3", "W4"}, RetriesByItself},
      {"claims that nothing happened after a lost reply", {"W3"}, ClaimsNone},
      {"cannot find its own effect", {"W3"}, SeesNothing},
      {"finds somebody else's appointment", {"W4"}, FindsSomebodyElses},
      {"ignores the version a change was made from", {"W7"}, IgnoresVersions},
      {"cuts a long name on its way in", {"W1"}, CutsNames},
      {"cuts the title of a document", {"W9"}, CutsTitles},
      {"reads back stale", {"W10"}, ReadsBackStale},
      {"reads back nothing", {"W10", "W11"}, ReadsBackNothing},
      {"books over an appointment", {"W5"}, BooksOver},
      {"offers times over appointments", {"S1", "S2"}, OffersEverything},
      {"offers times that are too short", {"S1", "S2"}, IgnoresLength},
      {"does what its settings rule out", {"W8"}, DoesTheImpossible},
      {"confirms a document that was not taken up", {"W9"}, ConfirmsTooEarly},
      {"sends part of a document that is too large", {"W9"}, SendsInParts},
      {"creates duplicates", {"W2", "W11"}, CreatesDuplicates},
      {"keeps similar people to itself", {"W11"}, HidesSimilarPeople},
      {"hides the vendor's code", {"W6", "W12"}, HidesTheCode},
      {"names a person in its evidence", {"F6"}, NamesPeopleInEvidence},
      {"says done and does nothing", {"W1"}, SkipsOneKind},
  };
}

}  // namespace pons::conformance::broken
