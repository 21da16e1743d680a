//! Points in time and UUIDs: the two scalars that EDN writes as tagged strings.

use std::fmt::Write as _;

/// A UTC point in time with nanosecond resolution, years −262143 to 262142, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    seconds: i64,
    /// Nanoseconds since then, below 10⁹.
    nanoseconds: u32,
}

const SECONDS_PER_DAY: i64 = 86_400;

impl Instant {
    /// The first instant, -262143-01-01T00:00:00Z.
    pub const MIN: Instant = Instant {
        seconds: -8_334_601_228_800,
        nanoseconds: 0,
    };
    /// The last instant, +262142-12-31T23:59:59.999999999Z.
    pub const MAX: Instant = Instant {
        seconds: 8_210_266_876_799,
        nanoseconds: 999_999_999,
    };

    /// The instant `seconds` and `nanoseconds` (below 10⁹) after 1970-01-01T00:00:00Z, if it is
    /// within range.
    #[must_use]
    pub fn new(seconds: i64, nanoseconds: u32) -> Option<Instant> {
        let instant = Instant {
            seconds,
            nanoseconds,
        };
        (nanoseconds < 1_000_000_000 && (Instant::MIN..=Instant::MAX).contains(&instant))
            .then_some(instant)
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`Instant::seconds`], below 10⁹.
    #[must_use]
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// Reads an RFC 3339 date-time with offset, `T` or a space between date and time. Years
    /// outside 0000–9999 have a sign and at least four digits. Digits after the ninth of a
    /// fraction are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Instant> {
        let mut scan = Scan(text.as_bytes());
        let year = scan.year()?;
        scan.literal(b"-")?;
        let month = scan.number(2, 1..=12)?;
        scan.literal(b"-")?;
        let day = scan.number(2, 1..=days_in_month(year, month))?;
        scan.literal(b"Tt ")?;
        let hour = scan.number(2, 0..=23)?;
        scan.literal(b":")?;
        let minute = scan.number(2, 0..=59)?;
        scan.literal(b":")?;
        let second = scan.number(2, 0..=59)?;
        let nanoseconds = scan.fraction()?;
        let offset = scan.offset()?;
        if !scan.0.is_empty() {
            return None;
        }
        let seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY
            + hour * 3600
            + minute * 60
            + second;
        Instant::new(seconds - offset, nanoseconds)
    }

    /// Appends RFC 3339 in UTC with `Z` and 0, 3, 6 or 9 fractional digits, the fewest that are
    /// exact.
    pub fn write(self, out: &mut String) {
        let digits = match self.nanoseconds {
            0 => 0,
            n if n % 1_000_000 == 0 => 3,
            n if n % 1_000 == 0 => 6,
            _ => 9,
        };
        self.write_with_digits(digits, out);
    }

    /// Appends RFC 3339 in UTC with `Z` and exactly `digits` fractional digits (at most 9), the
    /// rest truncated.
    pub fn write_with_digits(self, digits: usize, out: &mut String) {
        let (year, month, day) = civil_from_days(self.seconds.div_euclid(SECONDS_PER_DAY));
        let time = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        // Writing into a `String` cannot fail.
        let _ = if (0..=9999).contains(&year) {
            write!(out, "{year:04}")
        } else {
            write!(out, "{year:+05}")
        };
        let _ = write!(
            out,
            "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        );
        if digits > 0 {
            let fraction = format!("{:09}", self.nanoseconds);
            out.push('.');
            out.push_str(&fraction[..digits.min(9)]);
        }
        out.push('Z');
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar. Years start in March, so that the
/// leap day is the last of its year and months have a closed form; 146097 days make 400 years.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The unread rest of a date-time.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    fn literal(&mut self, allowed: &[u8]) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        allowed.contains(&byte).then_some(byte)
    }

    fn number(&mut self, digits: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        let mut value = 0;
        for byte in number {
            value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        }
        range.contains(&value).then_some(value)
    }

    fn digits(&self) -> usize {
        self.0.iter().take_while(|it| it.is_ascii_digit()).count()
    }

    fn year(&mut self) -> Option<i64> {
        let sign = match self.0.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return self.number(4, 0..=9999),
        };
        self.0 = &self.0[1..];
        let digits = self.digits();
        (4..=6).contains(&digits).then_some(())?;
        self.number(digits, 0..=262_143).map(|year| sign * year)
    }

    fn fraction(&mut self) -> Option<u32> {
        if self.0.first() != Some(&b'.') {
            return Some(0);
        }
        self.0 = &self.0[1..];
        let digits = self.digits();
        let mut value = (digits > 0).then_some(0)?;
        for place in 0..9 {
            value = value * 10
                + if place < digits {
                    u32::from(self.0[place] - b'0')
                } else {
                    0
                };
        }
        self.0 = &self.0[digits..];
        Some(value)
    }

    /// The offset from UTC in seconds.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.literal(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number(2, 0..=23)?;
        self.literal(b":")?;
        let minutes = self.number(2, 0..=59)?;
        Some(sign * (hours * 3600 + minutes * 60))
    }
}

/// A 128-bit identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Reads the canonical form alone: 8-4-4-4-12 lower-case hexadecimal digits with hyphens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Uuid> {
        let text = text.as_bytes();
        if text.len() != 36 {
            return None;
        }
        let mut bytes = [0; 16];
        let mut nibbles = 0;
        for (at, &byte) in text.iter().enumerate() {
            let nibble = match byte {
                b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return None,
            };
            // 36 bytes without four hyphens in place hold more than 32 digits.
            let slot: &mut u8 = bytes.get_mut(nibbles / 2)?;
            *slot = *slot << 4 | nibble;
            nibbles += 1;
        }
        (nibbles == 32).then_some(Uuid(bytes))
    }

    /// Appends the canonical form.
    pub fn write(self, out: &mut String) {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                out.push('-');
            }
            // Writing into a `String` cannot fail.
            let _ = write!(out, "{byte:02x}");
        }
    }
}
