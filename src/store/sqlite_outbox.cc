// SPDX-License-Identifier: Apache-2.0
// The outbox as it is read and counted, and the hours of usage: the parts of Transaction and Reader
// that are about them.
#include "store/outbox_rows.h"

#include <algorithm>

#include "json/value.h"
#include "json/writer.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_transaction.h"

namespace pons::store {
namespace {

// Of one webhook's queue, as many as DueDeliveries looks at.
constexpr std::uint32_t kDueOfOneWebhook = 64;

std::string WriteTimes(const UsageTimes& times) {
  std::string out;
  json::Writer w(out);
  w.BeginArray();
  for (const auto count : times) w.Integer(count);
  w.EndArray();
  return out;
}

UsageTimes ReadTimes(std::string_view text) {
  UsageTimes times{};
  const auto parsed = json::Parse(text);
  if (!parsed || !parsed->array()) return times;
  const auto& list = *parsed->array();
  for (std::size_t i = 0; i < std::min(times.size(), list.size()); ++i) {
    times[i] = list[i].AsInteger().value_or(0);
  }
  return times;
}

// A webhook's deliveries; every state where ?2 is null.
constexpr char kOfWebhook[] = "WHERE d.webhook_key = ?1 AND (?2 IS NULL OR d.state = ?2) ";

std::optional<std::int64_t> StateOf(const DeliveryFilter& filter) {
  if (!filter.state) return std::nullopt;
  return static_cast<std::int64_t>(*filter.state);
}

}  // namespace

const char kDeliverySelect[] =
    "SELECT c.seq, c.grant_key, r.stream, r.id, c.version, c.kind, c.at,"
    " IFNULL((SELECT app_location FROM visible v WHERE v.ref = c.ref AND v.grant_key = "
    "c.grant_key),"
    " ''), d.id, d.webhook_key, d.event_id, d.event_type, d.state, d.attempts, d.due,"
    " d.last_status, d.last_error, d.delivered, k.organization_id, k.id"
    " FROM delivery d JOIN change c ON c.seq = d.seq JOIN record r ON r.ref = d.ref"
    " JOIN connection k ON k.key = r.connection_key ";

std::optional<Instant> InstantOrNull(const Use& use, int column) {
  const auto millis = use.IntegerOrNull(column);
  if (!millis) return std::nullopt;
  return FromMillis(*millis);
}

LoggedChange ChangeAt(const Use& use) {
  LoggedChange change;
  change.seq = use.Integer(0);
  change.grant = use.Integer(1);
  change.stream = static_cast<model::Stream>(use.Integer(2));
  change.id = ResourceId(std::string(use.Text(3)));
  change.version = use.Integer(4);
  change.kind = static_cast<ChangeKind>(use.Integer(5));
  change.at = FromMillis(use.Integer(6));
  change.app_location = std::string(use.Text(7));
  return change;
}

DeliveryRow DeliveryAt(const Use& use) {
  DeliveryRow row;
  row.change = ChangeAt(use);
  row.id = use.Integer(8);
  row.webhook = use.Integer(9);
  row.event_id = std::string(use.Text(10));
  row.event_type = std::string(use.Text(11));
  row.state = static_cast<DeliveryState>(use.Integer(12));
  row.attempts = static_cast<int>(use.Integer(13));
  row.due = FromMillis(use.Integer(14));
  row.last_status = static_cast<int>(use.Integer(15));
  row.last_error = std::string(use.Text(16));
  row.delivered = InstantOrNull(use, 17);
  row.organization = OrganizationId(std::string(use.Text(18)));
  row.connection = ConnectionId(std::string(use.Text(19)));
  return row;
}

Result<std::vector<DeliveryRow>> SqliteReader::DueDeliveries(Instant now, std::uint32_t limit,
                                                             std::span<const WebhookKey> skip) {
  // Each webhook's queue is entered at its own end of the index (CROSS JOIN keeps SQLite from
  // turning that round), so that a million messages behind a dead receiver cost the others nothing.
  static const std::string sql =
      std::string(kDeliverySelect) +
      "JOIN webhook w ON w.key = d.webhook_key WHERE d.id IN"
      " (SELECT q.id FROM webhook v CROSS JOIN delivery q ON q.id IN"
      "   (SELECT f.id FROM delivery f WHERE f.webhook_key = v.key AND f.state = 0 AND f.due <= ?1"
      "    AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.webhook_key = f.webhook_key"
      "                    AND e.ref = f.ref AND e.state = 0 AND e.id < f.id)"
      "    ORDER BY f.due, f.id LIMIT ?4)"
      "  WHERE v.state = 0 AND v.key NOT IN (SELECT value FROM json_each(?2)))"
      " ORDER BY d.due, d.id LIMIT ?3";
  // Passed over as one JSON list, so that the statement stays the same however many there are.
  std::string skipped = "[";
  for (const WebhookKey key : skip) {
    if (skipped.size() > 1) skipped += ',';
    skipped += std::to_string(key);
  }
  skipped += ']';
  std::vector<DeliveryRow> rows;
  {
    auto use = db_->PreparedText(sql);
    use.Bind(ToMillis(now)).Bind(std::string_view(skipped)).Bind(std::int64_t{limit});
    use.Bind(std::int64_t{std::min(limit, kDueOfOneWebhook)});
    while (use.Step()) rows.push_back(DeliveryAt(use));
  }
  return Done(std::move(rows));
}

Result<std::optional<Instant>> SqliteReader::NextDeliveryDue(Instant after) {
  std::optional<Instant> due;
  {
    auto use = db_->Prepared(
        "SELECT MIN((SELECT d.due FROM delivery d WHERE d.webhook_key = w.key AND d.state = 0"
        " AND d.due > ?1 ORDER BY d.due LIMIT 1)) FROM webhook w WHERE w.state = 0");
    use.Bind(ToMillis(after));
    if (use.Step()) due = InstantOrNull(use, 0);
  }
  return Done(due);
}

Result<std::vector<DeliveryRow>> SqliteReader::Deliveries(WebhookKey webhook, std::uint32_t limit) {
  static const std::string sql =
      std::string(kDeliverySelect) + "WHERE d.webhook_key = ? ORDER BY d.id DESC LIMIT ?";
  std::vector<DeliveryRow> rows;
  {
    auto use = db_->PreparedText(sql);
    use.Bind(webhook).Bind(std::int64_t{limit});
    while (use.Step()) rows.push_back(DeliveryAt(use));
  }
  return Done(std::move(rows));
}

Result<std::vector<DeliveryRow>> SqliteReader::Deliveries(const DeliveryFilter& filter) {
  static const std::string sql = std::string(kDeliverySelect) + kOfWebhook +
                                 "AND (?3 = 0 OR d.id < ?3) ORDER BY d.id DESC LIMIT ?4";
  std::vector<DeliveryRow> rows;
  {
    auto use = db_->PreparedText(sql);
    use.Bind(filter.webhook).Bind(StateOf(filter)).Bind(filter.before);
    use.Bind(std::int64_t{filter.limit});
    while (use.Step()) rows.push_back(DeliveryAt(use));
  }
  return Done(std::move(rows));
}

Result<std::int64_t> SqliteReader::CountDeliveries(const DeliveryFilter& filter) {
  static const std::string sql = std::string("SELECT COUNT(*) FROM delivery d ") + kOfWebhook;
  std::int64_t count = 0;
  {
    auto use = db_->PreparedText(sql);
    use.Bind(filter.webhook).Bind(StateOf(filter));
    if (use.Step()) count = use.Integer(0);
  }
  return Done(count);
}

Result<std::optional<DeliveryRow>> SqliteReader::Delivery(WebhookKey webhook, std::int64_t id) {
  static const std::string sql =
      std::string(kDeliverySelect) + "WHERE d.id = ? AND d.webhook_key = ?";
  std::optional<DeliveryRow> row;
  {
    auto use = db_->PreparedText(sql);
    use.Bind(id).Bind(webhook);
    if (use.Step()) row = DeliveryAt(use);
  }
  return Done(std::move(row));
}

Result<std::vector<DeliveryAnswer>> SqliteReader::AnswersTo(std::int64_t delivery) {
  std::vector<DeliveryAnswer> answers;
  {
    auto use = db_->Prepared(
        "SELECT at, took, request_headers, response_headers, excerpt, status, error"
        " FROM delivery_attempt WHERE delivery_id = ? ORDER BY n DESC");
    use.Bind(delivery);
    answers = AllRows(use, [](const Use& row) {
      return DeliveryAnswer{FromMillis(row.Integer(0)), std::chrono::milliseconds(row.Integer(1)),
                            std::string(row.Text(2)),   std::string(row.Text(3)),
                            std::string(row.Text(4)),   static_cast<int>(row.Integer(5)),
                            std::string(row.Text(6))};
    });
  }
  return Done(std::move(answers));
}

Result<std::vector<OutboxTally>> SqliteReader::OutboxTallies() {
  std::vector<OutboxTally> rows;
  {
    auto use = db_->Prepared(
        "SELECT w.key, (SELECT COUNT(*) FROM delivery d WHERE d.webhook_key = w.key AND d.state = "
        "0),"
        " (SELECT COUNT(*) FROM delivery d WHERE d.webhook_key = w.key AND d.state = 2),"
        " (SELECT c.at FROM delivery d JOIN change c ON c.seq = d.seq"
        "  WHERE d.webhook_key = w.key AND d.state = 0 ORDER BY d.id LIMIT 1)"
        " FROM webhook w WHERE w.state < 2 ORDER BY w.key");
    while (use.Step()) {
      rows.push_back({use.Integer(0), use.Integer(1), use.Integer(2), InstantOrNull(use, 3)});
    }
  }
  return Done(std::move(rows));
}

Result<std::vector<UsageRow>> SqliteReader::Usage(AppKey app, Instant since) {
  std::vector<UsageRow> rows;
  {
    auto use = db_->Prepared(
        "SELECT hour, requests, errors, times, sent, not_taken, sent_times FROM usage"
        " WHERE app_key = ? AND hour >= ? ORDER BY hour");
    use.Bind(app).Bind(ToMillis(since));
    while (use.Step()) {
      rows.push_back({app, FromMillis(use.Integer(0)), use.Integer(1), use.Integer(2),
                      ReadTimes(use.Text(3)), use.Integer(4), use.Integer(5),
                      ReadTimes(use.Text(6))});
    }
  }
  return Done(std::move(rows));
}

void SqliteTransaction::SaveDelivery(const DeliveryUpdate& update) {
  std::optional<std::int64_t> delivered;
  if (update.state == DeliveryState::kDelivered) delivered = ToMillis(now_);
  db_.Prepared(
         "UPDATE delivery SET state=?, attempts=?, due=?, last_status=?, last_error=?,"
         " delivered=? WHERE id=?")
      .Bind(static_cast<std::int64_t>(update.state))
      .Bind(std::int64_t{update.attempts})
      .Bind(ToMillis(update.due))
      .Bind(std::int64_t{update.last_status})
      .Bind(update.last_error)
      .Bind(delivered)
      .Bind(update.id)
      .Run();
  if (!update.answer || db_.failed() || db_.changes() == 0) return;
  db_.Prepared(
         "INSERT INTO delivery_attempt(delivery_id, n, at, took, request_headers,"
         " response_headers, excerpt, status, error) VALUES(?1, (SELECT IFNULL(MAX(n), 0) + 1"
         " FROM delivery_attempt WHERE delivery_id = ?1), ?,?,?,?,?,?,?)")
      .Bind(update.id)
      .Bind(ToMillis(update.answer->at))
      .Bind(std::int64_t{update.answer->took.count()})
      .Bind(update.answer->request_headers)
      .Bind(update.answer->response_headers)
      .Bind(update.answer->excerpt)
      .Bind(std::int64_t{update.last_status})
      .Bind(update.last_error)
      .Run();
  db_.Prepared(
         "DELETE FROM delivery_attempt WHERE delivery_id = ?1 AND n <="
         " (SELECT MAX(n) FROM delivery_attempt WHERE delivery_id = ?1) - ?2")
      .Bind(update.id)
      .Bind(kMostAttemptsKept)
      .Run();
  CountSent(update);
}

void SqliteTransaction::CountSent(const DeliveryUpdate& update) {
  UsageRow row;
  {
    auto use = db_.Prepared(
        "SELECT w.app_key FROM delivery d JOIN webhook w ON w.key = d.webhook_key WHERE d.id = ?");
    use.Bind(update.id);
    if (!use.Step()) return;
    row.app = use.Integer(0);
  }
  row.hour = std::chrono::floor<std::chrono::hours>(update.answer->at);
  row.sent = 1;
  row.not_taken = update.state == DeliveryState::kDelivered ? 0 : 1;
  row.sent_times[UsageRange(update.answer->took.count())] = 1;
  AddUsage(row);
}

void SqliteTransaction::AddUsage(const UsageRow& row) {
  UsageRow sum = row;
  {
    auto use = db_.Prepared(
        "SELECT requests, errors, times, sent, not_taken, sent_times FROM usage"
        " WHERE app_key=? AND hour=?");
    use.Bind(row.app).Bind(ToMillis(row.hour));
    if (use.Step()) {
      sum.Add({row.app, row.hour, use.Integer(0), use.Integer(1), ReadTimes(use.Text(2)),
               use.Integer(3), use.Integer(4), ReadTimes(use.Text(5))});
    }
  }
  const std::string times = WriteTimes(sum.times);
  const std::string sent_times = WriteTimes(sum.sent_times);
  db_.Prepared(
         "INSERT OR REPLACE INTO usage(app_key, hour, requests, errors, times, sent, not_taken,"
         " sent_times) VALUES(?,?,?,?,?,?,?,?)")
      .Bind(sum.app)
      .Bind(ToMillis(sum.hour))
      .Bind(sum.requests)
      .Bind(sum.errors)
      .Bind(times)
      .Bind(sum.sent)
      .Bind(sum.not_taken)
      .Bind(sent_times)
      .Run();
}

// ---- the places that apps name ------------------------------------------------------------------

Result<std::vector<AppLocation>> SqliteReader::AppLocations(AppKey app) {
  std::vector<AppLocation> locations;
  {
    auto use =
        db_->Prepared("SELECT id, name FROM app_location WHERE app_key = ? ORDER BY name, id");
    use.Bind(app);
    locations = AllRows(use, [](const Use& row) {
      return AppLocation{std::string(row.Text(0)), std::string(row.Text(1))};
    });
  }
  return Done(std::move(locations));
}

void SqliteTransaction::SaveAppLocations(AppKey app, std::span<const AppLocation> locations) {
  db_.Prepared("DELETE FROM app_location WHERE app_key = ?").Bind(app).Run();
  for (const auto& location : locations) {
    db_.Prepared("INSERT INTO app_location(app_key, id, name) VALUES(?,?,?)")
        .Bind(app)
        .Bind(location.id)
        .Bind(location.name)
        .Run();
  }
}

}  // namespace pons::store
