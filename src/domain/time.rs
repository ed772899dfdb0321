//! Moments: milliseconds since 1970 UTC, and the two ways sources write them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A moment, in milliseconds since 1970-01-01 UTC. Written as RFC 3339 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Milliseconds in a day.
pub const DAY: i64 = 86_400_000;
/// Milliseconds in an hour.
pub const HOUR: i64 = 3_600_000;

impl Timestamp {
    /// From whole seconds since 1970.
    #[must_use]
    pub fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Reads what Meta and Kapso send: Unix seconds (or, from some forwarders,
    /// milliseconds or microseconds) as digits, or an ISO 8601 time with offset.
    /// A time without offset is taken as UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().ok().and_then(Self::from_number);
        }
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Some(Self(at.as_millisecond()));
        }
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(zoned.timestamp().as_millisecond()))
    }

    /// A bare number: seconds, or milliseconds or microseconds where the size
    /// leaves no doubt (seconds beyond the year 5138 are not seconds).
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0..100_000_000_000 => Some(Self(number * 1000)),
            100_000_000_000..100_000_000_000_000 => Some(Self(number)),
            100_000_000_000_000..100_000_000_000_000_000 => Some(Self(number / 1000)),
            _ => None,
        }
    }

    /// This moment moved by `ms` milliseconds.
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => at.fmt(f),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("no time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_one_moment() {
        let at = Timestamp::from_secs(1_775_986_200);
        for text in [
            "1775986200",
            "1775986200000",
            "2026-04-12T09:30:00Z",
            "2026-04-12T11:30:00+02:00",
            "2026-04-12T09:30:00.000000Z",
            "2026-04-12T09:30:00",
        ] {
            assert_eq!(Timestamp::parse(text), Some(at), "{text}");
        }
        assert_eq!(at.to_string(), "2026-04-12T09:30:00Z");
        assert_eq!(Timestamp::parse("soon"), None);
        assert_eq!(Timestamp::parse(""), None);
    }
}
