// SPDX-License-Identifier: Apache-2.0
// connection key add | list | remove
#include "admin/access_keys.h"

#include "admin/parts.h"
#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::admin {
namespace {

constexpr std::size_t kMostKeys = 50;  // of one connection
constexpr std::size_t kLongestName = 100;

// 256 random bits; what it is for can be read off it, by people and by scanners for leaked keys.
Sensitive<std::string> NewKey(store::AccessKeyKind kind, Random& random) {
  std::string bytes(32, '\0');
  random.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return Sensitive<std::string>("pons_" + std::string(AccessKeyKindName(kind)) + "_" +
                                crypto::Base64Url(bytes));
}

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto connection, FindConnection(context, TextOf(arguments, "connection")));
  store::AccessKey key;
  key.connection = connection.key;
  key.kind = TextOf(arguments, "kind") == "agent" ? store::AccessKeyKind::kAgent
                                                  : store::AccessKeyKind::kExtension;
  key.name = Trim(TextOf(arguments, "name"));
  if (key.name.empty() || key.name.size() > kLongestName) {
    return MakeError(Fault::kMisconfigured, "name is between 1 and 100 characters long");
  }
  const auto plain = NewKey(key.kind, context.random);
  key.hash = crypto::Sha256(plain.Reveal());
  key.made_by = context.user;
  key.created = context.clock.Now();
  PONS_TRY(context.store.Write([&](store::Transaction& tx) -> Result<void> {
    if (tx.accounts().AccessKeys(connection.key).size() >= kMostKeys) {
      return MakeError(Fault::kRejected,
                       "a connection has at most 50 keys: remove those that nobody uses");
    }
    key.key = tx.accounts().Insert(key);
    return Ok();
  }));
  auto out = Message("\"" + key.name + "\" has a key for \"" + connection.name +
                     "\". Keep it now: it is not shown again.");
  out.Set("n", key.key);
  out.Set("kind", AccessKeyKindName(key.kind));
  out.Set("name", key.name);
  out.Set("key", plain.Reveal());
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto connection, FindConnection(context, TextOf(arguments, "connection")));
  PONS_ASSIGN(const auto reader, context.store.OpenReader());
  json::Array items;
  PONS_TRY(reader->Accounts([&](store::AccountReads& reads) {
    for (const auto& key : reads.AccessKeys(connection.key)) {
      json::Value item;
      item.Set("n", key.key);
      item.Set("kind", AccessKeyKindName(key.kind));
      item.Set("name", key.name);
      item.Set("created_at", FormatInstant(key.created));
      const auto used = reads.LastUse(store::UseOf::kAccessKey, key.key);
      item.Set("last_used_at", used ? json::Value(FormatInstant(*used)) : json::Value());
      const auto maker = reads.FindUser(key.made_by);
      item.Set("made_by", maker ? maker->name : std::string("command line"));
      items.push_back(std::move(item));
    }
  }));
  const auto text = items.empty() ? "No key yet. Next: pons connection key add \"" +
                                        connection.name + "\" --kind agent --name \"Front desk\""
                                  : Count(items.size(), "key", "keys") + ".";
  return ListAnswer(text, std::move(items));
}

Result<json::Value> Remove(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(const auto connection, FindConnection(context, TextOf(arguments, "connection")));
  bool dropped = false;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    dropped = tx.accounts().DropAccessKey(connection.key, *arguments.Integer("n"));
    return Ok();
  }));
  if (!dropped) {
    return MakeError(Fault::kNotFound, "this key is not there; pons connection key list \"" +
                                           connection.name + "\" lists those that are");
  }
  return Message("The key is refused from now on.");
}

constexpr ArgumentSpec kOf = {.name = "connection",
                              .help = "the connection's id or name",
                              .required = true,
                              .positional = true};
constexpr ArgumentSpec kAddArguments[] = {
    kOf,
    {.name = "kind",
     .help = "what will hold it: an agent beside the practice's system, or a browser extension",
     .required = true,
     .choices = "agent extension"},
    {.name = "name",
     .help = "which computer or browser, for whoever reads the list later",
     .required = true}};
constexpr ArgumentSpec kListArguments[] = {kOf};
constexpr ArgumentSpec kRemoveArguments[] = {kOf,
                                             {.name = "n",
                                              .kind = ArgumentKind::kInteger,
                                              .help = "the key's number in the list",
                                              .required = true}};
constexpr Column kColumns[] = {{"N", "n"},
                               {"KIND", "kind"},
                               {"NAME", "name"},
                               {"MADE BY", "made_by"},
                               {"CREATED", "created_at"},
                               {"LAST USED", "last_used_at"}};

constexpr CommandSpec kCommands[] = {
    {"connection key add",
     "Makes a key for an agent or a browser extension and shows it once.",
     "pons connection key add \"Best Practice\" --kind agent --name \"Front desk\"",
     kAddArguments,
     {},
     true,
     Add},
    {"connection key list",
     "Lists a connection's keys, by whom they were made and when they were last used.",
     "pons connection key list \"Best Practice\"", kListArguments, kColumns, false, List},
    {"connection key remove",
     "Refuses a key from now on.",
     "pons connection key remove \"Best Practice\" --n 3",
     kRemoveArguments,
     {},
     true,
     Remove},
};

}  // namespace

std::string_view AccessKeyKindName(store::AccessKeyKind kind) {
  return kind == store::AccessKeyKind::kAgent ? "agent" : "extension";
}

std::span<const CommandSpec> AccessKeyCommands() { return kCommands; }

}  // namespace pons::admin
