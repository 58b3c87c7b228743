// SPDX-License-Identifier: Apache-2.0
// A statement as Halo's command object (halo-connect sheet §5.1): `?` becomes @p1, @p2 …, values
// become text with a type. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/writer.h"
#include "net/sql.h"

namespace pons::halo_connect {

// Writes {"type":"text","executionMode":"reader","text":…,"parameters":[…]}. What is too long for a
// parameter is declared in the text, as an escaped literal.
// Errors: kInternal where there are not as many '?' as parameters.
Result<void> WriteCommand(const net::SqlStatement& statement, json::Writer& out);

// 'it''s' or N'…': a T-SQL literal of any length that means exactly this text.
std::string SqlLiteral(std::string_view text);

}  // namespace pons::halo_connect
