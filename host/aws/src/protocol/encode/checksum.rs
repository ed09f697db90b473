//! Checksums of bodies, where S3 wants one or takes one: as botocore, CRC32 unless the input names another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{self, digest};

use super::super::HttpRequest;
use super::super::error::{Fault, Problem};
use super::super::input::{Fields, Input};
use super::wire_name;
use crate::model::{Operation, Service};

const DEFAULT: &str = "CRC32";

/// Adds the checksum of the body, unless the input brings one.
pub(super) fn add(
    request: &mut HttpRequest,
    service: &Service,
    operation: &Operation,
    fields: &Fields<'_>,
) -> Result<(), Vec<Problem>> {
    let member = operation.checksum_algorithm_member.as_deref();
    let is_wanted = operation.checksum_required || member.is_some();
    if !is_wanted || request.headers.iter().any(|(name, _)| name.starts_with("x-amz-checksum-")) {
        return Ok(());
    }
    let given = fields.members.iter().find(|(given, _)| Some(&*given.name) == member);
    let algorithm = match given {
        Some((_, Input::Text(algorithm))) => algorithm.to_ascii_uppercase(),
        _ => DEFAULT.to_owned(),
    };
    let Some(checksum) = checksum(&algorithm, &request.body) else {
        let reason = "names a checksum that is not made here: use CRC32, SHA1, SHA256 or SHA512";
        let path = member.unwrap_or_default().to_owned();
        return Err(vec![Problem { path, fault: Fault::Text { reason } }]);
    };
    request.headers.push((format!("x-amz-checksum-{}", algorithm.to_ascii_lowercase()), checksum));
    if let (None, Some(member)) = (given, member.and_then(|name| fields.structure.member(name))) {
        request.headers.push((wire_name(service, member).to_owned(), algorithm));
    }
    Ok(())
}

/// The checksum in base64; nothing for algorithms that need more than is here.
fn checksum(algorithm: &str, body: &[u8]) -> Option<String> {
    let algorithm = match algorithm {
        "CRC32" => return Some(STANDARD.encode(crc32fast::hash(body).to_be_bytes())),
        "SHA1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "SHA256" => &digest::SHA256,
        "SHA512" => &digest::SHA512,
        _ => return None,
    };
    Some(STANDARD.encode(digest(algorithm, body)))
}

#[cfg(test)]
mod tests {
    use super::checksum;

    /// The check values of the algorithms' own descriptions.
    #[test]
    fn checksums_are_those_of_their_descriptions() {
        assert_eq!(checksum("CRC32", b"123456789").as_deref(), Some("y/Q5Jg=="));
        assert_eq!(checksum("SHA1", b"abc").as_deref(), Some("qZk+NkcGgWq6PiVxeFDCbJzQ2J0="));
        assert_eq!(
            checksum("SHA256", b"abc").as_deref(),
            Some("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
        );
        assert_eq!(checksum("CRC64NVME", b"abc"), None);
    }
}
