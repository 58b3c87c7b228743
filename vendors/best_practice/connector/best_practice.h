// SPDX-License-Identifier: Apache-2.0
// Best Practice Premier (Australia): read from its SQL Server database, written through its
// procedures and its results import. Facts: best-practice sheet. Threads: the connector is
// immutable and may be shared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connector/connector.h"

namespace pons::halo_connect {
struct Access;
}

namespace pons::best_practice {

// Two ways to the database: straight (ODBC), or through Halo Connect with the operator's access to
// it.
class BestPracticeConnector final : public Connector {
 public:
  // Without access to Halo the second way cannot be chosen.
  BestPracticeConnector();
  explicit BestPracticeConnector(const halo_connect::Access& halo);
  ~BestPracticeConnector() override;
  BestPracticeConnector(const BestPracticeConnector&) = delete;
  BestPracticeConnector& operator=(const BestPracticeConnector&) = delete;

  const Descriptor& descriptor() const override { return descriptor_; }
  const Guide* guide() const override;
  Result<void> Check(const Settings& settings) const override;
  std::unique_ptr<net::SqlTransport> MakeSql(const Settings& settings,
                                             const SessionContext& context) const override;
  Result<void> WayAvailable(std::string_view way) const override;
  std::string CostWords(const Settings& settings) const override;
  std::chrono::milliseconds PollInterval(const Settings& settings,
                                         model::Stream stream) const override;
  std::chrono::milliseconds Settling(const Settings& settings) const override;
  Result<Settings> Pair(const Settings& given, const SessionContext& context) const override;
  Result<void> Leave(const Settings& settings, const SessionContext& context) const override;
  Result<Hook> ReadHook(const HookRequest& request) const override;
  std::unique_ptr<net::Folder> MakeFolder(const Settings& settings) const override;
  Result<void> Supports(const Settings& settings, model::CommandKind kind) const override;
  // Requires: context.sql; context.folder too where the settings name one.
  Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                        const SessionContext& context) const override;

 private:
  explicit BestPracticeConnector(std::unique_ptr<const halo_connect::Access> halo);
  // Judges settings that are complete.
  Result<void> CheckWhole(const Settings& settings) const;
  bool called() const;

  const std::unique_ptr<const halo_connect::Access> halo_;  // null: none
  std::string halo_host_;
  std::vector<std::string_view> hosts_;
  Descriptor descriptor_;
};

}  // namespace pons::best_practice
