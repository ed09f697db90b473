//! A dynamic AWS client: any operation of any service, from a model pack, over many accounts.

pub mod endpoint;
pub mod grant;
pub mod model;
pub mod protocol;
