//! An in-process AWS: an HTTP server that plays many accounts and regions from fixtures.
//!
//! It speaks AWS's wire protocols (ec2Query, awsQuery, restXml, restJson1, awsJson, rpcv2Cbor) through the same
//! model as the client, so an output is written once, as JSON by API names. It verifies the signature of every
//! request, hands out credentials by `sts:AssumeRole` where the organisation lets it, cuts outputs into pages,
//! and can be slow, throttle and break on purpose. AWS's own SDKs take it for AWS: the tests hold it against
//! boto3.
//!
//! It is no database: what is written is not read back. Operations that change something are refused unless a
//! fixture says what they answer.
//!
//! ```
//! use serde_json::json;
//! use tollgate_sim::{Fixtures, Sim, SimConfig};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut fixtures = Fixtures::synthetic(2, 1, 3, 0);
//! fixtures.set("account-1", "*", "s3", "ListBuckets", json!({
//!     "Buckets": [{"Name": "logs", "BucketRegion": "us-east-1", "CreationDate": "2026-01-01T00:00:00Z"}],
//! }))?;
//! let sim = Sim::start(SimConfig::new(fixtures)).await?;
//! assert!(sim.endpoint_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(sim.stats().total().requests, 0);
//! # Ok(()) }
//! ```

mod answer;
mod auth;
mod body;
mod decode;
mod demo;
mod encode;
mod fault;
mod fixture;
mod handle;
mod org;
mod page;
mod problem;
mod route;
mod server;
mod sim;
mod socket;
mod stats;
mod timestamp;
mod wire;
mod world;

pub use demo::{DEMO_REGION, DemoError, DemoOptions, DemoOrg, demo};
pub use fault::{Effect, Fault};
pub use fixture::{FixtureError, Fixtures};
pub use org::{OrgAccount, OrgPolicy, OrgUnit, Organization, ROOT_ID, Trust};
pub use sim::{Sim, SimConfig};
pub use stats::{Counters, Place, Stats};
pub use world::AssumedRole;
