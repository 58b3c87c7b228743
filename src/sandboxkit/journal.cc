// SPDX-License-Identifier: Apache-2.0
#include "sandboxkit/journal.h"

namespace pons::sandboxkit {

void Journal::Append(JournalEntry entry) {
  if (entry.request.size() > 2000) entry.request.resize(2000);
  const std::lock_guard lock(mutex_);
  entry.id = ++last_id_;
  entries_.push_back(std::move(entry));
  if (entries_.size() > kKept) {
    entries_.pop_front();
    ++dropped_;
  }
}

void Journal::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  dropped_ = 0;
}

json::Value Journal::Read(std::int64_t after, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  json::Array out;
  for (const JournalEntry& entry : entries_) {
    if (entry.id <= after) continue;
    if (out.size() >= limit) break;
    json::Object row{{"seq", entry.id},       {"at_ms", entry.at_ms},
                     {"kind", entry.kind},    {"operation", entry.operation},
                     {"user", entry.user},    {"connection", entry.connection},
                     {"text", entry.request}, {"parameters", entry.parameters},
                     {"rows", entry.rows},    {"effect", entry.effect},
                     {"fault", entry.fault},  {"micros", entry.micros}};
    row.emplace_back("procedure",
                     entry.procedure.empty() ? json::Value() : json::Value(entry.procedure));
    row.emplace_back("result", entry.result ? json::Value(*entry.result) : json::Value());
    row.emplace_back("error", entry.error == 0 ? json::Value() : json::Value(entry.error));
    out.emplace_back(std::move(row));
  }
  return json::Object{{"entries", std::move(out)}, {"last_seq", last_id_}, {"dropped", dropped_}};
}

}  // namespace pons::sandboxkit
