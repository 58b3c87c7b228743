// SPDX-License-Identifier: Apache-2.0
// The audit trail's files searched, the newest entry first, a page at a time. Files are read from
// their end, as far as the page needs; nothing is kept.
//
// Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portal/route.h"

namespace pons::portal {

struct AuditSearch {
  OrganizationId organization = {};       // empty: of all
  std::vector<std::string> words = {};    // all of them, folded (FoldForSearch)
  std::string user = {};                  // id
  std::string app = {};                   // id
  std::string outcome = {};               // ok, refused; empty: any
  std::optional<std::string> since = {};  // RFC 3339, included
  std::optional<std::string> until = {};
  std::string cursor = {};
  std::size_t limit = 50;
};
// From ?q=&user=&since=&until=&cursor=&limit=.
AuditSearch AuditSearchOf(const PortalCall& call);

// What ids are called.
struct AuditNames {
  std::map<std::string, std::string, std::less<>> people;
  std::map<std::string, std::string, std::less<>> things;  // apps, connections
  std::map<std::string, std::string, std::less<>> organizations;
};
AuditNames LoadAuditNames(PortalContext& context);

struct AuditPage {
  json::Array
      items;  // {seq, at, who, role?, action, object?, summary, outcome, status?, records, …}
  std::string next;  // empty: this was the last
};
// An empty folder has no entries.
AuditPage SearchAudit(const std::string& folder, const AuditSearch& search,
                      const AuditNames& names);

}  // namespace pons::portal
