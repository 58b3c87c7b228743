// SPDX-License-Identifier: Apache-2.0
#include "portal/practice_parts.h"

#include <charconv>
#include <mutex>

namespace pons::portal {
namespace {

constexpr int kTestsOfOne = 2;
constexpr int kTestsOfAll = 8;

}  // namespace

Answer Page(json::Array items, std::string_view next) {
  json::Value body;
  body.Set("items", std::move(items));
  body.Set("next", next.empty() ? json::Value() : json::Value(next));
  return Ok(std::move(body));
}

std::int64_t SkipOf(const PortalCall& call) {
  const auto text = call.Query("cursor");
  std::int64_t skip = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), skip);
  if (failed != std::errc() || end != text.data() + text.size() || skip < 0) return 0;
  return skip;
}

std::string NextSkip(std::int64_t skip, std::size_t shown, std::int64_t total) {
  const auto next = skip + static_cast<std::int64_t>(shown);
  return shown == 0 || next >= total ? std::string() : std::to_string(next);
}

std::optional<bool> FlagIn(const json::Value& body, std::string_view name) {
  const auto* value = body.Find(name);
  if (value == nullptr || value->boolean() == nullptr) return std::nullopt;
  return *value->boolean();
}

json::Value Named(std::string_view id, std::string_view name) {
  json::Value out;
  out.Set("id", id);
  out.Set("name", name);
  return out;
}

Result<json::Value> TextPairs(const json::Value& body, std::string_view member) {
  json::Value out{json::Object{}};
  const auto* given = body.Find(member);
  if (given == nullptr || given->is_null()) return out;
  if (given->object() == nullptr) {
    return MakeError(Fault::kRejected,
                     "\"" + std::string(member) + "\" must be an object of texts");
  }
  for (const auto& [key, value] : *given->object()) {
    if (value.string() == nullptr) {
      return MakeError(Fault::kRejected, "\"" + key + "\" must be text");
    }
    out.Set(key, *value.string());
  }
  return out;
}

const Connector* VendorOf(const PortalContext& context, const store::Connection& connection) {
  return context.admin.vendors.Find(connection.vendor);
}

std::string VendorName(const PortalContext& context, const store::Connection& connection) {
  const auto* connector = VendorOf(context, connection);
  return connector == nullptr ? connection.vendor : std::string(connector->descriptor().name);
}

json::Value ReadRecord(const store::StoredRecord& record) {
  if (record.body == nullptr) return {};
  auto parsed = json::Parse(*record.body);
  return parsed ? std::move(*parsed) : json::Value();
}

std::string NameIn(const json::Value& record) {
  const auto* name = record.Find("name");
  if (name == nullptr) return {};
  if (name->string() != nullptr) return *name->string();
  if (name->array() == nullptr || name->array()->empty()) return {};
  const auto& first = name->array()->front();
  std::string out;
  if (const auto* given = first.Find("given"); given != nullptr && given->array() != nullptr) {
    for (const auto& part : *given->array()) {
      if (part.string() != nullptr) (out += out.empty() ? "" : " ") += *part.string();
    }
  }
  if (const auto family = first.Text("family"); !family.empty()) {
    (out += out.empty() ? "" : " ") += family;
  }
  return out.empty() ? std::string(first.Text("text")) : out;
}

DirectoryNames::DirectoryNames(store::PortalReads& reads, store::ConnectionKey connection)
    : reads_(reads), connection_(connection) {}

std::string DirectoryNames::Of(model::Stream stream, const std::string& vendor_id) {
  if (vendor_id.empty()) return {};
  auto known = names_.find(stream);
  if (known == names_.end()) {
    known = names_.emplace(stream, std::map<std::string, std::string>()).first;
    for (const auto& record : reads_.Directory(connection_, stream)) {
      known->second[record.vendor_id] = NameIn(ReadRecord(record));
    }
  }
  const auto found = known->second.find(vendor_id);
  return found == known->second.end() || found->second.empty() ? vendor_id : found->second;
}

struct TestSlots::Taken {
  std::mutex mutex;
  std::map<OrganizationId, int> by_organization;
  int all = 0;
};

TestSlots::TestSlots() : taken_(std::make_unique<Taken>()) {}
TestSlots::~TestSlots() = default;

bool TestSlots::Take(const OrganizationId& organization) {
  const std::lock_guard lock(taken_->mutex);
  auto& of_one = taken_->by_organization[organization];
  if (of_one >= kTestsOfOne || taken_->all >= kTestsOfAll) return false;
  ++of_one;
  ++taken_->all;
  return true;
}

void TestSlots::Give(const OrganizationId& organization) {
  const std::lock_guard lock(taken_->mutex);
  const auto found = taken_->by_organization.find(organization);
  if (found != taken_->by_organization.end() && --found->second == 0) {
    taken_->by_organization.erase(found);
  }
  --taken_->all;
}

}  // namespace pons::portal
