// SPDX-License-Identifier: Apache-2.0
// One practice's open connection: signs in lazily, renews a token that has run out once, keeps to
// the rate, and stays silent after a refusal of its credentials or while it was told to wait.
//
// Threads: one at a time, as for every session.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "connector/connector.h"
#include "vendors/memory/connector/memory_cursor.h"
#include "vendors/memory/connector/memory_practice.h"

namespace pons::memory {

constexpr std::uint32_t kRequestsPerSecond = 1000;
constexpr std::uint64_t kMaxDocumentBytes = 10u << 20;

class MemorySession final : public Session,
                            public ChangeSource,
                            public RecordReader,
                            public SlotReader,
                            public CommandSink,
                            public ClinicalReader {
 public:
  MemorySession(const MemoryWorld& world, const Settings& settings, const SessionContext& context);

  Result<ProbeReport> Probe(Instant deadline) override;
  ChangeSource* changes() override { return this; }
  RecordReader* records() override { return this; }
  SlotReader* slots() override { return this; }
  CommandSink* commands() override { return this; }
  ClinicalReader* clinical() override { return this; }

  Result<ChangePage> Pull(const PullRequest& request) override;
  Result<Cursor> Tip(model::Stream stream, Instant deadline) override;
  Result<RecordReader::Answer> Read(model::Stream stream, std::span<const std::string> ids,
                                    Instant deadline) override;

  Result<SlotAnswer> ReadSlots(const SlotQuery& query) override;
  Result<Applied> Apply(const Command& command) override;
  Result<Trace> FindEffect(const Command& command) override;
  Result<Confirmation> Confirm(const Command& command, const Applied& applied) override;

  Result<ClinicalAnswer> ReadClinical(const ClinicalQuery& query) override;
  Result<ClinicalContent> ReadContent(std::string_view patient, std::string_view item,
                                      Instant deadline) override;

 private:
  struct People {
    model::VendorRef same;  // empty: nobody is certain
    std::vector<model::VendorRef> similar;
  };
  Result<memory::Answer> Ask(Request request, Instant deadline);
  Result<memory::Answer> AskOnce(const Request& request, Instant deadline);
  Result<void> SignIn(Instant deadline);
  void Pace();

  Result<ChangePage> Sweep(const PullRequest& request, const Place& from);
  Result<ChangePage> FollowFeed(const PullRequest& request, const Place& from);
  Result<ChangePage> FollowModified(const PullRequest& request, const Place& from);
  void Put(model::Stream stream, const Row& row, std::vector<Change>& changes,
           std::vector<Unreadable>& unreadable) const;

  Result<People> LookUp(const model::Patient& wanted, std::string_view except, Instant deadline);
  Result<Confirmation> ConfirmDocument(const Command& command, const Applied& applied);

  const MemoryWorld& world_;
  const std::string practice_;
  const std::string user_;
  const Sensitive<std::string> password_;
  const bool takes_documents_;
  const SessionContext context_;
  std::string token_;
  bool refused_ = false;
  std::optional<Error> wait_;  // with retry_at: nothing is sent before
  std::deque<Instant> sent_;
};

}  // namespace pons::memory
