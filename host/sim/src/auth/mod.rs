//! Who is asking: access keys, sessions and signatures.

mod keys;
mod policy;
mod signature;

pub(crate) use keys::{Identity, Keys, NewSession};
pub(crate) use policy::Policy;
pub(crate) use signature::Signature;
