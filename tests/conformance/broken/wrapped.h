// SPDX-License-Identifier: Apache-2.0
// A connector that passes every call on to the reference, to be broken in one place by a subclass
// of its session.
#pragma once

#include <functional>
#include <memory>

#include "vendors/memory/connector/memory.h"

namespace pons::conformance::broken {

class WrappedSession : public Session,
                       public ChangeSource,
                       public RecordReader,
                       public SlotReader,
                       public CommandSink,
                       public ClinicalReader {
 public:
  WrappedSession(std::unique_ptr<Session> inner, const SessionContext& context)
      : inner_(std::move(inner)), context_(context) {}

  Result<ProbeReport> Probe(Instant deadline) override { return inner_->Probe(deadline); }
  ChangeSource* changes() override { return this; }
  RecordReader* records() override { return this; }
  SlotReader* slots() override { return this; }
  CommandSink* commands() override { return this; }
  ClinicalReader* clinical() override { return this; }
  Result<ChangePage> Pull(const PullRequest& request) override {
    return inner_->changes()->Pull(request);
  }
  Result<Cursor> Tip(model::Stream stream, Instant deadline) override {
    return inner_->changes()->Tip(stream, deadline);
  }
  Result<Answer> Read(model::Stream stream, std::span<const std::string> ids,
                      Instant deadline) override {
    return inner_->records()->Read(stream, ids, deadline);
  }
  Result<SlotAnswer> ReadSlots(const SlotQuery& query) override {
    return inner_->slots()->ReadSlots(query);
  }
  Result<Applied> Apply(const Command& command) override {
    return inner_->commands()->Apply(command);
  }
  Result<Trace> FindEffect(const Command& command) override {
    return inner_->commands()->FindEffect(command);
  }
  Result<Confirmation> Confirm(const Command& command, const Applied& applied) override {
    return inner_->commands()->Confirm(command, applied);
  }
  Result<ClinicalAnswer> ReadClinical(const ClinicalQuery& query) override {
    return inner_->clinical()->ReadClinical(query);
  }
  Result<ClinicalContent> ReadContent(std::string_view patient, std::string_view item,
                                      Instant deadline) override {
    return inner_->clinical()->ReadContent(patient, item, deadline);
  }

 protected:
  std::unique_ptr<Session> inner_;
  const SessionContext context_;
};

// Breaks what it is given: settings and context before the session opens, and the session itself.
struct Breakage {
  std::function<SessionContext(const SessionContext&)> context;
  std::function<std::unique_ptr<Session>(std::unique_ptr<Session>, const Settings&,
                                         const SessionContext&)>
      session;
  std::function<Settings(const Settings&)> settings;
  // With a way around the connector, to the practices themselves.
  std::function<std::unique_ptr<Session>(const memory::MemoryWorld&, std::unique_ptr<Session>,
                                         const SessionContext&)>
      writer;
};

class BrokenConnector final : public Connector {
 public:
  BrokenConnector(const memory::MemoryWorld& world, Breakage breakage)
      : world_(world), good_(world), breakage_(std::move(breakage)) {}

  const Descriptor& descriptor() const override { return good_.descriptor(); }
  Result<void> Check(const Settings& settings) const override { return good_.Check(settings); }
  Result<void> Supports(const Settings& settings, model::CommandKind kind) const override {
    return good_.Supports(settings, kind);
  }
  Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                        const SessionContext& context) const override {
    const auto used = breakage_.context ? breakage_.context(context) : context;
    PONS_ASSIGN(auto session,
                good_.Open(breakage_.settings ? breakage_.settings(settings) : settings, used));
    if (breakage_.writer) return breakage_.writer(world_, std::move(session), used);
    if (!breakage_.session) return session;
    return breakage_.session(std::move(session), settings, used);
  }

 private:
  const memory::MemoryWorld& world_;
  memory::MemoryConnector good_;
  Breakage breakage_;
};

}  // namespace pons::conformance::broken
