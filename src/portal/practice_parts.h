// SPDX-License-Identifier: Apache-2.0
// What the practice's routes share.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/parts.h"
#include "connector/guide.h"
#include "portal/route.h"
#include "store/portal.h"

namespace pons::portal {

// One file of routes each; put together in practice_routes.cc.
std::span<const Route> VendorRoutes();
std::span<const Route> ConnectionRoutes();
std::span<const Route> ConnectionLookRoutes();
std::span<const Route> ConnectionKeyRoutes();
std::span<const Route> GrantRoutes();
std::span<const Route> ActivityRoutes();
std::span<const Route> PatientRoutes();
std::span<const Route> AuditRoutes();
std::span<const Route> NotificationRoutes();

constexpr std::string_view kAnyObject = R"({"type":"object"})";
constexpr std::string_view kListOf = R"({"$ref":"#/components/schemas/List"})";

// A list whose length nobody counts: {"items":[…],"next":…}.
Answer Page(json::Array items, std::string_view next);
// A cursor that is a number of rows to pass over; 0 where there is none or it is damaged.
std::int64_t SkipOf(const PortalCall& call);
// The cursor of the next page; empty where this was the last.
std::string NextSkip(std::int64_t skip, std::size_t shown, std::int64_t total);

std::optional<bool> FlagIn(const json::Value& body, std::string_view name);
// {"id","name"}
json::Value Named(std::string_view id, std::string_view name);
// The given pairs as an object of texts. kRejected, naming the member, where one is none.
Result<json::Value> TextPairs(const json::Value& body, std::string_view member);

const Connector* VendorOf(const PortalContext& context, const store::Connection& connection);
std::string VendorName(const PortalContext& context, const store::Connection& connection);

// ---- how a connection is doing, as people are told

struct ConnectionStatus {
  std::string_view state;  // pending | connecting | active | attention | paused
  std::string cause;       // a sentence with the next step; empty: nothing to say
  std::optional<Instant> since;
  store::ConnectionHealth read;
  store::WriteHealth write;
};
Result<ConnectionStatus> StatusOf(PortalContext& context, store::Reader& reader,
                                  const store::Connection& connection);
// What a fault means for who connects this vendor, with the next step. `said` is the error's own
// summary.
std::string FaultWords(const PortalContext& context, const store::Connection& connection,
                       std::string_view fault, std::string_view said);

// ---- names of what a practice has, by the vendor's own ids

class DirectoryNames {
 public:
  DirectoryNames(store::PortalReads& reads, store::ConnectionKey connection);
  // The id itself where nothing has it; empty for an empty id.
  std::string Of(model::Stream stream, const std::string& vendor_id);

 private:
  store::PortalReads& reads_;
  store::ConnectionKey connection_;
  std::map<model::Stream, std::map<std::string, std::string>> names_;
};

// A FHIR record's name: of a person "Given Family", of anything else its "name".
std::string NameIn(const json::Value& record);
json::Value ReadRecord(const store::StoredRecord& record);  // null where it is damaged

// ---- the routes' own state, PortalContext::practice_state

// How many connections are being tried at this moment.
class TestSlots {
 public:
  TestSlots();
  ~TestSlots();
  // False where this organization, or all together, try enough already.
  bool Take(const OrganizationId& organization);
  void Give(const OrganizationId& organization);

 private:
  struct Taken;
  std::unique_ptr<Taken> taken_;
};

}  // namespace pons::portal
