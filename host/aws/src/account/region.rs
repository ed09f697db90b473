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
///
/// # Errors
///
/// [`SelectorError::UnknownRegion`], with the nearest known ones.
pub fn check_region(partitions: &Partitions, region: &str) -> Result<(), SelectorError> {
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

/// AWS opens no more regions than these in one place before there is newer data.
const NEW: u32 = 2;

/// Partitions have patterns such as `^(us|eu|ap)\-\w+\-\d+$`, which most typing errors fit as well. But all
/// regions are named by the compass, and numbered one after the other.
fn fits_a_partition(partitions: &Partitions, region: &str) -> bool {
    const COMPASS: &[&str] =
        &["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];
    let compass = region.rsplit('-').nth(1).is_some_and(|word| COMPASS.contains(&word));
    compass
        && is_numbered_next(partitions, region)
        && partitions.partitions.iter().any(|partition| partition.may_have(region))
}

/// Whether its number is not far above those of its known neighbours.
fn is_numbered_next(partitions: &Partitions, region: &str) -> bool {
    let number = |region: &str, place: &str| -> Option<u32> {
        let digits = region.strip_prefix(place)?.strip_prefix('-')?;
        digits.parse().ok().filter(|_| !digits.starts_with('0'))
    };
    let Some((place, _)) = region.rsplit_once('-') else { return false };
    let known = partitions.partitions.iter().flat_map(|partition| partition.regions.keys());
    let last = known.filter_map(|known| number(known, place)).max().unwrap_or(0);
    number(region, place).is_some_and(|number| (1..=last + NEW).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_known_new_and_misspelt() {
        let partitions = crate::model::Pack::bundled().partitions();
        let known = partitions.partitions.iter().flat_map(|partition| partition.regions.keys());
        for region in known.filter(|region| !region.ends_with("-global")) {
            assert!(is_region_shaped(region) && check_region(partitions, region).is_ok(), "{region}");
        }
        for new in ["eu-northeast-1", "us-east-3", "ap-southeast-9"] {
            assert!(check_region(partitions, new).is_ok(), "{new} may be newer than the data");
        }
        let error = check_region(partitions, "us-east-9").unwrap_err().to_string();
        let told = r#""us-east-9" is no AWS region: correct it, or leave it out; the nearest known: "us-east-1", "us-east-2""#;
        assert!(error.starts_with(told), "{error}");
        for wrong in ["us-east-0", "us-east-01", "eu-northeast-9", "us-east-99"] {
            assert!(check_region(partitions, wrong).is_err(), "{wrong}");
        }
        let error = check_region(partitions, "eu-wset-1").unwrap_err().to_string();
        assert!(
            error.starts_with("\"eu-wset-1\" is no AWS region: correct it, or leave it out; the nearest known: \"eu-west-1\""),
            "{error}"
        );
    }

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
