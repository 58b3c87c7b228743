// SPDX-License-Identifier: Apache-2.0
// Keys of a connection, for agents and browser extensions: made and shown once, listed, refused.
#include <charconv>

#include "base/text.h"
#include "portal/practice_parts.h"

namespace pons::portal {
namespace {

json::Value Of(const PortalCall& call) {
  json::Value arguments;
  arguments.Set("connection", call.resource.connection->id.value);
  return arguments;
}

Result<Answer> ListKeys(PortalContext& context, PortalCall& call) {
  PONS_ASSIGN(const auto listed, RunCommand(context, call, "connection key list", Of(call)));
  auto items = *listed.Find("items")->array();
  const auto total = static_cast<std::int64_t>(items.size());
  return List(std::move(items), {}, total);
}

Result<Answer> AddKey(PortalContext& context, PortalCall& call) {
  const auto kind = call.Text("kind");
  if (kind != "agent" && kind != "extension") {
    return Problem(422, "missing", "Choose what the key is for: an agent or a browser extension.",
                   "kind");
  }
  if (Trim(call.Text("name")).empty()) {
    return Problem(422, "missing",
                   "Name the computer or browser that will hold the key, such as \"Front desk\".",
                   "name");
  }
  auto arguments = Of(call);
  arguments.Set("kind", kind);
  arguments.Set("name", call.Text("name"));
  PONS_ASSIGN(const auto made, RunCommand(context, call, "connection key add", arguments));
  json::Value body;
  for (const auto* member : {"n", "kind", "name", "key"}) body.Set(member, *made.Find(member));
  return Created(std::move(body));
}

Result<Answer> RemoveKey(PortalContext& context, PortalCall& call) {
  const auto text = call.Path("n");
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  auto arguments = Of(call);
  arguments.Set("n", number);
  auto removed = RunCommand(context, call, "connection key remove", arguments);
  if (!removed && removed.error().fault == Fault::kNotFound) {
    return MakeError(Fault::kNotFound, "this key is not there any more");
  }
  PONS_TRY(std::move(removed));
  return NoContent();
}

constexpr std::string_view kAskedSchema =
    R"({"type":"object","required":["kind","name"],"properties":{"kind":{"enum":["agent","extension"]},"name":{"type":"string","maxLength":100}}})";
constexpr std::string_view kMadeSchema =
    R"({"type":"object","required":["n","kind","name","key"],"properties":{"n":{"type":"integer"},"kind":{"enum":["agent","extension"]},"name":{"type":"string"},"key":{"type":"string","description":"Shown once."}}})";
constexpr std::string_view kKeysSchema =
    R"({"type":"object","required":["items","next","total"],"properties":{"items":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"},"kind":{"enum":["agent","extension"]},"name":{"type":"string"},"made_by":{"type":"string"},"created_at":{"type":"string","format":"date-time"},"last_used_at":{"type":["string","null"],"format":"date-time"}}}},"next":{"type":["string","null"]},"total":{"type":"integer"}}})";

constexpr Route kRoutes[] = {
    {"GET",
     "/connections/{connection}/keys",
     Least::kAdmin,
     Scope::kConnection,
     false,
     "Lists a connection's keys for agents and browser extensions.",
     {},
     kKeysSchema,
     ListKeys},
    {"POST", "/connections/{connection}/keys", Least::kAdmin, Scope::kConnection, false,
     "Makes a key for an agent or a browser extension and shows it once.", kAskedSchema,
     kMadeSchema, AddKey},
    {"DELETE",
     "/connections/{connection}/keys/{n}",
     Least::kAdmin,
     Scope::kConnection,
     false,
     "Refuses a key from now on.",
     {},
     {},
     RemoveKey},
};

}  // namespace

std::span<const Route> ConnectionKeyRoutes() { return kRoutes; }

}  // namespace pons::portal
