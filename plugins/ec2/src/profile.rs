//! Instance profiles, through which instances act for a role.

use serde::{Deserialize, Deserializer};

/// Reads the ARN of an instance profile: its name, without the path, is what IAM asks for.
pub(crate) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let arn = Option::<String>::deserialize(deserializer)?;
    Ok(arn.and_then(|arn| arn.rsplit('/').next().map(str::to_owned)))
}
