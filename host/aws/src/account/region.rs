//! Region names.

use super::error::SelectorError;
use super::nearest::nearest;
use crate::model::Partitions;

/// Whether a text looks like a region name: `us-east-1`, `us-gov-west-1`, `us-isob-east-1`.
///
/// Whatever passes is safe as a part of a host name.
pub(crate) fn is_region_shaped(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., number] = words.as_slice() else { return false };
    let lower = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.len() <= 32
        && first.len() >= 2
        && lower(first)
        && (1..=3).contains(&middle.len())
        && middle.iter().all(lower)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Lets known regions pass, and those that are newer than the data but fit a partition's pattern.
pub(crate) fn check_region(partitions: &Partitions, region: &str) -> Result<(), SelectorError> {
    let known = || partitions.partitions.iter().flat_map(|partition| partition.regions.keys());
    if is_region_shaped(region)
        && (known().any(|name| **name == *region) || fits_a_partition(partitions, region))
    {
        return Ok(());
    }
    let candidates =
        known().filter(|name| is_region_shaped(name)).map(|name| (name.to_string(), name.to_string()));
    Err(SelectorError::UnknownRegion { region: region.to_owned(), nearest: nearest(region, candidates) })
}

/// Partitions have patterns such as `^(us|eu|ap)\-\w+\-\d+$`.
fn fits_a_partition(partitions: &Partitions, region: &str) -> bool {
    partitions.partitions.iter().any(|partition| {
        regex_lite::Regex::new(&partition.region_regex).is_ok_and(|pattern| pattern.is_match(region))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_shapes() {
        for region in ["us-east-1", "ap-southeast-7", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(is_region_shaped(region), "{region}");
        }
        for other in [
            "",
            "us-east",
            "aws-global",
            "US-EAST-1",
            "us-east-1.evil.example",
            "us--1",
            "us-east-1/",
            "1-2-3",
        ] {
            assert!(!is_region_shaped(other), "{other}");
        }
    }
}
