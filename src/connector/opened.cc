// SPDX-License-Identifier: Apache-2.0
#include "connector/opened.h"

namespace pons {

Result<Opened> OpenSession(const Connector& connector, const Settings& settings,
                           SessionContext context) {
  Opened opened;
  opened.sql = connector.MakeSql(settings, context);
  opened.folder = connector.MakeFolder(settings);
  context.sql = opened.sql.get();
  context.folder = opened.folder.get();
  PONS_ASSIGN(opened.session, connector.Open(settings, context));
  return opened;
}

}  // namespace pons
