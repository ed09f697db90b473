//! Who is asking: access keys, sessions and signatures.

mod keys;
mod policy;

pub(crate) use keys::{Identity, Keys, NewSession};
pub(crate) use policy::Policy;
