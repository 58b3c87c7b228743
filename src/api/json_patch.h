// SPDX-License-Identifier: Apache-2.0
// JSON Patch (RFC 6902) over a tree. All or nothing.
//
// Pure; threads: any.
#pragma once

#include <string_view>

#include "base/result.h"
#include "json/value.h"

namespace pons::api {

// Errors: kProtocol where the patch is none; kRejected, with the operation's place ("[2]") in
// vendor_code, where it does not fit what it is applied to. Summaries repeat no value.
Result<json::Value> ApplyJsonPatch(const json::Value& document, const json::Value& patch);

}  // namespace pons::api
