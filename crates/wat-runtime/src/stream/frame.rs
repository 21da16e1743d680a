//! Where a frame ends: one EDN value and the line feed behind it (K20 to K24).
//!
//! A scanner goes over every byte once and knows just enough of EDN to say at each line feed whether the lines so far
//! hold a complete value: nesting, strings, comments, tags and discards. Whether the text *is* EDN is for the reader of
//! EDN to say, once, when it is decoded.

/// The longest frame on a pipe, its line feed included (`:wat::kernel::MAX-FRAME-BYTES`).
pub const MAX_FRAME_BYTES: usize = 16_777_216;

/// What comes next on a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A text that should be one value.
    Text(String),
    /// Something that is none, now skipped: the number of its code, and why.
    Bad(u16, String),
    /// The end of the stream.
    End,
    /// The stream was closed here.
    Closed,
}

/// What the last byte belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Between,
    /// A value that ends where something else begins.
    Atom,
    /// `#` and what may follow: a tag, a discard, the opening of a set, or a symbolic value.
    Hash,
    /// The name of a tag: the value is still to come.
    Tag,
    /// Behind the backslash of a character.
    Character,
    String,
    Escape,
    Comment,
}

/// The state between two bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scan {
    place: Place,
    depth: usize,
    /// Discards at the outermost level whose value is still to come.
    discards: usize,
    /// Has a value at the outermost level ended?
    is_complete: bool,
    /// Is there anything but blanks and comments?
    is_begun: bool,
    /// Closed more than opened.
    is_broken: bool,
}

impl Scan {
    fn byte(&mut self, byte: u8) {
        match self.place {
            Place::String => match byte {
                b'\\' => self.place = Place::Escape,
                b'"' => self.value_ends(),
                _ => {}
            },
            Place::Escape => self.place = Place::String,
            Place::Comment => {
                if byte == b'\n' {
                    self.place = Place::Between;
                }
            }
            Place::Character => self.place = Place::Atom,
            Place::Hash => self.behind_hash(byte),
            Place::Between | Place::Atom | Place::Tag => self.token(byte),
        }
    }

    fn behind_hash(&mut self, byte: u8) {
        match byte {
            b'_' => {
                self.discards += usize::from(self.depth == 0);
                self.place = Place::Between;
            }
            // `##Inf` is a value.
            b'#' => self.place = Place::Atom,
            b'{' => {
                self.depth += 1;
                self.place = Place::Between;
            }
            _ => {
                self.place = Place::Tag;
                self.token(byte);
            }
        }
    }

    fn token(&mut self, byte: u8) {
        // What most tokens are made of neither ends nor begins anything else.
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            self.is_begun = true;
            if self.place == Place::Between {
                self.place = Place::Atom;
            }
            return;
        }
        let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0x0b | 0x0c);
        let delimits = matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b';');
        if blank || delimits {
            match self.place {
                Place::Atom => self.value_ends(),
                _ => self.place = Place::Between,
            }
        }
        if blank {
            return;
        }
        self.is_begun |= byte != b';';
        match byte {
            b'(' | b'[' | b'{' => self.depth += 1,
            b')' | b']' | b'}' => match self.depth.checked_sub(1) {
                Some(depth) => {
                    self.depth = depth;
                    self.value_ends();
                }
                None => self.is_broken = true,
            },
            b'"' => self.place = Place::String,
            b';' => self.place = Place::Comment,
            b'\\' if self.place == Place::Between => self.place = Place::Character,
            b'#' if self.place == Place::Between => self.place = Place::Hash,
            _ if self.place == Place::Between => self.place = Place::Atom,
            _ => {}
        }
    }

    fn value_ends(&mut self) {
        self.place = Place::Between;
        if self.depth == 0 {
            match self.discards.checked_sub(1) {
                Some(left) => self.discards = left,
                None => self.is_complete = true,
            }
        }
    }

    /// Do the lines so far end here, behind a line feed?
    fn ends(&self) -> bool {
        self.is_broken || (self.is_complete && self.depth == 0 && self.place == Place::Between)
    }

    /// Were there nothing but blanks and comments?
    fn is_blank(&self) -> bool {
        !self.is_begun && self.place == Place::Between
    }
}

/// Cuts frames off the front of a buffer. The bytes that it has seen must stay where they are until it has cut them.
#[derive(Debug, Default)]
pub(super) struct Framer {
    scan: Scan,
    /// Bytes of the buffer before the frame: blank lines.
    start: usize,
    /// Bytes of the buffer that were scanned.
    seen: usize,
    /// The bytes seen end with the frame.
    is_whole: bool,
    /// The frame is too large; its bytes are not kept.
    skipping: bool,
}

/// What was cut off, and how many bytes of the buffer that were.
pub(super) struct Cut {
    pub frame: Option<Frame>,
    pub bytes: usize,
}

