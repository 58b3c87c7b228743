// SPDX-License-Identifier: Apache-2.0
// A session together with what it stands on, opened the one way there is.
#pragma once

#include <memory>

#include "connector/connector.h"
#include "net/folder.h"
#include "net/sql.h"

namespace pons {

struct Opened {
  std::unique_ptr<net::SqlTransport> sql;
  std::unique_ptr<net::Folder> folder;
  std::unique_ptr<Session> session;

  // In the order of their dependence.
  void Close() {
    session.reset();
    folder.reset();
    sql.reset();
  }
};

// Requires settings that are complete and passed Check. Fills in `context`'s sql and folder.
Result<Opened> OpenSession(const Connector& connector, const Settings& settings,
                           SessionContext context);

}  // namespace pons
