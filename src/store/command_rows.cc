// SPDX-License-Identifier: Apache-2.0
#include "store/command_rows.h"

#include "store/entity_rows.h"

namespace pons::store {
namespace {

// Reads columns from left to right.
class Columns {
 public:
  explicit Columns(const Use& use) : use_(use) {}
  std::int64_t Integer() { return use_.Integer(next_++); }
  int Int() { return static_cast<int>(Integer()); }
  bool Flag() { return Integer() != 0; }
  std::string Text() { return std::string(use_.Text(next_++)); }
  Instant Moment() { return FromMillis(Integer()); }
  std::optional<Instant> MomentOrNull() {
    const auto millis = use_.IntegerOrNull(next_++);
    if (!millis) return std::nullopt;
    return FromMillis(*millis);
  }
  bool Null() const { return use_.IsNull(next_); }
  void Skip() { ++next_; }

 private:
  const Use& use_;
  int next_ = 0;
};

}  // namespace

CommandRow CommandAt(const Use& use) {
  Columns at(use);
  CommandRow row;
  row.seq = at.Integer();
  row.id = at.Text();
  row.connection = at.Integer();
  row.grant = at.Integer();
  row.app = at.Integer();
  row.kind = static_cast<model::CommandKind>(at.Integer());
  row.state = at.Int();
  row.open = at.Flag();
  row.holds = at.Flag();
  row.lane = at.Text();
  row.body = at.Text();
  if (at.Null()) {
    at.Skip();
  } else {
    row.expected_version = at.Text();
  }
  row.idempotency_key = at.Text();
  row.request_hash = at.Text();
  row.target = ResourceId(at.Text());
  row.patient = ResourceId(at.Text());
  row.attempts = at.Int();
  row.failures = at.Int();
  row.due = at.Moment();
  row.first_sent = at.MomentOrNull();
  row.last_sent = at.MomentOrNull();
  row.accepted = at.Moment();
  row.changed = at.Moment();
  row.deadline = at.Moment();
  row.expires = at.MomentOrNull();
  row.ended = at.MomentOrNull();
  if (at.Null()) {
    at.Skip();
  } else {
    row.fault = static_cast<Fault>(at.Integer());
  }
  row.vendor_code = at.Text();
  row.reason = at.Text();
  row.result.stream = static_cast<model::Stream>(at.Integer());
  row.result.id = at.Text();
  row.result_id = ResourceId(at.Text());
  row.existed = at.Flag();
  row.similar = ReadTextList(at.Text());
  row.evidence = at.Text();
  row.alternatives = at.Text();
  row.document_id = at.Text();
  return row;
}

std::optional<CommandRow> OneCommand(Use& use) {
  if (!use.Step()) return std::nullopt;
  return CommandAt(use);
}

std::optional<CommandRow> CommandById(Db& db, std::string_view id) {
  auto use = db.Prepared("SELECT " PONS_COMMAND_COLUMNS " FROM command c WHERE c.id = ?");
  use.Bind(id);
  return OneCommand(use);
}

std::optional<CommandRow> CommandByAppKey(Db& db, AppKey app, std::string_view key) {
  if (key.empty()) return std::nullopt;
  auto use = db.Prepared("SELECT " PONS_COMMAND_COLUMNS
                         " FROM command c WHERE c.app_key = ? AND c.idempotency_key = ?"
                         " AND c.idempotency_key <> ''");
  use.Bind(app).Bind(key);
  return OneCommand(use);
}

std::optional<CommandRow> NextCommandOf(Db& db, const CommandQuery& query) {
  // In the order of acceptance, so that the search ends at the first that may go.
  auto use = db.Prepared("SELECT " PONS_COMMAND_COLUMNS
                         " FROM command c INDEXED BY command_open WHERE c.connection_key = ?1"
                         " AND c.open = 1 AND ((?4 >> c.state) & 1) = 1"
                         " AND (c.expires <= ?3 OR (c.due <= ?2 AND ((?5 >> c.kind) & 1) = 1"
                         "  AND (c.holds = 0 OR NOT EXISTS"
                         "   (SELECT 1 FROM command e WHERE e.connection_key = c.connection_key"
                         "    AND e.lane = c.lane AND e.open = 1 AND e.holds = 1"
                         "    AND e.seq < c.seq)))) ORDER BY c.seq LIMIT 1");
  use.Bind(query.connection).Bind(ToMillis(query.due_by)).Bind(ToMillis(query.expired_by));
  use.Bind(std::int64_t{query.states}).Bind(std::int64_t{query.kinds});
  return OneCommand(use);
}

}  // namespace pons::store
