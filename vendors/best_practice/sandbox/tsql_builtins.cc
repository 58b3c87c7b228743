// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/tsql_builtins.h"

#include "base/text.h"

namespace pons::best_practice::sandbox {
namespace {

using R = ResultRule;
using K = TypeKind;

constexpr SqlType kInt{K::kInt, 0}, kBig{K::kBigInt, 0}, kFloat{K::kFloat, 0}, kNone{};
constexpr SqlType kText{K::kVarchar, 4000}, kName{K::kVarchar, 128};
constexpr SqlType kDay{K::kDate, 0}, kStamp{K::kDateTime, 0}, kStamp2{K::kDateTime2, 0};
constexpr SqlType kStampZone{K::kDateTimeOffset, 0};

constexpr Builtin kBuiltins[] = {
    {"ISNULL", "coalesce", 2, 2, R::kFirst, kNone},
    {"COALESCE", "coalesce", 2, -1, R::kFirst, kNone},
    {"NULLIF", "nullif", 2, 2, R::kFirst, kNone},
    {"IIF", "iif", 3, 3, R::kSecond, kNone},
    {"LEN", "tsql_len", 1, 1, R::kFixed, kInt},
    {"DATALENGTH", "length", 1, 1, R::kFixed, kInt},
    {"RTRIM", "rtrim", 1, 1, R::kFixed, kText},
    {"LTRIM", "ltrim", 1, 1, R::kFixed, kText},
    {"TRIM", "trim", 1, 1, R::kFixed, kText},
    {"UPPER", "tsql_upper", 1, 1, R::kFixed, kText},
    {"LOWER", "tsql_lower", 1, 1, R::kFixed, kText},
    {"LEFT", "tsql_left", 2, 2, R::kFixed, kText},
    {"RIGHT", "tsql_right", 2, 2, R::kFixed, kText},
    {"SUBSTRING", "tsql_substring", 3, 3, R::kFixed, kText},
    {"CHARINDEX", "tsql_charindex", 2, 3, R::kFixed, kInt},
    {"REPLACE", "replace", 3, 3, R::kFixed, kText},
    {"REPLICATE", "tsql_replicate", 2, 2, R::kFixed, kText},
    {"CONCAT", "tsql_concat", 2, -1, R::kFixed, kText},
    {"CHAR", "char", 1, 1, R::kFixed, {K::kVarchar, 1}},
    {"NCHAR", "char", 1, 1, R::kFixed, {K::kVarchar, 1}},
    {"ASCII", "unicode", 1, 1, R::kFixed, kInt},
    {"UNICODE", "unicode", 1, 1, R::kFixed, kInt},
    {"STR", "tsql_str", 1, 3, R::kFixed, kText},
    {"ABS", "abs", 1, 1, R::kFirst, kNone},
    {"ROUND", "round", 2, 2, R::kFirst, kNone},
    {"FLOOR", "tsql_floor", 1, 1, R::kFirst, kNone},
    {"CEILING", "tsql_ceiling", 1, 1, R::kFirst, kNone},
    {"ISNUMERIC", "tsql_isnumeric", 1, 1, R::kFixed, kInt},
    {"ISDATE", "tsql_isdate", 1, 1, R::kFixed, kInt},
    {"GETDATE", "tsql_getdate", 0, 0, R::kFixed, kStamp},
    {"GETUTCDATE", "tsql_getutcdate", 0, 0, R::kFixed, kStamp},
    {"SYSDATETIME", "tsql_sysdatetime", 0, 0, R::kFixed, kStamp2},
    {"SYSUTCDATETIME", "tsql_sysutcdatetime", 0, 0, R::kFixed, kStamp2},
    {"SYSDATETIMEOFFSET", "tsql_sysdatetimeoffset", 0, 0, R::kFixed, kStampZone},
    {"DATEADD", "tsql_dateadd", 3, 3, R::kDateArgument, kStamp, true, true},
    {"DATEDIFF", "tsql_datediff", 3, 3, R::kFixed, kInt, true, true},
    {"DATEDIFF_BIG", "tsql_datediff", 3, 3, R::kFixed, kBig, true, true},
    {"DATEPART", "tsql_datepart", 2, 2, R::kFixed, kInt, true, true},
    {"DATENAME", "tsql_datename", 2, 2, R::kFixed, {K::kVarchar, 30}, true, true},
    {"YEAR", "tsql_year", 1, 1, R::kFixed, kInt, false, true},
    {"MONTH", "tsql_month", 1, 1, R::kFixed, kInt, false, true},
    {"DAY", "tsql_day", 1, 1, R::kFixed, kInt, false, true},
    {"EOMONTH", "tsql_eomonth", 1, 1, R::kFixed, kDay, false, true},
    {"DATEFROMPARTS", "tsql_datefromparts", 3, 3, R::kFixed, kDay},
    {"COUNT", "count", 0, 1, R::kFixed, kInt, false, false, true},
    {"COUNT_BIG", "count", 0, 1, R::kFixed, kBig, false, false, true},
    {"SUM", "sum", 1, 1, R::kFirst, kNone, false, false, true},
    {"MIN", "min", 1, 1, R::kFirst, kNone, false, false, true},
    {"MAX", "max", 1, 1, R::kFirst, kNone, false, false, true},
    {"AVG", "avg", 1, 1, R::kFixed, kFloat, false, false, true},
    {"STRING_AGG", "group_concat", 2, 2, R::kFixed, {K::kText, 0}, false, false, true},
    {"ROW_NUMBER", "row_number", 0, 0, R::kFixed, kBig, false, false, true},
    {"RANK", "rank", 0, 0, R::kFixed, kBig, false, false, true},
    {"DENSE_RANK", "dense_rank", 0, 0, R::kFixed, kBig, false, false, true},
    {"LAG", "lag", 1, 3, R::kFirst, kNone, false, false, true},
    {"LEAD", "lead", 1, 3, R::kFirst, kNone, false, false, true},
    {"SERVERPROPERTY", "tsql_serverproperty", 1, 1, R::kFixed, kName},
    {"DATABASEPROPERTYEX", "tsql_databaseproperty", 2, 2, R::kFixed, kName},
    {"DB_NAME", "tsql_db_name", 0, 1, R::kFixed, kName},
    {"DB_ID", "tsql_db_id", 0, 1, R::kFixed, kInt},
    {"SCHEMA_NAME", "tsql_schema_name", 0, 1, R::kFixed, kName},
    {"SUSER_SNAME", "tsql_user", 0, 1, R::kFixed, kName},
    {"SUSER_NAME", "tsql_user", 0, 1, R::kFixed, kName},
    {"ORIGINAL_LOGIN", "tsql_user", 0, 0, R::kFixed, kName},
    {"USER_NAME", "tsql_user", 0, 1, R::kFixed, kName},
    {"HOST_NAME", "tsql_host_name", 0, 0, R::kFixed, kName},
    {"APP_NAME", "tsql_app_name", 0, 0, R::kFixed, kName},
    {"OBJECT_ID", "tsql_object_id", 1, 2, R::kFixed, kInt},
    {"OBJECT_NAME", "tsql_object_name", 1, 2, R::kFixed, kName},
    {"TYPE_NAME", "tsql_type_name", 1, 1, R::kFixed, kName},
    {"COL_LENGTH", "tsql_col_length", 2, 2, R::kFixed, kInt},
    {"HAS_PERMS_BY_NAME", "tsql_has_perms", 3, 5, R::kFixed, kInt},
    {"HAS_DBACCESS", "tsql_has_dbaccess", 1, 1, R::kFixed, kInt},
    {"IS_MEMBER", "tsql_is_member", 1, 1, R::kFixed, kInt},
    {"IS_SRVROLEMEMBER", "tsql_is_member", 1, 2, R::kFixed, kInt},
    {"SCOPE_IDENTITY", "tsql_identity", 0, 0, R::kFixed, kBig},
    {"NEWID", "tsql_newid", 0, 0, R::kFixed, {K::kVarchar, 36}},
};

}  // namespace

const Builtin* FindBuiltin(std::string_view name) {
  for (const Builtin& builtin : kBuiltins) {
    if (EqualsIgnoringAsciiCase(builtin.name, name)) return &builtin;
  }
  return nullptr;
}

}  // namespace pons::best_practice::sandbox
