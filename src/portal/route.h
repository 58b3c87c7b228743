// SPDX-License-Identifier: Apache-2.0
// The portal's routes as data: what is asked, by whom it may be asked, what the path names, and the
// function that answers. The dispatcher (dispatch.cc), the authorization test and the OpenAPI
// document are all made from these tables, so that no route can be added without being judged.
//
// What a handler may rely on: the caller is signed in as far as the route asks, the thing that the
// path names is there (PortalCall::resource) and the caller may do this to it, the body is a JSON
// object (or null where none was sent), and a state-changing call carried the session's CSRF token.
// What it does: reads and writes through the context, and returns an Answer; an Error becomes a
// problem document by its fault, with its summary as the sentence that the person is shown. It
// writes the audit entry for each record of a person that it gives out (PortalCall::Audit); that
// the call was made at all, and how it ended, is recorded for it.
//
// Threads: handlers run on a pool, several at once; the context's parts are safe for that.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounts/accounts.h"
#include "admin/command.h"
#include "base/ids.h"
#include "json/value.h"
#include "net/http.h"
#include "net/url.h"
#include "store/entities.h"
#include "store/store.h"

namespace pons::sync {
class SyncEngine;
}
namespace pons::commands {
class CommandEngine;
}
namespace pons::grants {
class GrantBook;
}
namespace pons::api {
class AuditTrail;
}

namespace pons::portal {

// ---- who asks

// How far somebody has come with signing in is accounts::SessionState; nobody at all has no
// session.
struct Caller {
  std::optional<accounts::Session> session;

  bool signed_in() const;
  bool is_operator() const { return signed_in() && session->user.is_operator; }
  bool is_developer() const { return signed_in() && session->user.is_developer; }
  // Empty where nobody is signed in.
  std::string user() const { return session ? session->user.id.value : std::string(); }
  std::optional<accounts::Role> RoleIn(const OrganizationId& organization) const;
};

// ---- what is asked

// The least that may call a route.
enum class Least : std::uint8_t {
  kAnyone,     // no session needed
  kPending,    // any session, also one that still owes its second factor
  kEnrolling,  // a session that is signed in, or may only set up its second factor
  kSignedIn,   // any account; with a scope: any member of the resource's organization
  kLimited,    // a member of the resource's organization, of at least this role. Operators are as
  kStaff,      // admins everywhere, except where a route gives out patient data
  kAdmin,      //
  kDeveloper,  // developers and operators; with scope kApp or kWebhook: the app's owner
  kOperator,
};

// What the path names, and so whose it is. The dispatcher looks it up before any handler runs;
// what is not there and what is foreign are answered by the same 404.
enum class Scope : std::uint8_t {
  kNone,          // nothing: public, or the caller's own account
  kOrganization,  // {org}
  kConnection,    // {connection}
  kGrant,         // {grant}
  kApp,           // {app}
  kWebhook,       // {webhook}
  kPatient,       // {patient}: the organization of the connection that it was read through
  kOperator,      // the whole of this Pons
};

// What the path names, found. Members are filled in as far as the scope reaches: a grant has its
// connection and app, a webhook its app.
struct Resource {
  OrganizationId organization;  // empty for kNone, kApp, kWebhook, kOperator
  std::optional<store::Connection> connection;
  std::optional<store::Grant> grant;
  std::optional<store::App> app;
  std::optional<store::Webhook> webhook;
  accounts::UserId app_owner;  // of `app`; empty: none, the operators' own
  std::string patient;         // id
};

// ---- what is answered

struct Answer {
  int status = 200;
  json::Value body = {};      // null: none
  std::string text = {};      // JSON already written; used where not empty
  net::Headers headers = {};  // Set-Cookie and the like
};

using pons::Ok;  // Result<void>
Answer Ok(json::Value body);
Answer OkText(std::string written_json);
Answer Created(json::Value body);
Answer NoContent();
// {"status","title","detail","code","field"?,"reference"}. `detail` is what the person is shown,
// with the next step; `field` is the member of the body that it is about.
Answer Problem(int status, std::string_view code, std::string_view detail,
               std::string_view field = {});
Answer ProblemOf(const Error& error);
// {"items":[…],"next":"opaque"|null,"total":N}
Answer List(json::Array items, std::string_view next, std::int64_t total);

struct PortalContext;

struct PortalCall {
  Caller caller;
  Resource resource;
  std::vector<std::pair<std::string_view, std::string>> path;  // {"org", "…"}
  net::FormFields query;
  json::Value body;  // an object, or null
  std::string peer;  // address
  std::string user_agent;
  std::string reference;                // request id, as the problem document names it
  std::string base;                     // "https://pons.example.org"
  bool secure = true;                   // false: plain HTTP, cookies without Secure
  accounts::Secret session_token = {};  // the cookie's value, for what accounts asks it for

