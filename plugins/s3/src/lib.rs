//! Tollgate tools for S3.

mod list_buckets;

use list_buckets::s3_list_buckets;

tollgate_sdk::export!(tools: [s3_list_buckets]);
