// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/schema.h"

#include <cstdlib>
#include <functional>

#include "base/text.h"
#include "vendors/best_practice/sandbox/schema_clinical.h"
#include "vendors/best_practice/sandbox/schema_tables.h"

namespace pons::best_practice::sandbox {
namespace {

// The catalogue views that a client probes with, filled from what is created here.
constexpr TableSpec kSystemTables[] = {
    {"sys.objects",
     "object_id i, name v128, schema_id i, type c2, type_desc v60, create_date d, modify_date d"},
    {"sys.tables", "object_id i, name v128, schema_id i, type c2, type_desc v60"},
    {"sys.views", "object_id i, name v128, schema_id i, type c2, type_desc v60"},
    {"sys.procedures", "object_id i, name v128, schema_id i, type c2, type_desc v60"},
    {"sys.columns",
     "object_id i, name v128, column_id i, system_type_id i, user_type_id i, max_length i, "
     "is_nullable i"},
    {"sys.parameters",
     "object_id i, name v128, parameter_id i, system_type_id i, max_length i, is_output i, "
     "has_default_value i"},
    {"sys.types", "system_type_id i, user_type_id i, name v128"},
    {"sys.schemas", "schema_id i, name v128"},
    {"sys.databases", "database_id i, name v128, state i, state_desc v60"},
    {"INFORMATION_SCHEMA.COLUMNS",
     "TABLE_CATALOG v128, TABLE_SCHEMA v128, TABLE_NAME v128, COLUMN_NAME v128, ORDINAL_POSITION "
     "i, IS_NULLABLE v3, DATA_TYPE v128, CHARACTER_MAXIMUM_LENGTH i"},
    {"INFORMATION_SCHEMA.TABLES",
     "TABLE_CATALOG v128, TABLE_SCHEMA v128, TABLE_NAME v128, TABLE_TYPE v20"},
    {"INFORMATION_SCHEMA.ROUTINES",
     "ROUTINE_CATALOG v128, ROUTINE_SCHEMA v128, ROUTINE_NAME v128, ROUTINE_TYPE v20"},
    {"INFORMATION_SCHEMA.PARAMETERS",
     "SPECIFIC_NAME v128, ORDINAL_POSITION i, PARAMETER_MODE v10, PARAMETER_NAME v128, DATA_TYPE "
     "v128"},
};

struct ServerType {
  const char* name;
  int id;
};

ServerType TypeOnServer(SqlType type) {
  switch (type.kind) {
    case TypeKind::kBit:
      return {"bit", 104};
    case TypeKind::kBigInt:
      return {"bigint", 127};
    case TypeKind::kFloat:
      return {"float", 62};
    case TypeKind::kChar:
      return {"char", 175};
    case TypeKind::kVarchar:
      return {"varchar", 167};
    case TypeKind::kText:
      return {"text", 35};
    case TypeKind::kDate:
      return {"date", 40};
    case TypeKind::kDateTime:
      return {"datetime", 61};
    case TypeKind::kDateTime2:
      return {"datetime2", 42};
    case TypeKind::kDateTimeOffset:
      return {"datetimeoffset", 43};
    case TypeKind::kBinary:
      return {"image", 34};
    case TypeKind::kInt:
    case TypeKind::kUnknown:
      return {"int", 56};
  }
  return {"int", 56};
}

std::string SqliteName(std::string_view name) {
  std::string out = AsciiLower(name);
  if (const std::size_t dot = out.find('.'); dot != std::string::npos) {
    out[dot] = '_';
    return out;
  }
  return std::string(name);
}

std::string CreateTable(std::string_view name, std::string_view spec, bool limited) {
  std::string sql = "CREATE TABLE IF NOT EXISTS \"" + SqliteName(name) + "\" (";
  bool first = true;
  const std::size_t comma = spec.find(',');
  const bool keyed = spec.substr(0, comma).find(" key") != std::string_view::npos;
  for (const Column& column : ParseColumns(spec)) {
    sql += (first ? "\"" : ", \"") + column.name + "\"";
    if (column.type.IsText()) {
      sql += " TEXT COLLATE TSQL_CI";
      // What does not fit is SQL Server's error 8152 (FromSqlite); blanks at the end do not count.
      if (column.type.size > 0 && limited) {
        const std::string size = std::to_string(column.type.size);
        sql += " CHECK (length(\"" + column.name + "\") <= " + size + " OR length(rtrim(\"" +
               column.name + "\")) <= " + size + ")";
      }
    }
    if (column.type.IsDate())
      sql += " TEXT";
    else if (column.type.kind == TypeKind::kBinary)
      sql += " BLOB";
    else if (!column.type.IsText())
      sql += " INTEGER";
    // AUTOINCREMENT: an identity never gives a number twice.
    if (first && keyed) sql += " PRIMARY KEY AUTOINCREMENT";
    first = false;
  }
  return sql + ")";
}

std::string CreateView(const ViewSpec& view) {
  std::string names, nothing;
  for (const Column& column : ParseColumns(view.columns)) {
    names += (names.empty() ? "\"" : ", \"") + column.name + "\"";
    nothing += nothing.empty() ? "NULL" : ", NULL";
  }
  return "CREATE VIEW IF NOT EXISTS \"" + std::string(view.name) + "\" (" + names + ") AS " +
         (view.query.empty() ? "SELECT " + nothing + " WHERE 0" : std::string(view.query));
}

std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

// Rows of the catalogue views for one table or view.
Result<void> Describe(Connection& writer, const CatalogEntry& entry) {
  const std::string id = std::to_string(ObjectNumber(entry.name)), name = Quoted(entry.name);
  const std::string kind = entry.is_view ? "'V ', 'VIEW'" : "'U ', 'USER_TABLE'";
  std::string sql = "INSERT INTO sys_objects VALUES (" + id + "," + name + ",1," + kind +
                    ",'2019-01-01 00:00:00.000','2019-01-01 00:00:00.000');";
  sql += std::string("INSERT INTO ") + (entry.is_view ? "sys_views" : "sys_tables") + " VALUES (" +
         id + "," + name + ",1," + kind + ");";
  sql += "INSERT INTO information_schema_tables VALUES ('BPSPatients','dbo'," + name + "," +
         (entry.is_view ? "'VIEW'" : "'BASE TABLE'") + ");";
  int place = 0;
  for (const Column& column : entry.columns) {
    const ServerType type = TypeOnServer(column.type);
    const std::string at = std::to_string(++place), number = std::to_string(type.id);
    const std::string length = column.type.IsText() ? std::to_string(column.type.size) : "NULL";
    sql += "INSERT INTO sys_columns VALUES (" + id + "," + Quoted(column.name) + "," + at + "," +
           number + "," + number + "," + (column.type.IsText() ? length : "4") + ",1);";
    sql += "INSERT INTO information_schema_columns VALUES ('BPSPatients','dbo'," + name + "," +
           Quoted(column.name) + "," + at + ",'YES'," + Quoted(type.name) + "," + length + ");";
  }
  return writer.Run(sql.c_str());
}

CatalogEntry EntryOf(std::string_view name, std::string_view columns, bool view, bool system) {
  return {std::string(name), SqliteName(name), view, system, ParseColumns(columns)};
}

Result<void> FillSystemTables(Connection& writer, const Catalog& catalog) {
  for (const TableSpec& table : kSystemTables) {
    PONS_TRY(writer.Run(("DELETE FROM " + SqliteName(table.name)).c_str()));
  }
  PONS_TRY(writer.Run(
      "INSERT INTO sys_databases VALUES (5,'BPSPatients',0,'ONLINE'),(6,'BPSSamples',0,'ONLINE');"
      "INSERT INTO sys_schemas VALUES (1,'dbo');"
      "INSERT INTO sys_types VALUES "
      "(56,56,'int'),(61,61,'datetime'),(104,104,'bit'),(167,167,'varchar'),"
      "(175,175,'char'),(35,35,'text'),(127,127,'bigint'),(40,40,'date');"));
  for (const auto& [key, entry] : catalog.entries()) {
    if (!entry.is_system) PONS_TRY(Describe(writer, entry));
  }
  return Ok();
}

Result<void> FillCodes(Connection& writer) {
  for (const CodeSpec& codes : kCodes) {
    std::string sql = "DELETE FROM " + std::string(codes.table) + "; INSERT INTO " +
                      std::string(codes.table) + " VALUES " + std::string(codes.rows);
    PONS_TRY(writer.Run(sql.c_str()));
  }
  return Ok();
}

}  // namespace

std::vector<Column> ParseColumns(std::string_view spec) {
  std::vector<Column> columns;
  for (std::string_view part : Split(spec, ',')) {
    part = Trim(part);
    const std::size_t blank = part.find(' ');
    const std::string_view type = part.substr(blank + 1);
    Column column{std::string(part.substr(0, blank)), {}};
    const int size = std::atoi(std::string(type.substr(1)).c_str());
    switch (type[0]) {
      case 'i':
        column.type = kIntType;
        break;
      case 'd':
        column.type = kDateTimeType;
        break;
      case 'c':
        column.type = {TypeKind::kChar, size};
        break;
      case 'v':
        column.type = {TypeKind::kVarchar, size};
        break;
      case 't':
        column.type = {TypeKind::kText, 0};
        break;
      case 'b':
        column.type = {TypeKind::kBinary, 0};
        break;
      default:
        PONS_CHECK(false);
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

Result<void> CreateSchema(Database& database) {
  Database::Lease writer = database.BorrowWriter(nullptr);
  Catalog& catalog = database.mutable_catalog();
  PONS_TRY(writer->Run("BEGIN IMMEDIATE"));
  for (const TableSpec& table : kSystemTables) {
    PONS_TRY(writer->Run(CreateTable(table.name, table.columns, false).c_str()));
    catalog.Add(EntryOf(table.name, table.columns, true, true));
  }
  for (const TableSpec& table : kTables) {
    PONS_TRY(writer->Run(CreateTable(table.name, table.columns, true).c_str()));
    catalog.Add(EntryOf(table.name, table.columns, false, false));
  }
  for (const TableSpec& table : kClinicalTables) {
    PONS_TRY(writer->Run(CreateTable(table.name, table.columns, true).c_str()));
    catalog.Add(EntryOf(table.name, table.columns, false, false));
  }
  const auto add_view = [&](const ViewSpec& view) -> Result<void> {
    PONS_TRY(writer->Run(("DROP VIEW IF EXISTS \"" + std::string(view.name) + "\"").c_str()));
    PONS_TRY(writer->Run(CreateView(view).c_str()));
    catalog.Add(EntryOf(view.name, view.columns, true, false));
    return Ok();
  };
  for (const ViewSpec& view : kViews) PONS_TRY(add_view(view));
  for (const ViewSpec& view : kClinicalViews) PONS_TRY(add_view(view));
  // Where Bp would have its numbered store databases; no login sees it. `kind`: "report" or
  // "image".
  PONS_TRY(writer->Run(
      "CREATE TABLE IF NOT EXISTS sandbox_documents (kind TEXT, key INTEGER, content_type TEXT, "
      "content BLOB, bytes INTEGER, sha256 TEXT, control_id TEXT, file TEXT, PRIMARY KEY (kind, "
      "key))"));
  PONS_TRY(FillCodes(*writer));
  PONS_TRY(FillSystemTables(*writer, catalog));
  PONS_TRY(CreateIndexes(*writer));
  return writer->Run("COMMIT");
}

namespace {

Result<void> ForEachIndex(const std::function<Result<void>(const IndexSpec&)>& each) {
  for (const IndexSpec& index : kIndexes) PONS_TRY(each(index));
  for (const IndexSpec& index : kClinicalIndexes) PONS_TRY(each(index));
  return Ok();
}

}  // namespace

Result<void> CreateIndexes(Connection& connection) {
  return ForEachIndex([&](const IndexSpec& index) {
    const std::string sql = "CREATE INDEX IF NOT EXISTS \"" + std::string(index.name) + "\" ON " +
                            std::string(index.on);
    return connection.Run(sql.c_str());
  });
}

Result<void> DropIndexes(Connection& connection) {
  return ForEachIndex([&](const IndexSpec& index) {
    return connection.Run(("DROP INDEX IF EXISTS \"" + std::string(index.name) + "\"").c_str());
  });
}

Result<void> ClearData(Connection& connection) {
  for (const TableSpec& table : kTables) {
    // Where the importer looks and whom it answers is how the practice is set up, not its data.
    if (table.name == "REPORTPATHS" || table.name == "ACKNOWLEDGEMENTS") continue;
    PONS_TRY(connection.Run(("DELETE FROM \"" + std::string(table.name) + "\"").c_str()));
  }
  for (const TableSpec& table : kClinicalTables) {
    PONS_TRY(connection.Run(("DELETE FROM \"" + std::string(table.name) + "\"").c_str()));
  }
  PONS_TRY(connection.Run("DELETE FROM sandbox_documents"));
  PONS_TRY(connection.Run("DELETE FROM sqlite_sequence"));
  return FillCodes(connection);
}

Result<void> DescribeProcedure(Database& database, std::string_view name,
                               const std::vector<ProcedureParameter>& parameters) {
  database.mutable_catalog().AddProcedure(name);
  Database::Lease writer = database.BorrowWriter(nullptr);
  const std::string id = std::to_string(ObjectNumber(name)), quoted = Quoted(name);
  std::string sql =
      "BEGIN IMMEDIATE; INSERT INTO sys_objects VALUES (" + id + "," + quoted +
      ",1,'P ','SQL_STORED_PROCEDURE','2019-01-01 00:00:00.000','2019-01-01 00:00:00.000');"
      "INSERT INTO sys_procedures VALUES (" +
      id + "," + quoted +
      ",1,'P ','SQL_STORED_PROCEDURE');"
      "INSERT INTO information_schema_routines VALUES ('BPSPatients','dbo'," +
      quoted + ",'PROCEDURE');";
  int place = 0;
  for (const ProcedureParameter& parameter : parameters) {
    const ServerType type = TypeOnServer(parameter.type);
    const std::string at = std::to_string(++place);
    sql += "INSERT INTO sys_parameters VALUES (" + id + "," + Quoted(parameter.name) + "," + at +
           "," + std::to_string(type.id) + "," + std::to_string(parameter.type.size) + ",0," +
           (parameter.optional ? "1" : "0") + ");";
    sql += "INSERT INTO information_schema_parameters VALUES (" + quoted + "," + at + ",'IN'," +
           Quoted(parameter.name) + "," + Quoted(type.name) + ");";
  }
  return writer->Run((sql + "COMMIT;").c_str());
}

}  // namespace pons::best_practice::sandbox
