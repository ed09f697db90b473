//! Cursors: where a cut response goes on. Sealed, so that a plugin gets back only what it was given.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::account::Target;
use crate::canonical;
use crate::error::InvalidRequest;

/// How cursors are sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CursorSeal {
    /// With a secret of this process: nobody can make one up, and all of them end with it. One that outlives it
    /// would be a secret to be kept somewhere, to save a caller from beginning again.
    #[default]
    Secret,
    /// With what everybody knows: a cursor is good in every process, for the same request. Only for a program
    /// whose user may send every request anyway.
    Open,
}

/// Seals cursors.
#[derive(Debug)]
pub(crate) struct CursorKey(hmac::Key);

/// Where to go on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// The token members of the input; empty for the first page.
    #[serde(rename = "t")]
    pub(super) tokens: Map<String, Value>,
    /// So many items of that page are known already.
    #[serde(rename = "o")]
    pub(super) offset: u64,
    /// The page size that the offset was counted with.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(super) page_size: Option<u32>,
}

/// The request that a cursor belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) target: &'a Target,
    pub(crate) input: &'a Value,
}

const SEAL: usize = 32;

impl CursorKey {
    /// A random key; nothing without a source of randomness.
    pub(crate) fn random() -> Option<Self> {
        hmac::Key::generate(hmac::HMAC_SHA256, &ring::rand::SystemRandom::new()).ok().map(Self)
    }

    /// The key of a kind of seal; nothing without a source of randomness, where one is needed.
    pub(crate) fn new(seal: CursorSeal) -> Option<Self> {
        match seal {
            CursorSeal::Secret => Self::random(),
            CursorSeal::Open => Some(Self(hmac::Key::new(hmac::HMAC_SHA256, b"tollgate"))),
        }
    }

    pub(super) fn seal(&self, binding: Binding<'_>, position: &Position) -> String {
        // Names, texts and numbers always fit into JSON.
        let position = serde_json::to_vec(position).unwrap_or_default();
        let seal = hmac::sign(&self.0, &message(binding, &position));
        URL_SAFE_NO_PAD.encode([seal.as_ref(), &position].concat())
    }

    pub(super) fn open(&self, binding: Binding<'_>, cursor: &str) -> Result<Position, InvalidRequest> {
        let foreign = InvalidRequest::Cursor {
            reason: "it is not from an earlier response of this very request (same account, region, service, operation \
                     and input), or Tollgate was started anew since",
        };
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(cursor) else { return Err(foreign) };
        let Some((seal, position)) = bytes.split_at_checked(SEAL) else { return Err(foreign) };
        if hmac::verify(&self.0, &message(binding, position), seal).is_err() {
            return Err(foreign);
        }
        serde_json::from_slice(position).map_err(|_| foreign)
    }
}

/// All that is sealed, each part with its length before it, so that no two requests give the same.
fn message(binding: Binding<'_>, position: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    let parts = [binding.service, binding.operation, binding.target.account.as_str(), &binding.target.region];
    for part in parts {
        canonical::push(&mut message, part.as_bytes());
    }
    canonical::push_json(&mut message, binding.input);
    canonical::push(&mut message, position);
    message
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn target(account: &str, region: &str) -> Target {
        Target { account: account.parse().unwrap(), region: region.to_owned() }
    }

    #[test]
    fn opens_for_the_same_request_alone() {
        let key = CursorKey::random().unwrap();
        let here = target("111111111111", "eu-west-1");
        let input = json!({"Filters": [{"Name": "a", "Values": ["b"]}], "X": 1});
        let binding =
            Binding { service: "ec2", operation: "DescribeInstances", target: &here, input: &input };
        let tokens = json!({"NextToken": "abc"}).as_object().unwrap().clone();
        let position = Position { tokens, offset: 7, page_size: Some(100) };
        let cursor = key.seal(binding, &position);
        assert_eq!(key.open(binding, &cursor).unwrap(), position);

        let reordered = json!({"X": 1, "Filters": [{"Values": ["b"], "Name": "a"}], "Y": null});
        assert!(key.open(Binding { input: &reordered, ..binding }, &cursor).is_ok());

        let (other_account, other_region) =
            (target("222222222222", "eu-west-1"), target("111111111111", "eu-west-2"));
        let other_input = json!({"Filters": [{"Name": "a", "Values": ["c"]}], "X": 1});
        let strangers = [
            Binding { service: "rds", ..binding },
            Binding { operation: "DescribeVpcs", ..binding },
            Binding { target: &other_account, ..binding },
            Binding { target: &other_region, ..binding },
            Binding { input: &other_input, ..binding },
        ];
        for stranger in strangers {
            assert!(key.open(stranger, &cursor).is_err(), "{stranger:?}");
        }
        assert!(CursorKey::random().unwrap().open(binding, &cursor).is_err());
        assert!(CursorKey::new(CursorSeal::Open).unwrap().open(binding, &cursor).is_err());
        for position in 0..cursor.len() {
            let mut forged = cursor.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            assert!(key.open(binding, &String::from_utf8(forged).unwrap()).is_err(), "byte {position}");
        }
        assert!(key.open(binding, "").is_err());
        assert!(key.open(binding, "not base64!").is_err());
    }

    #[test]
    fn an_open_one_is_good_in_every_process_for_the_same_request() {
        let [one, other] = [CursorSeal::Open; 2].map(|seal| CursorKey::new(seal).unwrap());
        let (here, there) = (target("111111111111", "eu-west-1"), target("222222222222", "eu-west-1"));
        let binding = Binding { service: "s3", operation: "ListBuckets", target: &here, input: &json!({}) };
        let position = Position { offset: 3, ..Position::default() };
        let cursor = one.seal(binding, &position);
        assert_eq!(other.open(binding, &cursor).unwrap(), position);
        assert!(other.open(Binding { target: &there, ..binding }, &cursor).is_err());
    }
}
