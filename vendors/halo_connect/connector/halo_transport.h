// SPDX-License-Identifier: Apache-2.0
// SQL to a practice through Halo Connect, behind the interface that the direct way has too
// (halo-connect sheet §5). What a statement gives is the same on both: rows in the order of
// SqlStatement::columns, faults by the database's own numbers.
//
// Differences a caller may meet: DATETIME cells arrive as text ("2026-05-04T09:30:00"), CHAR cells
// keep trailing blanks, and booleans are 0 or 1.
//
// Statements go immediate. One that `reads_only` and has too long a result is asked again in the
// background and read page by page; later ones of the same text go so at once. A row that was
// handed to the sink is never handed out a second time by one call.
//
// Threads: one at a time, as SqlTransport says.
// Errors: those of net/sql.h, with kRateLimited and its retry_at where Halo asks for a longer pause
// than a few seconds.
#pragma once

#include <memory>
#include <string_view>

#include "connector/connector.h"
#include "net/sql.h"
#include "vendors/halo_connect/connector/halo_access.h"
#include "vendors/halo_connect/connector/halo_site.h"

namespace pons::halo_connect {

// Words of the meter.
inline constexpr std::string_view kImmediateQuery = "immediate_query";
inline constexpr std::string_view kAsyncQuery = "async_query";
inline constexpr std::string_view kRegisteredQuery = "registered_query";

// What `context` refers to outlives the transport. A changed GUID is used at once and handed to
// context.keep.
std::unique_ptr<net::SqlTransport> MakeHaloTransport(Access access, SiteAddress site,
                                                     const SessionContext& context);

}  // namespace pons::halo_connect
