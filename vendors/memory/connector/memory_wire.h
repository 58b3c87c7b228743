// SPDX-License-Identifier: Apache-2.0
// The memory vendor's own words: what it is asked, what it answers, and the answer's bytes. Knows
// formats, not meanings; memory_map.h knows meanings.
//
// An answer is one frame: "MEM1 <16 hex digits of a checksum> " and then a JSON object
//   {"tip":12,"newest":1767225600,"more":true,"rows":[{"id":"p1","version":3,"modified":1767225600,"data":{…}}]}
// so that a frame cut or altered anywhere cannot be taken for a whole one. Unknown members are
// ignored. `modified` counts whole seconds since 1970, UTC.
//
// Threads: plain values and pure functions.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace pons::memory {

enum class Table : std::uint8_t {
  kSites,
  kStaff,
  kPosts,
  kReasons,
  kPatients,
  kHistory,
  kDiary,
  kVisits,
  kDocuments,  // what was sent in; waits for the importer before it counts as filed
};
constexpr std::size_t kTableCount = 9;
std::string_view TableName(Table table);

enum class Operation : std::uint8_t {
  kSignIn,  // user and password; the answer's token goes with every other request
  kInfo,    // name, version and clock of the practice, and the tables it may not read
  kList,    // rows of a table whose id follows `after`, in order of id; deleted rows are not shown
  kFeed,    // rows changed after `position`, the last state of each, in order of change
  kModifiedSince,  // rows with `modified` >= since, in order of (modified, id)
  kGet,            // these rows; the answer leaves out those that are not there
  kFree,           // free times of ids[0] between `from` and `to`, each `minutes` long
  kTrace,          // the row that the write with this `reference` made or changed, if any
  // Writes. They are tried once and judged by the practice's rules.
  kAdd,     // a row with `data` in patients or diary
  kChange,  // sets `data` in row ids[0], where its version is still `expected`
  kFile,    // a document: `data` and `content`
};
constexpr bool Writes(Operation operation) { return operation >= Operation::kAdd; }

struct Request {
  Operation operation = Operation::kInfo;
  std::string user;
  std::string password;
  std::string token;
  Table table = Table::kSites;
  std::string after;           // kList
  std::uint64_t position = 0;  // kFeed
  std::int64_t since = 0;      // kModifiedSince: seconds
  std::uint32_t limit = 500;
  std::vector<std::string> ids;  // kGet, kFree, kChange
  std::string from, to;          // kFree: practice's wall clock, `from` included, `to` not
  int minutes = 0;               // kFree
  json::Value data;              // writes: an object
  std::string reference;         // writes, kTrace: the caller's name for the write
  std::string expected;          // kChange: a version; empty: whatever it is
  bool force = false;            // kAdd, kChange: book although the time is taken
  std::shared_ptr<const std::string> content;  // kFile
};

struct Row {
  std::string id;
  std::uint64_t version = 1;   // rises with each edit of the row
  std::uint64_t position = 0;  // of the edit, in the practice's feed
  std::int64_t modified = 0;   // seconds since 1970, UTC
  bool deleted = false;
  json::Value data;  // an object
  bool operator==(const Row&) const = default;
};

struct Answer {
  std::string token;                   // kSignIn
  std::string practice;                // kInfo
  std::string version;                 // kInfo
  std::int64_t clock_ms = 0;           // kInfo: the vendor's clock, milliseconds since 1970
  std::vector<std::string> forbidden;  // kInfo: tables this user may not read
  std::uint64_t tip = 0;               // the feed's present end
  std::int64_t newest = 0;  // the newest `modified` there is: no later edit has a lower one
  bool more = false;        // the limit left some out
  bool changed = false;     // writes: something was written
  bool lost = false;        // kTrace: the write arrived, and what became of it is not known
  std::vector<Row> rows;
  bool operator==(const Answer&) const = default;
};

// What comes back from the far side, whole or not.
struct Reply {
  enum class Way : std::uint8_t { kAnswered, kNotReached, kTimedOut, kCancelled, kBroken };
  Way way = Way::kAnswered;
  int status = 200;                           // HTTP's numbers, for want of better ones
  std::optional<std::int64_t> retry_after_s;  // with 429
  std::string right;                          // with 403: the right that is missing
  std::string rule;                           // with 404, 409, 412 and 422: why not
  std::string body;                           // with 200: the frame
};

std::string EncodeAnswer(const Answer& answer);
// Errors: kProtocol; the summary names the place, never the text.
Result<Answer> DecodeAnswer(std::string_view frame);

}  // namespace pons::memory
