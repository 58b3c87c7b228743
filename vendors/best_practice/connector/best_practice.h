// SPDX-License-Identifier: Apache-2.0
// Best Practice Premier (Australia): read from its SQL Server database, written through its
// procedures and its results import. Facts: best-practice sheet. Threads: the connector is
// immutable and may be shared.
#pragma once

#include "connector/connector.h"

namespace pons::best_practice {

class BestPracticeConnector final : public Connector {
 public:
  const Descriptor& descriptor() const override;
  const Guide* guide() const override;
  Result<void> Check(const Settings& settings) const override;
  std::unique_ptr<net::SqlTransport> MakeSql(const Settings& settings,
                                             const SessionContext& context) const override;
  std::unique_ptr<net::Folder> MakeFolder(const Settings& settings) const override;
  Result<void> Supports(const Settings& settings, model::CommandKind kind) const override;
  // Requires: context.sql; context.folder too where the settings name one.
  Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                        const SessionContext& context) const override;
};

}  // namespace pons::best_practice
