//! Where S3's buckets were found to be.

use std::time::Duration;

use moka::sync::Cache;
use serde_json::Value as Json;

use super::Outgoing;

/// A bucket can be deleted, and made anew elsewhere.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// The regions of buckets that were asked for in other regions, so that the next request goes to the right one at
/// once. A name is one bucket in all of a partition, whoever asks.
#[derive(Debug)]
pub(super) struct Buckets(Cache<(Box<str>, Box<str>), Box<str>>);

impl Default for Buckets {
    fn default() -> Self {
        // Forgetting one costs a redirect.
        Self(Cache::builder().max_capacity(10_000).time_to_live(KEPT).build())
    }
}

impl Buckets {
    /// The region of a bucket, if it is another one than that of the first request for it.
    pub(super) fn region(&self, partition: &str, bucket: &str) -> Option<String> {
        self.0.get(&(partition.into(), bucket.into())).map(Into::into)
    }

    pub(super) fn remember(&self, partition: &str, bucket: &str, region: &str) {
        self.0.insert((partition.into(), bucket.into()), region.into());
    }

    pub(super) fn forget(&self, partition: &str, bucket: &str) {
        self.0.invalidate(&(partition.into(), bucket.into()));
    }
}

/// The bucket of a request that belongs where the bucket is. A bucket that is to be made has no place yet, and an
/// ARN has its region in it.
pub(super) fn bucket<'a>(outgoing: &Outgoing<'a>) -> Option<&'a str> {
    let placed = &*outgoing.service.name == "s3" && &*outgoing.operation.name != "CreateBucket";
    let bucket = || outgoing.input.get("Bucket").and_then(Json::as_str);
    placed.then(bucket)?.filter(|bucket| !bucket.starts_with("arn:"))
}
