//! Access keys: the base credentials', and those of assumed roles.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;

use super::Policy;

/// Who a key belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The account that it acts in.
    pub(crate) account: String,
    /// As `sts:GetCallerIdentity` says it.
    pub(crate) arn: String,
    /// As `sts:GetCallerIdentity` says it.
    pub(crate) user_id: String,
    /// What its session is narrowed to.
    pub(crate) policy: Option<Policy>,
}

/// A key with all that belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) expires: Option<SystemTime>,
    pub(crate) identity: Arc<Identity>,
}

impl Key {
    /// What a signature with it is verified by.
    pub(crate) fn credentials(&self, id: &str) -> Credentials {
        Credentials::new(id, &self.secret, self.token.clone(), None, "tollgate-sim")
    }
}

/// What a role session is made from.
#[derive(Clone, Debug)]
pub(crate) struct NewSession {
    pub(crate) identity: Identity,
    pub(crate) expires: SystemTime,
}

/// The credentials of a role session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: String,
}

/// All keys that were ever given out.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<HashMap<String, Arc<Key>>>);

/// From so many keys on, those that expired long ago are forgotten.
const MANY: usize = 4096;
const LONG: Duration = Duration::from_secs(86_400);

impl Keys {
    /// A long-term key: its id and its secret.
    pub(crate) fn long_term(&self, identity: Identity) -> (String, String) {
        let (id, secret) = (random("AKIA", 16, CAPITALS), random("", 40, ALPHANUMERIC));
        let key = Key { secret: secret.clone(), token: None, expires: None, identity: Arc::new(identity) };
        self.insert(&id, key);
        (id, secret)
    }

    /// The key of a session that ends.
    pub(crate) fn session(&self, new: NewSession) -> Session {
        let session = Session {
            access_key_id: random("ASIA", 16, CAPITALS),
            secret_access_key: random("", 40, ALPHANUMERIC),
            session_token: random("FwoGZXIvYXdz", 352, ALPHANUMERIC),
        };
        let key = Key {
            secret: session.secret_access_key.clone(),
            token: Some(session.session_token.clone()),
            expires: Some(new.expires),
            identity: Arc::new(new.identity),
        };
        self.insert(&session.access_key_id, key);
        session
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Ends all sessions now.
    pub(crate) fn expire_sessions(&self) {
        let now = SystemTime::now();
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys.values_mut().filter(|key| key.expires.is_some()) {
            *key = Arc::new(Key { expires: Some(now), ..Key::clone(key) });
        }
    }

    fn insert(&self, id: &str, key: Key) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MANY {
            let now = SystemTime::now();
            let long_ago = |expires: SystemTime| now.duration_since(expires).is_ok_and(|past| past > LONG);
            keys.retain(|_, key| !key.expires.is_some_and(long_ago));
        }
        keys.insert(id.to_owned(), Arc::new(key));
    }
}

const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Random text of an alphabet after a prefix. It opens nothing but this simulator.
fn random(prefix: &str, length: usize, alphabet: &[u8]) -> String {
    let rest = (0..length).map(|_| char::from(alphabet[fastrand::usize(..alphabet.len())]));
    prefix.chars().chain(rest).collect()
}
