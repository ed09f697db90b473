//! S3: buckets are listed once and live in a region each.

mod objects;
mod settings;

use std::sync::Arc;

pub(super) use objects::list_objects;
use serde_json::{Map, Value, json};

pub(super) use settings::of_an_account;

use super::{Call, object};
use crate::fixture::Answer;
use crate::problem::Problem;

/// `ListBuckets` with its parameters. A bucket's region is in the answer only if there are any: so does S3.
pub(super) fn list_buckets(call: &Call<'_>, answer: Answer) -> Result<Answer, Problem> {
    let output = match answer {
        Answer::Output(output) => Arc::unwrap_or_clone(output),
        Answer::Items(items) => items.output(),
        error @ Answer::Error(_) => return Ok(error),
    };
    let (prefix, region) = (call.text("Prefix"), call.text("BucketRegion"));
    if region.is_some_and(|region| region != call.place.region) {
        return Err(Problem::service(
            400,
            "InvalidArgument",
            "Argument value bucket-region must be the region of the endpoint that is asked",
        ));
    }
    let text =
        |bucket: &Value, name: &str| bucket.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut buckets = output.get("Buckets").and_then(Value::as_array).cloned().unwrap_or_default();
    buckets.retain(|bucket| {
        prefix.is_none_or(|prefix| text(bucket, "Name").starts_with(prefix))
            && region.is_none_or(|region| text(bucket, "BucketRegion") == region)
    });
    buckets.sort_by_cached_key(|bucket| text(bucket, "Name"));
    if call.input.is_empty() {
        for bucket in buckets.iter_mut().filter_map(Value::as_object_mut) {
            bucket.remove("BucketRegion");
        }
    }
    let owner = owner(&call.place.account);
    let mut output = object(json!({ "Buckets": buckets, "Owner": owner }));
    if let Some(prefix) = prefix {
        output.insert("Prefix".to_owned(), prefix.into());
    }
    Ok(Answer::Output(Arc::new(output)))
}

/// The bucket that an operation is on must be there, and most operations must be asked in its region. Without
/// a fixture of `ListBuckets` there is nothing to hold it against.
pub(super) fn check_bucket(call: &Call<'_>) -> Result<(), Problem> {
    let (Some(name), Some(buckets)) = (call.text("Bucket"), buckets(call)) else { return Ok(()) };
    let Some(region) = region_of(&buckets, name) else {
        return Err(Problem::service(404, "NoSuchBucket", "The specified bucket does not exist"));
    };
    if region != call.place.region && *call.operation.name != *"GetBucketLocation" {
        return Err(Problem::OtherRegion { bucket: name.to_owned(), region });
    }
    Ok(())
}

/// What follows from the list of buckets.
pub(super) fn answer(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    let region = buckets(call).zip(call.text("Bucket")).and_then(|(buckets, name)| region_of(&buckets, name));
    let Some(region) = region else { return Ok(None) };
    match &*call.operation.name {
        // The oldest region has no name here.
        "GetBucketLocation" if region == "us-east-1" => {
            Ok(Some(object(json!({ "LocationConstraint": null }))))
        }
        "GetBucketLocation" => Ok(Some(object(json!({ "LocationConstraint": region })))),
        "HeadBucket" => Ok(Some(object(json!({ "BucketRegion": region })))),
        _ => settings::of_a_new_bucket(call),
    }
}

/// Who owns an account's buckets.
fn owner(account: &str) -> Value {
    json!({ "ID": format!("{account:0>64}") })
}

/// The account's buckets, by its fixture of `ListBuckets`.
fn buckets(call: &Call<'_>) -> Option<Arc<Map<String, Value>>> {
    let source = call.world.fixtures.source(&call.place.account, &call.place.region, "s3", "ListBuckets")?;
    match source.answer(&Map::new())? {
        Answer::Output(output) => Some(output),
        Answer::Items(items) => Some(Arc::new(items.output())),
        Answer::Error(_) => None,
    }
}

fn region_of(buckets: &Map<String, Value>, name: &str) -> Option<String> {
    let buckets = buckets.get("Buckets")?.as_array()?;
    let bucket = buckets.iter().find(|bucket| bucket.get("Name").and_then(Value::as_str) == Some(name))?;
    Some(bucket.get("BucketRegion").and_then(Value::as_str).unwrap_or("us-east-1").to_owned())
}