impl Framer {
    /// Is there a whole frame at the front of `bytes`? Nothing is cut off.
    pub(super) fn is_whole(&mut self, bytes: &[u8]) -> bool {
        while !self.is_whole
            && let Some(&byte) = bytes.get(self.seen)
        {
            self.scan.byte(byte);
            self.seen += 1;
            if byte == b'\n' {
                self.is_whole = self.scan.ends();
                if self.scan.is_blank() && !self.skipping {
                    self.start = self.seen;
                    self.scan = Scan::default();
                }
            }
        }
        self.is_whole
    }

    /// The next frame at the front of `bytes`, or the part of a frame that is too large. Nothing at all is cut off
    /// when more bytes are needed.
    pub(super) fn cut(&mut self, bytes: &[u8]) -> Cut {
        if self.is_whole(bytes) {
            return self.finish(bytes);
        }
        let mut bytes = 0;
        if self.seen - self.start >= MAX_FRAME_BYTES || (self.skipping && self.seen > 0) {
            self.skipping = true;
            bytes = std::mem::take(&mut self.seen);
            self.start = 0;
        }
        Cut { frame: None, bytes }
    }

    /// What is left at the end of the stream.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Cut {
        if self.is_whole(bytes) {
            return self.finish(bytes);
        }
        // What ends an atom is the end.
        self.scan.byte(b'\n');
        self.seen = bytes.len();
        if self.skipping || self.scan.ends() {
            return self.finish(bytes);
        }
        let frame = match self.scan.is_blank() {
            true => Frame::End,
            false => Frame::Bad(8507, "the stream ends inside of a frame".to_owned()),
        };
        self.drop_seen(frame)
    }

    /// Do the bytes that come next begin a frame? Not if they are the rest of one that is skipped.
    pub(super) fn begins(&self) -> bool {
        !self.skipping
    }

    /// Begins anew, because somebody else has taken bytes.
    pub(super) fn restart(&mut self) {
        *self = Framer::default();
    }

    fn finish(&mut self, bytes: &[u8]) -> Cut {
        let whole = &bytes[self.start..self.seen];
        let frame = if self.skipping || whole.len() > MAX_FRAME_BYTES {
            too_large()
        } else {
            match std::str::from_utf8(whole) {
                Ok(text) => Frame::Text(text.to_owned()),
                Err(_) => Frame::Bad(8507, "the frame is not UTF-8".to_owned()),
            }
        };
        self.drop_seen(frame)
    }

    fn drop_seen(&mut self, frame: Frame) -> Cut {
        let bytes = self.seen;
        *self = Framer::default();
        Cut {
            frame: Some(frame),
            bytes,
        }
    }
}

/// The number at the front of `bytes`, if it is a whole frame of its canonical digits, and how many bytes that frame has.
/// Numbers that are written otherwise are for the reader of EDN.
pub(super) fn integer(bytes: &[u8]) -> Option<(i64, usize)> {
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let digits = &bytes[sign..];
    // So many digits cannot be too large.
    let count = digits.iter().take(19).position(|byte| *byte == b'\n')?;
    let number = digits[..count].iter().try_fold(0i64, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })?;
    match digits[0] {
        b'0' if count > 1 || sign > 0 => None,
        b'0'..=b'9' if sign > 0 => Some((-number, sign + count + 1)),
        b'0'..=b'9' => Some((number, count + 1)),
        _ => None,
    }
}