  std::string_view Path(std::string_view name) const;   // empty where the pattern has none
  std::string_view Query(std::string_view name) const;  // the first; empty where absent
  // A number between 1 and `most`; `fallback` where absent or no number.
  std::int64_t QueryNumber(std::string_view name, std::int64_t fallback, std::int64_t most) const;
  std::string_view Text(std::string_view name) const { return body.Text(name); }
  // The caller's role in the resource's organization; operators are admins everywhere.
  std::optional<accounts::Role> RoleHere() const;
  // Staff and admins of the resource's organization; neither limited members nor operators.
  bool MaySeePatients() const;
  // Limited members are not told how many patients there are either; operators may know.
  bool MaySeePatientCounts() const;
  // Who orders it, for accounts.
  accounts::Actor actor() const;
  // Where it comes from, for accounts.
  accounts::Caller origin() const { return {peer, user_agent}; }

  // One line of the audit trail: that this caller was given `count` records of `type`, or did
  // `operation` to it. Written before the answer leaves.
  struct Noted {
    std::string operation;  // read | search | …
    std::string type;       // Patient, …
    std::string id;
    std::int64_t count = 1;
  };
  std::vector<Noted> noted;
  void Audit(std::string_view operation, std::string_view type, std::string_view id,
             std::int64_t count = 1);
};

// Which threads run it: a slow one must not hold up the others.
enum class Pace : std::uint8_t {
  kQuick,   // the store and no more
  kHashes,  // a password is checked or set
  kSlow,    // waits for a practice, a receiver, a disk
};

using Handler = Result<Answer> (*)(PortalContext& context, PortalCall& call);

struct Route {
  std::string_view method;   // GET | POST | PUT | PATCH | DELETE
  std::string_view pattern;  // below /portal/api: "/organizations/{org}/connections"
  Least least = Least::kOperator;
  Scope scope = Scope::kNone;
  bool patient_data = false;  // refuses limited members and operators
  std::string_view summary;   // one sentence for the OpenAPI document, starts with a verb
  // JSON schemas as text; empty: no body, or "see the summary".
  std::string_view request = {};
  std::string_view response = {};
  Handler handler = nullptr;
  Pace pace = Pace::kQuick;
};

// ---- the tables, one function per part, each in files of its own
std::span<const Route> SessionRoutes();       // session_*.cc, account_*.cc
std::span<const Route> OrganizationRoutes();  // organization_*.cc
std::span<const Route> PracticeRoutes();      // practice_*.cc
std::span<const Route> DeveloperRoutes();     // developer_*.cc
std::span<const Route> OperatorRoutes();      // operator_*.cc
// All of them, in that order.
std::vector<const Route*> AllRoutes();

// ---- what handlers work on

// Mails are handed over and sent later; see notify/.
struct Mail {
  std::string to;
  std::string subject;
  std::string text;
};

// All of it outlives the calls.
struct PortalContext {
  store::Store& store;
  accounts::Accounts& accounts;
  admin::AdminContext& admin;
  api::AuditTrail& audit;
  Clock& clock;
  Random& random;
  Logger& log;
  grants::GrantBook* book = nullptr;
  sync::SyncEngine* engine = nullptr;
  commands::CommandEngine* commands = nullptr;
  net::HttpTransport* webhook_transport = nullptr;
  bool development = false;
  bool demo = false;
  // Where demo: what its address must carry, who is signed in by it, and where it leads.
  accounts::Secret demo_token = {};
  accounts::UserId demo_user = {};
  std::string demo_landing = {};
  // Empty: no mail server is set, and links are shown to whoever makes them.
  std::function<void(const Mail&)> send_mail = {};
  std::string sandbox_program = {};  // empty: no sandboxes on this server
  // Parts that live as long as the portal (sandboxes, notifications); each part's own files know
  // its type. Set before the server starts.
  std::shared_ptr<void> practice_state = {};
  std::shared_ptr<void> developer_state = {};
};

// Runs a command of admin/ in the caller's name: its entry in the audit trail names the user.
Result<json::Value> RunCommand(PortalContext& context, const PortalCall& call,
                               std::string_view command, const json::Value& arguments);

}  // namespace pons::portal
