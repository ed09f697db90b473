//! The settings of a bucket that nobody has changed since it was created.

use serde_json::{Map, Value, json};

use super::super::{Call, object};
use super::owner;
use crate::problem::Problem;

/// What is not set up, S3 answers with an error of its own: operation, code, text.
const NOT_SET_UP: [(&str, &str, &str); 8] = [
    ("GetBucketCors", "NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    (
        "GetBucketLifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
    ),
    ("GetBucketPolicy", "NoSuchBucketPolicy", "The bucket policy does not exist"),
    ("GetBucketPolicyStatus", "NoSuchBucketPolicy", "The bucket policy does not exist"),
    (
        "GetBucketReplication",
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
    ),
    ("GetBucketTagging", "NoSuchTagSet", "The TagSet does not exist"),
    (
        "GetBucketWebsite",
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
    ),
    (
        "GetObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
    ),
];

/// Since 2023 a new bucket is encrypted, has no ACLs, and blocks what would make it public.
pub(super) fn of_a_new_bucket(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    let operation = &*call.operation.name;
    if let Some((_, code, text)) = NOT_SET_UP.iter().find(|(known, ..)| *known == operation) {
        return Err(Problem::service(404, code, *text));
    }
    let output = match operation {
        "GetBucketAcl" => {
            let owner = owner(&call.place.account);
            let grantee = json!({ "ID": owner["ID"], "Type": "CanonicalUser" });
            json!({ "Owner": owner, "Grants": [{ "Grantee": grantee, "Permission": "FULL_CONTROL" }] })
        }
        "GetBucketEncryption" => json!({ "ServerSideEncryptionConfiguration": { "Rules": [
            { "ApplyServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" }, "BucketKeyEnabled": false },
        ] } }),
        "GetBucketOwnershipControls" => {
            json!({ "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] } })
        }
        "GetPublicAccessBlock" => json!({ "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true, "IgnorePublicAcls": true,
            "BlockPublicPolicy": true, "RestrictPublicBuckets": true,
        } }),
        _ => return Ok(None),
    };
    Ok(Some(object(output)))
}

/// S3 Control: the public access block of an account that has set none up.
pub(in super::super) fn of_an_account(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    match &*call.operation.name {
        "GetPublicAccessBlock" => Err(Problem::service(
            404,
            "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found",
        )),
        _ => Ok(None),
    }
}
