// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/sandbox/tsql_lexer.h"

#include <array>

#include "base/text.h"

namespace pons::best_practice::sandbox {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool BeginsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '#' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool InWord(char c) { return BeginsWord(c) || IsDigit(c) || c == '$' || c == '@'; }

class Lexer {
 public:
  Lexer(std::string_view sql, std::vector<Token>& tokens) : sql_(sql), tokens_(tokens) {}

  std::optional<SqlError> Run() {
    while (true) {
      if (auto error = SkipBlanks()) return error;
      if (at_ >= sql_.size()) break;
      if (auto error = One()) return error;
    }
    tokens_.push_back({TokenKind::kEnd, ""});
    return std::nullopt;
  }

 private:
  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }

  std::optional<SqlError> SkipBlanks() {
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      // U+FEFF opens a batch that an editor saved.
      if (sql_.substr(at_, 3) == "\xEF\xBB\xBF") {
        at_ += 3;
      } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
        ++at_;
      } else if (c == '-' && Peek(1) == '-') {
        while (at_ < sql_.size() && sql_[at_] != '\n') ++at_;
      } else if (c == '/' && Peek(1) == '*') {
        if (auto error = SkipComment()) return error;
      } else {
        break;
      }
    }
    return std::nullopt;
  }

  // T-SQL's comments nest.
  std::optional<SqlError> SkipComment() {
    std::size_t depth = 0;
    do {
      if (at_ + 1 >= sql_.size()) return SqlError{113, 15, "Missing end comment mark '*/'."};
      if (Peek() == '/' && Peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else if (Peek() == '*' && Peek(1) == '/') {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0);
    return std::nullopt;
  }

  std::optional<SqlError> One() {
    const char c = Peek();
    if (c == '\'') return Quoted('\'', TokenKind::kString);
    if ((c == 'N' || c == 'n') && Peek(1) == '\'') {
      ++at_;
      return Quoted('\'', TokenKind::kString);
    }
    if (c == '[') return Quoted(']', TokenKind::kName);
    if (c == '"') return Quoted('"', TokenKind::kName);
    if (c == '@') return Variable();
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
    if (BeginsWord(c)) {
      const std::size_t start = at_;
      while (at_ < sql_.size() && InWord(sql_[at_])) ++at_;
      tokens_.push_back({TokenKind::kWord, std::string(sql_.substr(start, at_ - start))});
      return std::nullopt;
    }
    return Symbol();
  }

  std::optional<SqlError> Quoted(char close, TokenKind kind) {
    const std::size_t start = at_++;
    std::string text;
    while (at_ < sql_.size()) {
      if (sql_[at_] != close) {
        text += sql_[at_++];
      } else if (Peek(1) == close) {
        text += close;
        at_ += 2;
      } else {
        ++at_;
        tokens_.push_back({kind, std::move(text)});
        return std::nullopt;
      }
    }
    return SqlError{105, 15,
                    "Unclosed quotation mark after the character string '" +
                        std::string(sql_.substr(start + 1, 40)) + "'."};
  }

  std::optional<SqlError> Variable() {
    const std::size_t start = at_++;
    const bool system = Peek() == '@';
    if (system) ++at_;
    const std::size_t name = at_;
    while (at_ < sql_.size() && InWord(sql_[at_])) ++at_;
    if (at_ == name) return SyntaxError("@");
    tokens_.push_back({system ? TokenKind::kSystemVariable : TokenKind::kVariable,
                       std::string(sql_.substr(start, at_ - start))});
    return std::nullopt;
  }

  std::optional<SqlError> Number() {
    const std::size_t start = at_;
    if (Peek() == '0' && (Peek(1) == 'x' || Peek(1) == 'X')) {
      at_ += 2;
      while (IsHex(Peek())) ++at_;
      tokens_.push_back({TokenKind::kBinary, std::string(sql_.substr(start + 2, at_ - start - 2))});
      return std::nullopt;
    }
    while (IsDigit(Peek())) ++at_;
    if (Peek() == '.') {
      ++at_;
      while (IsDigit(Peek())) ++at_;
    }
    if ((Peek() == 'e' || Peek() == 'E') &&
        (IsDigit(Peek(1)) || ((Peek(1) == '-' || Peek(1) == '+') && IsDigit(Peek(2))))) {
      at_ += 2;
      while (IsDigit(Peek())) ++at_;
    }
    if (BeginsWord(Peek())) return SyntaxError(sql_.substr(start, at_ - start + 1));
    tokens_.push_back({TokenKind::kNumber, std::string(sql_.substr(start, at_ - start))});
    return std::nullopt;
  }

  std::optional<SqlError> Symbol() {
    static constexpr std::array<std::string_view, 10> kPairs = {"<=", ">=", "<>", "!=", "!<",
                                                                "!>", "+=", "-=", "*=", "::"};
    for (std::string_view pair : kPairs) {
      if (sql_.substr(at_, 2) == pair) {
        tokens_.push_back({TokenKind::kSymbol, std::string(pair)});
        at_ += 2;
        return std::nullopt;
      }
    }
    static constexpr std::string_view kSingles = "(),;.*+-/%=<>&|~^{}?:";
    const char c = Peek();
    if (kSingles.find(c) == std::string_view::npos) return SyntaxError(std::string_view(&c, 1));
    tokens_.push_back({TokenKind::kSymbol, std::string(1, c)});
    ++at_;
    return std::nullopt;
  }

  std::string_view sql_;
  std::vector<Token>& tokens_;
  std::size_t at_ = 0;
};

}  // namespace

bool Token::IsWord(std::string_view word) const {
  return kind == TokenKind::kWord && EqualsIgnoringAsciiCase(text, word);
}

std::optional<SqlError> Tokenize(std::string_view sql, std::vector<Token>& tokens) {
  return Lexer(sql, tokens).Run();
}

}  // namespace pons::best_practice::sandbox
