//! The settings of a bucket. That one is not set up is an answer: S3 gives it as an error.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use tollgate_sdk::{Tags, aws};

use crate::buckets::Located;

/// What stands for a setting that is not set up, so that a filter can ask for it: `null` is one that could not be
/// read.
pub(crate) const NONE: &str = "none";

/// How objects are encrypted that do not say it themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub(crate) algorithm: String,
    /// The KMS key; none: that of S3 in the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kms_key: Option<String>,
}

/// Reads a setting; `None` where it is not set up.
pub(crate) async fn read<T: DeserializeOwned + 'static>(
    bucket: &Located,
    operation: &str,
    select: &str,
) -> Result<Option<T>, aws::Error> {
    let input = json!({ "Bucket": bucket.name });
    match aws::call::<Option<T>>(&bucket.target, "s3", operation, input).select(select).await {
        Ok(response) => Ok(response.output),
        Err(error) if is_not_set_up(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the bucket is there, and the setting is not: `NoSuchTagSet`,
/// `ServerSideEncryptionConfigurationNotFoundError`.
pub(crate) fn is_not_set_up(error: &aws::Error) -> bool {
    error.is_not_found() && error.code() != Some("NoSuchBucket")
}

const ENCRYPTION: &str = "ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.{
    algorithm: SSEAlgorithm, kms_key: KMSMasterKeyID
}";

/// Since 2023 S3 sets it up for every bucket; what is older, or an emulator, may have none.
pub(crate) async fn encryption(bucket: &Located) -> Result<Option<Encryption>, aws::Error> {
    read(bucket, "GetBucketEncryption", ENCRYPTION).await
}

/// `Enabled`, `Suspended`, or `Disabled` where it was never enabled, which S3 does not say in a word.
pub(crate) async fn versioning(bucket: &Located) -> Result<String, aws::Error> {
    let status = read::<String>(bucket, "GetBucketVersioning", "Status").await?;
    Ok(status.unwrap_or_else(|| "Disabled".to_owned()))
}

#[derive(Deserialize)]
struct Logging {
    bucket: String,
    prefix: Option<String>,
}

const LOGGING: &str = "LoggingEnabled.{bucket: TargetBucket, prefix: TargetPrefix}";

/// Where access logs go, as `bucket/prefix`.
pub(crate) async fn logging(bucket: &Located) -> Result<String, aws::Error> {
    let target = read::<Logging>(bucket, "GetBucketLogging", LOGGING).await?;
    Ok(target.map_or_else(
        || NONE.to_owned(),
        |Logging { bucket, prefix }| format!("{bucket}/{}", prefix.unwrap_or_default()),
    ))
}

/// Whether objects can be locked against deletion.
pub(crate) async fn object_lock(bucket: &Located) -> Result<bool, aws::Error> {
    let enabled =
        read::<String>(bucket, "GetObjectLockConfiguration", "ObjectLockConfiguration.ObjectLockEnabled");
    Ok(enabled.await?.as_deref() == Some("Enabled"))
}

/// The bucket's tags.
pub(crate) async fn tags(bucket: &Located) -> Result<Tags, aws::Error> {
    Ok(read(bucket, "GetBucketTagging", "TagSet").await?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_up_is_an_answer_and_a_missing_bucket_is_none() {
        let failed = |code: &str| aws::Error::Service(aws::ServiceError::new(code, "…", 404));
        for code in [
            "NoSuchBucketPolicy",
            "NoSuchCORSConfiguration",
            "NoSuchLifecycleConfiguration",
            "NoSuchPublicAccessBlockConfiguration",
            "NoSuchTagSet",
            "NoSuchWebsiteConfiguration",
            "ObjectLockConfigurationNotFoundError",
            "OwnershipControlsNotFoundError",
            "ReplicationConfigurationNotFoundError",
            "ServerSideEncryptionConfigurationNotFoundError",
        ] {
            assert!(is_not_set_up(&failed(code)), "{code}");
        }
        for code in ["NoSuchBucket", "AccessDenied", "PermanentRedirect"] {
            assert!(!is_not_set_up(&failed(code)), "{code}");
        }
    }

    #[test]
    fn the_rule_of_encryption_tells_algorithm_and_key() {
        let encryption = |rules: serde_json::Value| {
            let output = json!({ "ServerSideEncryptionConfiguration": { "Rules": rules } });
            let selected = jmespath::compile(ENCRYPTION).and_then(|select| select.search(output));
            let selected = serde_json::to_string(&selected.expect("the expression fits")).expect("JSON");
            serde_json::from_str::<Option<Encryption>>(&selected).expect("what the expression makes")
        };
        let by_default =
            |value| json!([{ "ApplyServerSideEncryptionByDefault": value, "BucketKeyEnabled": true }]);
        let kms = by_default(json!({ "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/data" }));
        let expected = Encryption { algorithm: "aws:kms".to_owned(), kms_key: Some("alias/data".to_owned()) };
        assert_eq!(encryption(kms), Some(expected));
        let s3 = encryption(by_default(json!({ "SSEAlgorithm": "AES256" }))).expect("a rule");
        assert_eq!((s3.algorithm.as_str(), s3.kms_key), ("AES256", None));
        assert_eq!(encryption(json!([])), None);
    }
}
