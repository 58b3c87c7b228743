// SPDX-License-Identifier: Apache-2.0
// app add | list | rotate-secret | disable | enable
#include "admin/parts.h"
#include "crypto/crypto.h"
#include "store/accounts.h"

namespace pons::admin {
namespace {

constexpr std::int64_t kMostOverlapHours = 720;

// 256 random bits; shown once and kept only as a hash.
Sensitive<std::string> NewSecret(Random& random) {
  std::string bytes(32, '\0');
  random.Fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return Sensitive<std::string>("secret_" + crypto::Base64Url(bytes));
}

Result<void> CheckKeys(const std::string& jwks) {
  const auto parsed = json::Parse(jwks);
  const auto* keys = parsed ? parsed->Find("keys") : nullptr;
  if (keys == nullptr || keys->array() == nullptr || keys->array()->empty()) {
    return MakeError(Fault::kMisconfigured,
                     "jwks must be a JSON Web Key Set: {\"keys\":[{\"kty\":\"RSA\",…}]}");
  }
  for (const auto& key : *keys->array()) {
    const auto type = key.Text("kty");
    if (type != "RSA" && type != "EC") {
      return MakeError(Fault::kMisconfigured,
                       "jwks: each key must be RSA (RS384) or EC on P-384 (ES384)");
    }
    if (key.Find("d") != nullptr) {
      return MakeError(Fault::kMisconfigured,
                       "jwks: a private key was given; give the public half only, and make a new "
                       "pair, because this one has been shown");
    }
  }
  return Ok();
}

Result<json::Value> Add(AdminContext& context, const json::Value& arguments) {
  store::App app;
  app.id = AppId(NewId("app", context.random));
  app.name = TextOf(arguments, "name");
  app.created = context.clock.Now();
  app.jwks_json = TextOf(arguments, "jwks");
  Sensitive<std::string> secret;
  if (app.jwks_json.empty()) {
    secret = NewSecret(context.random);
    app.secret_hash = crypto::HashPassword(secret);
  } else {
    PONS_TRY(CheckKeys(app.jwks_json));
  }
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Insert(app);
    return Ok();
  }));
  const bool has_secret = app.jwks_json.empty();
  auto out = Message("App \"" + app.name + "\" is set up." +
                     (has_secret ? " Keep client_secret now: it is not shown again." : "") +
                     " Next: pons grant add --app " + app.id.value + " --connection …");
  out.Set("id", app.id.value);
  out.Set("name", app.name);
  out.Set("client_id", app.id.value);
  if (has_secret) out.Set("client_secret", secret.Reveal());
  return out;
}

Result<json::Value> List(AdminContext& context, const json::Value&) {
  PONS_ASSIGN(const auto names, LoadNames(context));
  json::Array items;
  for (const auto& app : names.apps) {
    std::int64_t grants = 0;
    for (const auto& grant : names.grants) grants += grant.app == app.key && !grant.revoked;
    json::Value item;
    item.Set("id", app.id.value);
    item.Set("name", app.name);
    item.Set("state", app.disabled ? "disabled" : "active");
    item.Set("signs_in_with", app.jwks_json.empty() ? "client secret" : "private key");
    item.Set("grants", grants);
    item.Set("created", FormatInstant(app.created));
    items.push_back(std::move(item));
  }
  if (items.empty()) return ListAnswer("No app yet. Next: pons app add NAME", {});
  const auto message = Count(items.size(), "app", "apps") + ".";
  return ListAnswer(message, std::move(items));
}

