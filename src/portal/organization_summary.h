// SPDX-License-Identifier: Apache-2.0
// How an organization is doing, in one answer: the top of its first page.
#pragma once

#include "portal/route.h"

namespace pons::portal {

// {id,name,connections,members,shared_today,last_change_at,attention}. "Today" is each connection's
// own. Without `patient_counts` shared_today is null.
Result<json::Value> SummaryOf(PortalContext& context, const OrganizationId& organization,
                              bool patient_counts);

}  // namespace pons::portal