fn too_large() -> Frame {
    let message = format!("the frame has more than {MAX_FRAME_BYTES} bytes");
    Frame::Bad(8509, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All frames of a stream that arrives in pieces.
    fn frames(pieces: &[&[u8]]) -> Vec<Frame> {
        let (mut framer, mut buffer, mut found) = (Framer::default(), Vec::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece);
            loop {
                let whole = framer.is_whole(&buffer);
                let cut = framer.cut(&buffer);
                assert_eq!(whole, cut.frame.is_some());
                buffer.drain(..cut.bytes);
                if cut.bytes == 0 {
                    break;
                }
                found.extend(cut.frame);
            }
        }
        loop {
            let cut = framer.end(&buffer);
            buffer.drain(..cut.bytes);
            match cut.frame {
                Some(Frame::End) | None => return found,
                Some(frame) => found.push(frame),
            }
        }
    }

    fn texts(stream: &str) -> Vec<String> {
        frames(&[stream.as_bytes()])
            .into_iter()
            .map(|frame| match frame {
                Frame::Text(text) => text.trim().to_owned(),
                Frame::Bad(code, _) => format!("WAT{code}"),
                Frame::End | Frame::Closed => String::new(),
            })
            .collect()
    }

    #[test]
    fn a_frame_is_one_value_and_its_line_feed() {
        assert_eq!(texts("1\n\n  \n\"a\"\n"), ["1", "\"a\""]);
        assert_eq!(texts("[1\n 2]\n3"), ["[1\n 2]", "3"]);
        assert_eq!(
            texts("{:a\n{:b \"}\\\"\n\"}}\nx\n"),
            ["{:a\n{:b \"}\\\"\n\"}}", "x"]
        );
        assert_eq!(texts("; note\r\n1\r\n"), ["1"]);
        assert_eq!(texts("1 ; [ note\n2\n"), ["1 ; [ note", "2"]);
        assert_eq!(texts("(\\(\n)\n\\\"\n1\n"), ["(\\(\n)", "\\\"", "1"]);
    }

    #[test]
    fn tags_and_discards_wait_for_their_value() {
        assert_eq!(texts("#my/tag\n[1]\n2\n"), ["#my/tag\n[1]", "2"]);
        assert_eq!(texts("#_ 1\n#_[2\n] 3\n4\n"), ["#_ 1\n#_[2\n] 3", "4"]);
        assert_eq!(
            texts("#{1\n2}\n##Inf\n#a \"s\"\n"),
            ["#{1\n2}", "##Inf", "#a \"s\""]
        );
    }

    #[test]
    fn what_is_closed_too_often_is_skipped_with_its_line() {
        assert_eq!(texts("1] [\n2\n"), ["1] [", "2"]);
        assert_eq!(texts("]\n2\n"), ["]", "2"]);
    }

    #[test]
    fn the_end_completes_an_atom_and_breaks_what_is_open() {
        assert_eq!(texts("1"), ["1"]);
        assert_eq!(texts("[1"), ["WAT8507"]);
        assert_eq!(texts("1\n\"a"), ["1", "WAT8507"]);
        assert_eq!(texts("#tag"), ["WAT8507"]);
        assert_eq!(texts(" \n; only a note"), Vec::<String>::new());
    }

    #[test]
    fn bytes_that_are_no_text_are_skipped_with_their_frame() {
        let found = frames(&[b"[\"\xff\n\"\n]\n", b"7\n"]);
        assert_eq!(found.len(), 2);
        assert!(matches!(found[0], Frame::Bad(8507, _)));
        assert_eq!(found[1], Frame::Text("7\n".to_owned()));
    }

    #[test]
    fn the_numbers_that_are_read_at_once_are_those_of_canonical_digits() {
        assert_eq!(integer(b"0\n1\n"), Some((0, 2)));
        assert_eq!(integer(b"-10\n"), Some((-10, 4)));
        let longest = 999_999_999_999_999_999;
        assert_eq!(integer(b"-999999999999999999\n"), Some((-longest, 20)));
        let others: [&[u8]; 14] = [
            b"",
            b"\n",
            b"-",
            b"-\n",
            b"1",
            b"01\n",
            b"-0\n",
            b"+1\n",
            b" 1\n",
            b"1 \n",
            b"1.0\n",
            b"1N\n",
            b"1\r\n",
            b"1000000000000000000\n",
        ];
        for bytes in others {
            assert_eq!(integer(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_told_once_and_the_next_one_arrives() {
        for (extra, fits) in [(-1isize, true), (0, true), (1, false), (70_000, false)] {
            let length = MAX_FRAME_BYTES.strict_add_signed(extra) - 3;
            let mut stream = vec![b'"'];
            stream.resize(length + 1, b'x');
            stream.extend_from_slice(b"\"\n8\n");
            let pieces: Vec<&[u8]> = stream.chunks(1 << 16).collect();
            let found = frames(&pieces);
            assert_eq!(found.len(), 2, "{extra}");
            assert_eq!(matches!(found[0], Frame::Text(_)), fits, "{extra}");
            assert_eq!(matches!(found[0], Frame::Bad(8509, _)), !fits, "{extra}");
            assert_eq!(found[1], Frame::Text("8\n".to_owned()));
        }
    }

    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(|n| n.to_string()),
            "[a-z]{1,6}",
            ":[a-z]{1,6}",
            any::<String>().prop_map(|s| wat_edn::write(&wat_edn::Edn::Str(s.into()))),
            Just("nil".to_owned()),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4)
                    .prop_map(|v| format!("[{}]", v.join(" \n"))),
                proptest::collection::vec(inner.clone(), 0..4)
                    .prop_map(|v| format!("({})", v.join(","))),
                inner.prop_map(|v| format!("#my/tag {v}")),
            ]
        })
    }

    proptest! {
        #[test]
        fn frames_survive_any_chunking(values in proptest::collection::vec(value(), 0..6), cuts in proptest::collection::vec(1usize..20, 0..200)) {
            let stream: String = values.iter().map(|value| format!("{value}\n")).collect();
            let (mut pieces, mut rest) = (Vec::new(), stream.as_bytes());
            for cut in cuts {
                let (piece, left) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece);
                rest = left;
            }
            pieces.push(rest);
            let found: Vec<Frame> = frames(&pieces);
            let wanted: Vec<Frame> = values.into_iter().map(|value| Frame::Text(value + "\n")).collect();
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn no_bytes_are_lost_or_make_it_panic(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'['), Just(b']'), Just(b'"'), Just(b'#'), Just(b'_'), any::<u8>()], 0..400)) {
            let whole = frames(&[&bytes]);
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(frames(&single), whole);
        }
    }
}