Result<json::Value> Rotate(AdminContext& context, const json::Value& arguments) {
  PONS_ASSIGN(auto app, FindApp(context, TextOf(arguments, "app")));
  const auto hours = arguments.Integer("overlap_hours").value_or(0);
  if (hours < 0 || hours > kMostOverlapHours) {
    return MakeError(Fault::kMisconfigured, "overlap_hours is between 0 and 720");
  }
  const auto now = context.clock.Now();
  const auto secret = NewSecret(context.random);
  store::SecretOverlap earlier;
  earlier.app = app.key;
  earlier.hash = std::exchange(app.secret_hash, crypto::HashPassword(secret));
  earlier.replaced = now;
  earlier.valid_until = now + std::chrono::hours(hours);
  const bool overlaps = hours > 0 && !earlier.hash.empty();
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    if (overlaps) {
      tx.accounts().Insert(earlier);
    } else {
      // Whoever asks for no overlap wants nothing older to open either.
      for (const auto& old : tx.accounts().SecretOverlaps(app.key, Instant{})) {
        tx.accounts().DropSecretOverlap(app.key, old.key);
      }
    }
    tx.Update(app);
    return Ok();
  }));
  auto out = Message("App \"" + app.name + "\" has a new secret; " +
                     (overlaps ? "the old one opens until " + FormatInstant(earlier.valid_until)
                               : std::string("the old one is refused from now on")) +
                     ". Keep client_secret now: it is not shown again.");
  if (overlaps) out.Set("old_valid_until", FormatInstant(earlier.valid_until));
  out.Set("id", app.id.value);
  out.Set("client_id", app.id.value);
  out.Set("client_secret", secret.Reveal());
  return out;
}

Result<json::Value> SetDisabled(AdminContext& context, const json::Value& arguments,
                                bool disabled) {
  PONS_ASSIGN(auto app, FindApp(context, TextOf(arguments, "app")));
  app.disabled = disabled;
  PONS_TRY(context.store.Write([&](store::Transaction& tx) {
    tx.Update(app);
    return Ok();
  }));
  auto out = Message(
      "App \"" + app.name + "\" " +
      (disabled ? "is disabled: it can read nothing and is told nothing." : "is active again."));
  out.Set("id", app.id.value);
  out.Set("disabled", disabled);
  return out;
}

Result<json::Value> Disable(AdminContext& context, const json::Value& arguments) {
  return SetDisabled(context, arguments, true);
}
Result<json::Value> Enable(AdminContext& context, const json::Value& arguments) {
  return SetDisabled(context, arguments, false);
}

constexpr ArgumentSpec kAddArguments[] = {
    {.name = "name", .help = "the app's name", .required = true, .positional = true},
    {.name = "jwks",
     .kind = ArgumentKind::kTextOrFile,
     .help = "public keys (JSON Web Key Set) to sign in with instead of a secret, or @file"},
};
constexpr ArgumentSpec kOne[] = {
    {.name = "app", .help = "the app's id or name", .required = true, .positional = true}};
constexpr ArgumentSpec kRotateArguments[] = {
    kOne[0],
    {.name = "overlap_hours",
     .kind = ArgumentKind::kInteger,
     .help = "how long the old secret opens as well; not at all when left out"},
};
constexpr Column kColumns[] = {{"ID", "id"},
                               {"NAME", "name"},
                               {"STATE", "state"},
                               {"SIGNS IN WITH", "signs_in_with"},
                               {"GRANTS", "grants"}};

constexpr CommandSpec kCommands[] = {
    {"app add",
     "Sets up an app and shows its secret once.",
     "pons app add \"Skin Viewer\"",
     kAddArguments,
     {},
     true,
     Add},
    {"app list", "Lists the apps.", "pons app list", {}, kColumns, false, List},
    {"app rotate-secret",
     "Gives an app a new secret; the old one is refused, at once or after an overlap.",
     "pons app rotate-secret \"Skin Viewer\" --overlap-hours 24",
     kRotateArguments,
     {},
     true,
     Rotate},
    {"app disable",
     "Shuts an app out at once.",
     "pons app disable \"Skin Viewer\"",
     kOne,
     {},
     true,
     Disable},
    {"app enable",
     "Lets a disabled app in again.",
     "pons app enable \"Skin Viewer\"",
     kOne,
     {},
     true,
     Enable},
};

}  // namespace

std::span<const CommandSpec> AppCommands() { return kCommands; }

}  // namespace pons::admin
