//! The codes of the reader: one table.

use crate::diag::{Code, CodeInfo, Severity};

/// Not UTF-8.
pub const INVALID_UTF8: Code = Code(1001);
/// Non-ASCII outside strings and comments.
pub const NON_ASCII: Code = Code(1002);
/// Invisible or non-ASCII space.
pub const UNICODE_SPACE: Code = Code(1003);
/// Control character outside strings.
pub const CONTROL_CHARACTER: Code = Code(1004);
/// Character that no token may contain.
pub const ILLEGAL_CHARACTER: Code = Code(1005);
/// `#` other than `#{`.
pub const RESERVED_DISPATCH: Code = Code(1006);
/// No character type.
pub const CHARACTER_LITERAL: Code = Code(1007);
/// Arrow glued to its neighbours.
pub const MISSING_SPACE: Code = Code(1008);
/// Path without leading colon.
pub const COLON_IN_SYMBOL: Code = Code(1009);
/// Whitespace inside a keyword.
pub const KEYWORD_WHITESPACE: Code = Code(1010);
/// Colon on a type argument.
pub const KEYWORD_INNER_COLON: Code = Code(1011);
/// Bracket of a keyword never closes.
pub const KEYWORD_UNCLOSED_BRACKET: Code = Code(1012);
/// Extra `>`.
pub const KEYWORD_STRAY_BRACKET: Code = Code(1013);
/// `(` directly after a keyword.
pub const KEYWORD_GLUED_PAREN: Code = Code(1014);
/// Wrong colons or empty segment.
pub const KEYWORD_BAD_PATH: Code = Code(1015);
/// `:` alone.
pub const EMPTY_KEYWORD: Code = Code(1016);
/// Comma as tag separator.
pub const KEYWORD_COMMA: Code = Code(1017);
/// Brackets do not form a type.
pub const MALFORMED_TYPE_KEYWORD: Code = Code(1018);
/// Brackets of a keyword nest deeper than 64.
pub const KEYWORD_TOO_DEEP: Code = Code(1019);
/// Outside i64.
pub const INTEGER_OVERFLOW: Code = Code(1020);
/// Not a number.
pub const INVALID_NUMBER: Code = Code(1021);
/// Explicit plus.
pub const PLUS_SIGN: Code = Code(1022);
/// Rounds to infinity.
pub const FLOAT_OVERFLOW: Code = Code(1023);
/// Closing quote missing.
pub const UNTERMINATED_STRING: Code = Code(1024);
/// Backslash with an unknown character in a string.
pub const UNKNOWN_ESCAPE: Code = Code(1025);
/// Unicode escape without digits, out of range or a surrogate.
pub const INVALID_UNICODE_ESCAPE: Code = Code(1026);
/// Bidirectional control.
pub const BIDI_CONTROL: Code = Code(1027);
/// File larger than 512 MiB.
pub const FILE_TOO_LARGE: Code = Code(1028);
/// Delimiter without closer.
pub const UNCLOSED_DELIMITER: Code = Code(1030);
/// Closer without opener.
pub const UNEXPECTED_CLOSER: Code = Code(1031);
/// Closer of the wrong kind.
pub const MISMATCHED_CLOSER: Code = Code(1032);
/// Forms nest deeper than 1024.
pub const NESTING_TOO_DEEP: Code = Code(1033);
/// Prefix without operand.
pub const DANGLING_PREFIX: Code = Code(1034);
/// No nil literal.
pub const BARE_NIL: Code = Code(1035);
/// Key without value.
pub const ODD_MAP_LITERAL: Code = Code(1036);
/// Float without digit on one side of the point.
pub const LOOSE_FLOAT: Code = Code(1901);
/// Superfluous leading zero.
pub const LEADING_ZERO: Code = Code(1902);
/// Comma directly before a form in a template.
pub const COMMA_AS_UNQUOTE: Code = Code(1903);
/// Raw control character in a string.
pub const RAW_CONTROL_IN_STRING: Code = Code(1904);
/// Non-zero float literal rounds to zero.
pub const FLOAT_UNDERFLOW: Code = Code(1905);
/// Empty list used as the nil value.
pub const EMPTY_LIST_AS_NIL: Code = Code(1906);

const fn info(
    code: Code,
    severity: Severity,
    name: &'static str,
    summary: &'static str,
    explain: &'static str,
) -> CodeInfo {
    CodeInfo {
        code,
        name,
        severity,
        summary,
        explain,
    }
}

