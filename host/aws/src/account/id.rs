//! Account ids.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use thiserror::Error;

/// The id of an AWS account: 12 digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId([u8; 12]);

/// A text that is no account id. Write its 12 digits, leading zeros included, in quotes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("an account id is a text of 12 digits, not {found:?}")]
pub struct InvalidAccountId {
    /// What came, cut to a length that fits into a message.
    pub found: String,
}

impl AccountId {
    /// The one of AWS's own examples.
    pub(super) const EXAMPLE: Self = Self(*b"123456789012");

    /// The 12 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only digits ever get in, so this cannot fail.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for AccountId {
    type Err = InvalidAccountId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match <[u8; 12]>::try_from(text.as_bytes()) {
            Ok(digits) if digits.iter().all(u8::is_ascii_digit) => Ok(Self(digits)),
            _ => Err(InvalidAccountId { found: text.chars().take(40).collect() }),
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = AccountId;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an account id: a text of 12 digits, in quotes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<AccountId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_and_nothing_else() {
        let id: AccountId = "012345678901".parse().unwrap();
        assert_eq!(id.to_string(), "012345678901");
        for wrong in ["", "12345678901", "1234567890123", "12345678901x", "１２３４", " 12345678901"] {
            assert!(wrong.parse::<AccountId>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_bare_number_is_told_to_be_quoted() {
        let error = serde_json::from_str::<AccountId>("12345678901").unwrap_err().to_string();
        assert!(error.contains("a text of 12 digits, in quotes"), "{error}");
        let id: AccountId = serde_json::from_str("\"012345678901\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"012345678901\"");
    }
}
