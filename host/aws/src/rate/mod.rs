//! How fast requests are sent: limits known beforehand, and rates learnt from throttling.

mod adaptive;
mod bucket;
mod cubic;
mod gate;
mod limits;
mod meter;

pub(crate) use self::gate::{Gate, Late};
pub(crate) use self::limits::Limits;
pub use self::limits::{LimitsError, RateLimit};