/// Every code of the reader, in ascending order.
pub static READER_CODES: &[CodeInfo] = &[
    info(
        INVALID_UTF8,
        Severity::Error,
        "invalid-utf8",
        "not UTF-8",
        "Source files are UTF-8. The bytes shown are not valid UTF-8: convert the file, or delete them.",
    ),
    info(
        NON_ASCII,
        Severity::Error,
        "non-ascii-character",
        "non-ASCII outside strings and comments",
        "Names are ASCII, so that no two names look alike. Other characters belong in strings and comments.",
    ),
    info(
        UNICODE_SPACE,
        Severity::Error,
        "unicode-space",
        "invisible or non-ASCII space",
        "A no-break space or an invisible character stands between forms, usually pasted from a web page. It counts as a space; replace it by one.",
    ),
    info(
        CONTROL_CHARACTER,
        Severity::Error,
        "control-character",
        "control character outside strings",
        "Control characters other than tab and the line terminators have no meaning outside strings. Delete it, or write it as an escape in a string.",
    ),
    info(
        ILLEGAL_CHARACTER,
        Severity::Error,
        "illegal-character",
        "character that no token may contain",
        "`@`, `^`, `|` and `\\` stand in no name. `~@` splices, but only when nothing stands between.",
    ),
    info(
        RESERVED_DISPATCH,
        Severity::Error,
        "reserved-dispatch",
        "`#` other than `#{`",
        "`#` starts a set literal `#{…}` and nothing else. There are no reader macros, tagged literals or regular expressions in source.",
    ),
    info(
        CHARACTER_LITERAL,
        Severity::Error,
        "character-literal",
        "no character type",
        "There is no character type. Write a string of one character.",
    ),
    info(
        MISSING_SPACE,
        Severity::Error,
        "missing-space",
        "arrow glued to its neighbours",
        "`<-` and `->` are symbols of their own and need a space on both sides.",
    ),
    info(
        COLON_IN_SYMBOL,
        Severity::Error,
        "colon-in-symbol",
        "path without leading colon",
        "Paths are keywords and start with a colon: `:a::b`. A symbol has no colon.",
    ),
    info(
        KEYWORD_WHITESPACE,
        Severity::Error,
        "keyword-whitespace",
        "whitespace inside a keyword",
        "A type is one keyword, and a keyword has no whitespace: `:Map<K,V>`, not `:Map<K, V>`. The fix joins it; the rest of the file is checked as if it were joined.",
    ),
    info(
        KEYWORD_INNER_COLON,
        Severity::Error,
        "keyword-inner-colon",
        "colon on a type argument",
        "A type has one colon, the leading one: `:Vector<wat::core::i64>`. Its arguments are bare paths.",
    ),
    info(
        KEYWORD_UNCLOSED_BRACKET,
        Severity::Error,
        "keyword-unclosed-bracket",
        "bracket of a keyword never closes",
        "A `<` or `(` of a type is not closed before the type ends.",
    ),
    info(
        KEYWORD_STRAY_BRACKET,
        Severity::Error,
        "keyword-stray-bracket",
        "extra `>`",
        "There is one `>` too many after a type.",
    ),
    info(
        KEYWORD_GLUED_PAREN,
        Severity::Error,
        "keyword-glued-paren",
        "`(` directly after a keyword",
        "`(` opens a list here; a space belongs before it.",
    ),
    info(
        KEYWORD_BAD_PATH,
        Severity::Error,
        "keyword-bad-path",
        "wrong colons or empty segment",
        "A keyword starts with one `:` and its segments are separated by `::`. A segment does not start with `'`.",
    ),
    info(
        EMPTY_KEYWORD,
        Severity::Error,
        "empty-keyword",
        "`:` alone",
        "A keyword needs a name after the colon.",
    ),
    info(
        KEYWORD_COMMA,
        Severity::Error,
        "keyword-comma",
        "comma as tag separator",
        "Tags of a name are attached by `'`: `:f'2`. A comma is whitespace.",
    ),
    info(
        MALFORMED_TYPE_KEYWORD,
        Severity::Error,
        "malformed-type-keyword",
        "brackets do not form a type",
        "Brackets in a keyword form a type: `:Name<A,B>`, `:(A,B)`, `:wat::core::Fn(A,B)->R`.",
    ),
    info(
        KEYWORD_TOO_DEEP,
        Severity::Error,
        "keyword-too-deep",
        "brackets of a keyword nest deeper than 64",
        "Types nest at most 64 deep. Name a part of it with `:wat::core::typealias`.",
    ),
    info(
        INTEGER_OVERFLOW,
        Severity::Error,
        "integer-literal-overflow",
        "outside i64",
        "Integers are 64-bit: -9223372036854775808 to 9223372036854775807. A float holds larger numbers, rounded.",
    ),
    info(
        INVALID_NUMBER,
        Severity::Error,
        "invalid-number",
        "not a number",
        "The word starts like a number but is none. Numbers are `12`, `-1_000`, `0xff`, `0o17`, `0b101`, `1.5`, `2e-3`.",
    ),
    info(
        PLUS_SIGN,
        Severity::Error,
        "plus-sign",
        "explicit plus",
        "A number takes no plus sign.",
    ),
    info(
        FLOAT_OVERFLOW,
        Severity::Error,
        "float-overflow",
        "rounds to infinity",
        "The number is larger than every finite 64-bit float.",
    ),
    info(
        UNTERMINATED_STRING,
        Severity::Error,
        "unterminated-string",
        "closing quote missing",
        "A string is not closed. The reader takes it to end with its first line.",
    ),
    info(
        UNKNOWN_ESCAPE,
        Severity::Error,
        "unknown-escape",
        "backslash with an unknown character in a string",
        "The escapes are `\\\"`, `\\\\`, `\\/`, `\\n`, `\\t`, `\\r`, `\\0`, `\\b`, `\\f`, `\\uXXXX` and `\\u{X…}`. A backslash itself is written twice.",
    ),
    info(
        INVALID_UNICODE_ESCAPE,
        Severity::Error,
        "invalid-unicode-escape",
        "unicode escape without digits, out of range or a surrogate",
        "`\\u` takes four hex digits, or one to six in braces, and names a character: at most 10ffff, no surrogate.",
    ),
    info(
        BIDI_CONTROL,
        Severity::Error,
        "bidi-control",
        "bidirectional control",
        "A bidirectional control makes text look different from what it is. In a string it is written as an escape.",
    ),
    info(
        FILE_TOO_LARGE,
        Severity::Error,
        "file-too-large",
        "file larger than 512 MiB",
        "Source files are at most 512 MiB.",
    ),
    info(
        UNCLOSED_DELIMITER,
        Severity::Error,
        "unclosed-delimiter",
        "delimiter without closer",
        "The delimiter is never closed. The reader guesses the place of the missing closer from the indentation.",
    ),
    info(
        UNEXPECTED_CLOSER,
        Severity::Error,
        "unexpected-closer",
        "closer without opener",
        "Nothing is open that this closes.",
    ),
    info(
        MISMATCHED_CLOSER,
        Severity::Error,
        "mismatched-closer",
        "closer of the wrong kind",
        "The closer is of another kind than the delimiter it closes.",
    ),
    info(
        NESTING_TOO_DEEP,
        Severity::Error,
        "nesting-too-deep",
        "forms nest deeper than 1024",
        "Forms nest at most 1024 deep.",
    ),
    info(
        DANGLING_PREFIX,
        Severity::Error,
        "dangling-prefix",
        "prefix without operand",
        "A quote, quasiquote or unquote needs a form after it.",
    ),
    info(
        BARE_NIL,
        Severity::Error,
        "bare-nil",
        "no nil literal",
        "nil is written `:wat::core::nil`.",
    ),
    info(
        ODD_MAP_LITERAL,
        Severity::Error,
        "odd-map-literal",
        "key without value",
        "A map literal has a value for each key.",
    ),
    info(
        LOOSE_FLOAT,
        Severity::Warning,
        "loose-float",
        "float without digit on one side of the point",
        "Write a digit on both sides of the point.",
    ),
    info(
        LEADING_ZERO,
        Severity::Warning,
        "leading-zero",
        "superfluous leading zero",
        "The number is decimal; an octal one starts with `0o`.",
    ),
    info(
        COMMA_AS_UNQUOTE,
        Severity::Warning,
        "comma-as-unquote",
        "comma directly before a form in a template",
        "In a template `~x` inserts the value of `x`. A comma is whitespace.",
    ),
    info(
        RAW_CONTROL_IN_STRING,
        Severity::Warning,
        "raw-control-in-string",
        "raw control character in a string",
        "An invisible control character stands in a string. Write it as an escape.",
    ),
    info(
        FLOAT_UNDERFLOW,
        Severity::Warning,
        "float-underflow",
        "non-zero float literal rounds to zero",
        "The number is smaller than every positive 64-bit float, so it becomes zero.",
    ),
    info(
        EMPTY_LIST_AS_NIL,
        Severity::Warning,
        "empty-list-as-nil",
        "empty list used as the nil value",
        "The value nil is written `:wat::core::nil`.",
    ),
];
