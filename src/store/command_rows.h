// SPDX-License-Identifier: Apache-2.0
// Command rows as columns, for the writer and the readers alike.
#pragma once

#include <optional>
#include <string>

#include "store/commands.h"
#include "store/sqlite_db.h"

namespace pons::store {

// Of the first row of a SELECT of `kCommandColumns`; empty where there is none.
std::optional<CommandRow> OneCommand(Use& use);
CommandRow CommandAt(const Use& use);

std::optional<CommandRow> CommandById(Db& db, std::string_view id);
std::optional<CommandRow> CommandByAppKey(Db& db, AppKey app, std::string_view key);
std::optional<CommandRow> NextCommandOf(Db& db, const CommandQuery& query);

#define PONS_COMMAND_COLUMNS                                                                 \
  "c.seq, c.id, c.connection_key, c.grant_key, c.app_key, c.kind, c.state, c.open, c.holds," \
  " c.lane, c.body, c.expected_version, c.idempotency_key, c.request_hash, c.target,"        \
  " c.patient, c.attempts, c.failures, c.due, c.first_sent, c.last_sent, c.accepted,"        \
  " c.changed, c.deadline, c.expires, c.ended, c.fault, c.vendor_code, c.reason,"            \
  " c.result_stream, c.result_vendor_id, c.result_id, c.existed, c.similar, c.evidence,"     \
  " c.alternatives, c.document_id"

}  // namespace pons::store
