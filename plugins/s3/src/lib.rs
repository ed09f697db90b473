//! Tollgate tools for S3.

mod buckets;
mod describe_bucket;
mod list_buckets;
mod list_objects;
mod public;
mod settings;

use describe_bucket::s3_describe_bucket;
use list_buckets::s3_list_buckets;
use list_objects::s3_list_objects;

tollgate_sdk::export!(tools: [s3_list_buckets, s3_describe_bucket, s3_list_objects]);
