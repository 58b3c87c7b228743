// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/session_functions.h"

#include <cstdio>

#include "base/text.h"

namespace pons::best_practice::sandbox {
namespace {

Connection& Of(sqlite3_context* context) {
  return *static_cast<Connection*>(sqlite3_user_data(context));
}

std::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

void Give(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

Instant NowOf(sqlite3_context* context) {
  const Connection& connection = Of(context);
  return connection.statement_now_ms != 0 ? FromMillis(connection.statement_now_ms)
                                          : connection.database().clock().Now();
}

void GetDate(sqlite3_context* context, int, sqlite3_value**) {
  Give(context, FormatDateTime(Of(context).database().LocalAt(NowOf(context))));
}
void GetUtcDate(sqlite3_context* context, int, sqlite3_value**) {
  Give(context, FormatDateTime(DateTime::FromUnixMillis(ToMillis(NowOf(context)))));
}
void SysDateTime(sqlite3_context* context, int, sqlite3_value**) {
  Give(context, FormatDateTime2(Of(context).database().LocalAt(NowOf(context))));
}
void SysUtcDateTime(sqlite3_context* context, int, sqlite3_value**) {
  Give(context, FormatDateTime2(DateTime::FromUnixMillis(ToMillis(NowOf(context)))));
}
void SysDateTimeOffset(sqlite3_context* context, int, sqlite3_value**) {
  const Database& database = Of(context).database();
  const Instant now = NowOf(context);
  const auto minutes = static_cast<int>(database.zone().OffsetAt(now).count() / 60);
  char zone[16];
  std::snprintf(zone, sizeof zone, " %c%02d:%02d", minutes < 0 ? '-' : '+',
                std::abs(minutes) / 60 % 24, std::abs(minutes) % 60);
  Give(context, FormatDateTime2(database.LocalAt(now)) + zone);
}

void User(sqlite3_context* context, int, sqlite3_value**) {
  Give(context, Of(context).session->user);
}
void Host(sqlite3_context* context, int, sqlite3_value**) {
  Give(context, Of(context).session->host);
}
void App(sqlite3_context* context, int, sqlite3_value**) {
  Give(context, Of(context).session->app);
}
void DbName(sqlite3_context* context, int, sqlite3_value**) { Give(context, "BPSPatients"); }
void DbId(sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_int(context, 5); }
void SchemaName(sqlite3_context* context, int, sqlite3_value**) { Give(context, "dbo"); }
void IsMember(sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_int(context, 0); }
void HasDbAccess(sqlite3_context* context, int, sqlite3_value** values) {
  sqlite3_result_int(context, EqualsIgnoringAsciiCase(TextOf(values[0]), "BPSPatients") ? 1 : 0);
}
void Identity(sqlite3_context* context, int, sqlite3_value**) {
  const std::int64_t id = Of(context).session->identity;
  if (id != 0) sqlite3_result_int64(context, id);
}

void ServerProperty(sqlite3_context* context, int, sqlite3_value** values) {
  struct Property {
    std::string_view name, value;
  };
  static constexpr Property kProperties[] = {{"ProductVersion", "15.0.2000.5"},
                                             {"ProductLevel", "RTM"},
                                             {"ProductMajorVersion", "15"},
                                             {"Edition", "Express Edition (64-bit)"},
                                             {"EngineEdition", "4"},
                                             {"ServerName", kServerName},
                                             {"MachineName", "PONSBOX"},
                                             {"InstanceName", "BPSINSTANCE"},
                                             {"IsClustered", "0"},
                                             {"Collation", "SQL_Latin1_General_CP1_CI_AS"},
                                             {"IsIntegratedSecurityOnly", "0"}};
  for (const Property& property : kProperties) {
    if (EqualsIgnoringAsciiCase(property.name, TextOf(values[0])))
      return Give(context, property.value);
  }
}

void DatabaseProperty(sqlite3_context* context, int, sqlite3_value** values) {
  if (EqualsIgnoringAsciiCase(TextOf(values[1]), "Collation"))
    Give(context, "SQL_Latin1_General_CP1_CI_AS");
  if (EqualsIgnoringAsciiCase(TextOf(values[1]), "Status")) Give(context, "ONLINE");
}

// "[BPSPatients].[dbo].[VISITS]" to VISITS.
std::string LastPart(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  std::string last(dot == std::string_view::npos ? name : name.substr(dot + 1));
  std::erase_if(last, [](char c) { return c == '[' || c == ']' || c == '"'; });
  return last;
}

const CatalogEntry* Entry(sqlite3_context* context, std::string_view name) {
  return Of(context).database().catalog().Find("", LastPart(name));
}

void ObjectId(sqlite3_context* context, int, sqlite3_value** values) {
  const std::string name = LastPart(TextOf(values[0]));
  const bool known = Of(context).database().catalog().Find("", name) != nullptr ||
                     Of(context).database().catalog().HasProcedure(name);
  if (known) sqlite3_result_int(context, ObjectNumber(name));
}

void ObjectName(sqlite3_context* context, int, sqlite3_value** values) {
  const int number = sqlite3_value_int(values[0]);
  for (const auto& [key, entry] : Of(context).database().catalog().entries()) {
    if (ObjectNumber(entry.name) == number) return Give(context, entry.name);
  }
}

void ColLength(sqlite3_context* context, int, sqlite3_value** values) {
  const CatalogEntry* entry = Entry(context, TextOf(values[0]));
  const Column* column = entry == nullptr ? nullptr : entry->Find(TextOf(values[1]));
  if (column == nullptr) return;
  sqlite3_result_int(context, column->type.IsText() ? column->type.size : 4);
}

void TypeName(sqlite3_context* context, int, sqlite3_value** values) {
  switch (sqlite3_value_int(values[0])) {
    case 56:
      return Give(context, "int");
    case 61:
      return Give(context, "datetime");
    case 104:
      return Give(context, "bit");
    case 167:
      return Give(context, "varchar");
    case 175:
      return Give(context, "char");
    case 35:
      return Give(context, "text");
    default:
      return;
  }
}

// NULL for an object that is not there, as SQL Server.
void HasPerms(sqlite3_context* context, int, sqlite3_value** values) {
  const std::string_view permission = TextOf(values[2]);
  if (!EqualsIgnoringAsciiCase(TextOf(values[1]), "OBJECT")) return sqlite3_result_int(context, 1);
  const std::string name = LastPart(TextOf(values[0]));
  const Catalog& catalog = Of(context).database().catalog();
  const bool procedure = catalog.HasProcedure(name);
  if (catalog.Find("", name) == nullptr && !procedure) return;
  const Rights& rights = Of(context).session->rights;
  bool allowed = !rights.denied.contains(AsciiUpper(name));
  const bool reads = EqualsIgnoringAsciiCase(permission, "SELECT");
  const bool runs = EqualsIgnoringAsciiCase(permission, "EXECUTE");
  if (procedure ? !runs : !(reads || rights.write_tables)) allowed = false;
  sqlite3_result_int(context, allowed ? 1 : 0);
}

void System(sqlite3_context* context, int, sqlite3_value** values) {
  const std::string_view name = TextOf(values[0]);
  const SessionState& session = *Of(context).session;
  if (name == "@@VERSION") return Give(context, kServerVersion);
  if (name == "@@SERVERNAME") return Give(context, kServerName);
  if (name == "@@SERVICENAME") return Give(context, "BPSINSTANCE");
  if (name == "@@LANGUAGE") return Give(context, "us_english");
  std::int64_t value = 0;
  if (name == "@@ROWCOUNT")
    value = session.row_count;
  else if (name == "@@ERROR")
    value = session.last_error;
  else if (name == "@@TRANCOUNT")
    value = session.transactions;
  else if (name == "@@IDENTITY")
    value = session.identity;
  else if (name == "@@SPID")
    value = session.spid;
  else if (name == "@@MAX_PRECISION")
    value = 38;
  else if (name == "@@TEXTSIZE")
    value = 2147483647;
  else if (name == "@@MICROSOFTVERSION")
    value = 0x0F0007D0;
  else if (name == "@@DATEFIRST")
    value = 7;
  else if (name == "@@LOCK_TIMEOUT")
    value = -1;
  sqlite3_result_int64(context, value);
}

struct Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};

constexpr Function kFunctions[] = {
    {"tsql_getdate", 0, GetDate},
    {"tsql_getutcdate", 0, GetUtcDate},
    {"tsql_sysdatetime", 0, SysDateTime},
    {"tsql_sysutcdatetime", 0, SysUtcDateTime},
    {"tsql_sysdatetimeoffset", 0, SysDateTimeOffset},
    {"tsql_user", -1, User},
    {"tsql_host_name", 0, Host},
    {"tsql_app_name", 0, App},
    {"tsql_db_name", -1, DbName},
    {"tsql_db_id", -1, DbId},
    {"tsql_schema_name", -1, SchemaName},
    {"tsql_is_member", -1, IsMember},
    {"tsql_has_dbaccess", 1, HasDbAccess},
    {"tsql_identity", 0, Identity},
    {"tsql_serverproperty", 1, ServerProperty},
    {"tsql_databaseproperty", 2, DatabaseProperty},
    {"tsql_object_id", -1, ObjectId},
    {"tsql_object_name", -1, ObjectName},
    {"tsql_col_length", 2, ColLength},
    {"tsql_type_name", 1, TypeName},
    {"tsql_has_perms", -1, HasPerms},
    {"tsql_system", 1, System},
};

}  // namespace

void RegisterSessionFunctions(Connection& connection) {
  // Constant during one statement, so SQLite may compute them once and use an index against them.
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  for (const Function& function : kFunctions) {
    sqlite3_create_function_v2(connection.handle(), function.name, function.arguments, kFlags,
                               &connection, function.call, nullptr, nullptr, nullptr);
  }
}

}  // namespace pons::best_practice::sandbox
