//! Source text and line tables.

use wat_syntax::{
    ColumnEncoding, LineCol, LineIndex, READER_CODES, SourceText, TextEdit, TextRange, TextSize,
    apply_edits,
};

fn range(from: u32, to: u32) -> TextRange {
    TextRange::new(from.into(), to.into())
}

#[test]
fn bytes_that_are_not_utf8_keep_their_place_and_come_back() {
    for bytes in [
        &b"abc"[..],
        b"\xff",
        b"a\xff\xfeb",
        b"\xc3",
        b"\xe2\x82x\xf0\x9f\x98",
        "é\u{1a}".as_bytes(),
        b"\xed\xa0\x80",
    ] {
        let source = SourceText::from_bytes(bytes.to_vec());
        assert_eq!(source.len(), bytes.len());
        assert_eq!(source.to_bytes(), bytes);
        for from in 0..=bytes.len() {
            for to in from..=bytes.len() {
                if source.text().is_char_boundary(from) && source.text().is_char_boundary(to) {
                    let slice = source.slice(range(from as u32, to as u32));
                    assert_eq!(slice.to_bytes(), &bytes[from..to]);
                }
            }
        }
    }
    let source = SourceText::from_bytes(b"a\xff\x1ab".to_vec());
    assert!(source.is_invalid(range(1, 2)));
    assert!(!source.is_invalid(range(2, 3)));
    let invalid: Vec<Option<u8>> = (0..5).map(|at| source.invalid_byte(at)).collect();
    assert_eq!(invalid, [None, Some(0xff), None, None, None]);
    assert!(!source.is_utf8());
}

#[test]
fn lines_and_columns() {
    let text = "aé😀\r\nb\rc\n";
    let lines = LineIndex::new(text);
    assert_eq!(lines.line_count(), 4);
    let at = |offset: u32, encoding| {
        let place = lines.line_col(text, offset.into(), encoding);
        (place.line, place.col)
    };
    assert_eq!(at(7, ColumnEncoding::Utf8), (0, 7));
    assert_eq!(at(7, ColumnEncoding::Utf16), (0, 4));
    assert_eq!(at(7, ColumnEncoding::Utf32), (0, 3));
    assert_eq!(at(9, ColumnEncoding::Utf16), (1, 0));
    assert_eq!(at(11, ColumnEncoding::Utf16), (2, 0));
    assert_eq!(at(13, ColumnEncoding::Utf16), (3, 0));
    assert_eq!(at(99, ColumnEncoding::Utf16), (3, 0));
    for encoding in [
        ColumnEncoding::Utf8,
        ColumnEncoding::Utf16,
        ColumnEncoding::Utf32,
    ] {
        for (offset, _) in text.char_indices() {
            if offset == 8 {
                continue;
            }
            let offset = TextSize::new(offset as u32);
            let place = lines.line_col(text, offset, encoding);
            assert_eq!(lines.offset(text, place, encoding), offset, "{place:?}");
        }
    }
    let clamp =
        |line, col| u32::from(lines.offset(text, LineCol { line, col }, ColumnEncoding::Utf16));
    assert_eq!(clamp(0, 99), 7);
    assert_eq!(clamp(0, 3), 3);
    assert_eq!(clamp(9, 0), 13);
    assert_eq!(lines.line_range(1), Some(range(9, 11)));
    assert_eq!(lines.line_range(4), None);
}

#[test]
fn edits_apply_in_order_and_never_overlap() {
    let edits = [
        TextEdit::insert(0.into(), "<"),
        TextEdit::delete(range(1, 2)),
        TextEdit::replace(range(1, 3), "no"),
        TextEdit::replace(range(3, 4), "D"),
        TextEdit::insert(4.into(), ">"),
    ];
    assert_eq!(apply_edits("abcd", &edits), "<acD>");
    assert_eq!(apply_edits("é", &[TextEdit::delete(range(0, 1))]), "é");
}

#[test]
fn the_table_of_codes_is_sorted_and_complete() {
    assert!(READER_CODES.is_sorted_by_key(|info| info.code));
    assert_eq!(READER_CODES.len(), 41);
    for info in READER_CODES {
        assert!(!info.summary.is_empty());
        assert!(
            info.name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit())
        );
    }
}
