// SPDX-License-Identifier: Apache-2.0
// Halo's call to say that a query of ours has a result (halo-connect sheet §6). Only a reason to
// look: nothing in it is data. Pure; any thread.
#pragma once

#include "base/result.h"
#include "connector/connector.h"
#include "vendors/halo_connect/connector/halo_access.h"

namespace pons::halo_connect {

// {the call's id, "halo_guid", the site's GUID in small letters}.
// Errors: kUnauthenticated (not signed with our secret, stamped more than five minutes off, or its
// id differs in header and body), kProtocol (signed, but not readable), kUnsupported (no
// webhook_secret is set).
Result<Hook> ReadWebhook(const Access& access, const HookRequest& request);

}  // namespace pons::halo_connect
