// SPDX-License-Identifier: Apache-2.0
// For tests: a sandbox in this process, its control port, and a client through FreeTDS and ODBC
// over a real socket.
#pragma once

#include <gtest/gtest.h>
#include <sql.h>
#include <sqlext.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "net/http.h"
#include "vendors/best_practice/sandbox/sandbox.h"

namespace pons::best_practice::sandbox {

// A thin ODBC client of the test's own: text in, rows of text out.
class Client {
 public:
  Client() {
    SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment_);
    SQLSetEnvAttr(environment_, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3),
                  0);
    SQLAllocHandle(SQL_HANDLE_DBC, environment_, &connection_);
  }
  ~Client() {
    if (statement_ != nullptr) SQLFreeHandle(SQL_HANDLE_STMT, statement_);
    SQLDisconnect(connection_);
    SQLFreeHandle(SQL_HANDLE_DBC, connection_);
    SQLFreeHandle(SQL_HANDLE_ENV, environment_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool Connect(int port, const std::string& encryption = "off",
               const std::string& password = "practice") {
    std::string text =
        "Driver=FreeTDS;Server=127.0.0.1;Port=" + std::to_string(port) +
        ";UID=bpsrawdata;PWD=" + password +
        ";Database=BPSPatients;TDS_Version=7.4;ClientCharset=UTF-8;Encryption=" + encryption;
    const auto code =
        SQLDriverConnect(connection_, nullptr, reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS,
                         nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
    if (!SQL_SUCCEEDED(code)) return Failed(SQL_HANDLE_DBC, connection_);
    SQLAllocHandle(SQL_HANDLE_STMT, connection_, &statement_);
    return true;
  }

  // Bound as text where `parameters` are given: through sp_prepare or sp_executesql.
  bool Run(const std::string& sql, std::vector<std::string> parameters = {}) {
    rows.clear();
    SQLFreeStmt(statement_, SQL_CLOSE);
    SQLFreeStmt(statement_, SQL_RESET_PARAMS);
    std::vector<SQLLEN> lengths(parameters.size(), SQL_NTS);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      // What is longer than an NVARCHAR goes as NTEXT, or NVARCHAR(MAX).
      const bool longer = parameters[i].size() > 4000;
      SQLBindParameter(
          statement_, static_cast<SQLUSMALLINT>(i + 1), SQL_PARAM_INPUT, SQL_C_CHAR,
          longer ? SQL_WLONGVARCHAR : SQL_WVARCHAR,
          longer ? parameters[i].size() : std::max<std::size_t>(200, parameters[i].size()), 0,
          parameters[i].data(), static_cast<SQLLEN>(parameters[i].size()), &lengths[i]);
    }
    std::string text = sql;
    const auto code = SQLExecDirect(statement_, reinterpret_cast<SQLCHAR*>(text.data()), SQL_NTS);
    if (!SQL_SUCCEEDED(code) && code != SQL_NO_DATA) return Failed(SQL_HANDLE_STMT, statement_);
    return Fetch();
  }

  std::string One(const std::string& sql, std::vector<std::string> parameters = {}) {
    EXPECT_TRUE(Run(sql, std::move(parameters))) << number << " " << message;
    return rows.empty() || rows[0].empty() ? "(none)" : rows[0][0];
  }

  bool Fetch() {
    SQLSMALLINT columns = 0;
    SQLNumResultCols(statement_, &columns);
    if (columns == 0) return true;
    SQLRETURN code = SQL_SUCCESS;
    while (SQL_SUCCEEDED(code = SQLFetch(statement_))) {
      std::vector<std::string> row;
      for (SQLSMALLINT i = 1; i <= columns; ++i) {
        char buffer[1000];
        SQLLEN length = 0;
        SQLGetData(statement_, static_cast<SQLUSMALLINT>(i), SQL_C_CHAR, buffer, sizeof buffer,
                   &length);
        row.push_back(length == SQL_NULL_DATA ? "NULL" : buffer);
      }
      rows.push_back(std::move(row));
    }
    return code == SQL_NO_DATA || Failed(SQL_HANDLE_STMT, statement_);
  }

  std::vector<std::vector<std::string>> rows;
  int number = 0;
  std::string message;

 private:
  bool Failed(SQLSMALLINT kind, SQLHANDLE handle) {
    SQLCHAR state[6], text[500];
    SQLINTEGER native = 0;
    SQLSMALLINT length = 0;
    if (SQL_SUCCEEDED(SQLGetDiagRec(kind, handle, 1, state, &native, text, sizeof text, &length))) {
      number = native;
      message = reinterpret_cast<char*>(text);
    }
    return false;
  }

  SQLHENV environment_ = nullptr;
  SQLHDBC connection_ = nullptr;
  SQLHSTMT statement_ = nullptr;
};

class SandboxTest : public ::testing::Test {
 protected:
  void Start(SandboxOptions options = {}) {
    options.fill.patients = options.fill.patients == 2000 ? 60 : options.fill.patients;
    options.fill.appointments = std::min<std::int64_t>(options.fill.appointments, 200);
    auto started = Sandbox::Start(options, log_);
    ASSERT_TRUE(started) << started.error().summary;
    sandbox_ = std::move(*started);
  }
  json::Value Call(const std::string& method, const std::string& path,
                   const json::Value& body = {}) {
    net::HttpRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(sandbox_->control_port()) + path;
    if (!body.is_null()) request.body = json::Write(body);
    auto response = http_->Send(request, cancel_);
    EXPECT_TRUE(response);
    if (!response) return {};
    status_ = response->status;
    auto parsed = json::Parse(response->body);
    return parsed ? *parsed : json::Value();
  }
  json::Value Object(json::Object members) { return json::Value(std::move(members)); }

  MemoryLogger log_;
  CancelToken cancel_;
  std::unique_ptr<net::HttpTransport> http_ =
      net::MakeCurlTransport({.policy = net::AddressPolicy::kAnyForDevelopment});
  std::unique_ptr<Sandbox> sandbox_;
  int status_ = 0;
};

}  // namespace pons::best_practice::sandbox
