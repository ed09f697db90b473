//! Sealing what a plugin wants back with a client's answers.
//!
//! Between the two rounds of a question its state is in the hands of the client, which could read
//! it, change it, or give it to another call. So it is encrypted and authenticated, together with
//! what it belongs to, under a key of this process: neither survives a restart.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Map, Value};

/// How long a client may take to answer: people are asked, and people go for lunch.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Length of the time of expiry, seconds since 1970, before the state.
const EXPIRY: usize = size_of::<u64>();

/// Seals and opens.
pub(crate) struct Seal {
    key: LessSafeKey,
    random: SystemRandom,
}

/// The call that a state belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) caller: &'a str,
    pub(crate) tool: &'a str,
    pub(crate) arguments: &'a Map<String, Value>,
}

impl Seal {
    /// With a new key; nothing where the system gives no random numbers.
    pub(crate) fn new() -> Option<Self> {
        let random = SystemRandom::new();
        let mut key = [0; 32];
        random.fill(&mut key).ok()?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).ok()?);
        Some(Self { key, random })
    }

    /// A text that only [`Self::open`] understands, for the same call, for an hour.
    pub(crate) fn seal(&self, state: &str, bound: &Bound<'_>) -> Option<String> {
        self.seal_at(state, bound, now())
    }

    /// The state in a text of [`Self::seal`]. What is wrong with another is not told.
    pub(crate) fn open(&self, sealed: &str, bound: &Bound<'_>) -> Option<String> {
        self.open_at(sealed, bound, now())
    }

    fn seal_at(&self, state: &str, bound: &Bound<'_>, now: u64) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).ok()?;
        let mut body = (now + LIFETIME.as_secs()).to_be_bytes().to_vec();
        body.extend_from_slice(state.as_bytes());
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.key.seal_in_place_append_tag(nonce_used, bound.digest(), &mut body).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &body].concat()))
    }

    fn open_at(&self, sealed: &str, bound: &Bound<'_>, now: u64) -> Option<String> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, body) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.key.open_in_place(nonce, bound.digest(), body).ok()?;
        let (expiry, state) = opened.split_at_checked(EXPIRY)?;
        let expiry = u64::from_be_bytes(expiry.try_into().ok()?);
        (now < expiry).then(|| String::from_utf8(state.to_vec()).ok())?
    }
}

impl Bound<'_> {
    /// The same for the same call, whatever order the arguments' keys come in.
    fn digest(&self) -> Aad<[u8; 32]> {
        let mut context = Context::new(&SHA256);
        text(&mut context, "tollgate request state");
        text(&mut context, self.caller);
        text(&mut context, self.tool);
        object(&mut context, self.arguments);
        let mut digest = [0; 32];
        digest.copy_from_slice(context.finish().as_ref());
        Aad::from(digest)
    }
}

/// Each kind of value has a mark, and each text and collection its length, so that no two values
/// give the same bytes.
fn value(context: &mut Context, value: &Value) {
    match value {
        Value::Null => context.update(b"z"),
        Value::Bool(flag) => context.update(if *flag { b"t" } else { b"f" }),
        Value::Number(number) => {
            context.update(b"n");
            text(context, &number.to_string());
        }
        Value::String(string) => {
            context.update(b"s");
            text(context, string);
        }
        Value::Array(items) => {
            context.update(b"a");
            length(context, items.len());
            for item in items {
                self::value(context, item);
            }
        }
        Value::Object(members) => object(context, members),
    }
}

fn object(context: &mut Context, members: &Map<String, Value>) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_unstable_by_key(|(key, _)| *key);
    context.update(b"o");
    length(context, sorted.len());
    for (key, member) in sorted {
        text(context, key);
        value(context, member);
    }
}

fn text(context: &mut Context, text: &str) {
    length(context, text.len());
    context.update(text.as_bytes());
}

fn length(context: &mut Context, length: usize) {
    context.update(&(length as u64).to_be_bytes());
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn opens_for_the_same_call_alone() {
        let seal = Seal::new().expect("random numbers");
        let mine = arguments(json!({"names": ["a", "b"], "force": true}));
        let bound = Bound { caller: "ada", tool: "delete", arguments: &mine };
        let sealed = seal.seal("step 2", &bound).expect("sealed");
        assert!(!sealed.contains("step"), "{sealed}");
        assert_eq!(seal.open(&sealed, &bound).as_deref(), Some("step 2"));

        let reordered = arguments(json!({"force": true, "names": ["a", "b"]}));
        assert_eq!(seal.open(&sealed, &Bound { arguments: &reordered, ..bound }).as_deref(), Some("step 2"));

        for other in
            [json!({"names": ["ab"], "force": true}), json!({"names": ["b", "a"], "force": true}), json!({})]
        {
            let other = arguments(other);
            assert_eq!(seal.open(&sealed, &Bound { arguments: &other, ..bound }), None);
        }
        assert_eq!(seal.open(&sealed, &Bound { caller: "bob", ..bound }), None);
        assert_eq!(seal.open(&sealed, &Bound { tool: "describe", ..bound }), None);
        assert_eq!(Seal::new().expect("random numbers").open(&sealed, &bound), None);
    }

    #[test]
    fn opens_nothing_that_was_changed_or_is_too_old() {
        let seal = Seal::new().expect("random numbers");
        let none = Map::new();
        let bound = Bound { caller: "ada", tool: "delete", arguments: &none };
        let sealed = seal.seal_at("", &bound, 1_000).expect("sealed");
        assert_eq!(seal.open_at(&sealed, &bound, 1_000 + LIFETIME.as_secs() - 1).as_deref(), Some(""));
        assert_eq!(seal.open_at(&sealed, &bound, 1_000 + LIFETIME.as_secs()), None);
        for position in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("text");
            assert_eq!(seal.open_at(&changed, &bound, 1_000), None, "position {position}");
            assert_eq!(seal.open_at(&sealed[..position], &bound, 1_000), None, "length {position}");
        }
        assert_eq!(seal.open_at("no base64 =", &bound, 1_000), None);
    }
}
