//! How a session says for whom it is: its name, its source identity, its tags.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::account::{CALLER, PLUGIN};
use crate::principal::Principal;

/// AWS allows no longer session name or source identity.
const LONGEST: usize = 64;

/// How much of a plugin's name is kept where all does not fit.
const PLUGIN_KEPT: usize = 16;

/// AWS allows no longer value of a session tag.
const LONGEST_TAG: usize = 256;

/// The role session name, which CloudTrail shows: `<prefix>-<plugin>-<caller>`, for example
/// `tollgate-ec2-jane.doe@example.com`.
///
/// Characters that AWS does not allow become `-`. Where that happened, or where the name had to be cut, it ends in
/// `=` and eight digits of a hash of plugin and caller, so that two callers never share a name.
pub(super) fn session_name(prefix: &str, principal: &Principal) -> String {
    let (plugin, caller) = (&*principal.plugin, &*principal.caller);
    let whole = [prefix, plugin, caller].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let whole = whole.join("-");
    if fits(&whole) {
        return whole;
    }
    let beginning = format!("{}-{}", clean(prefix), cut(&clean(plugin), PLUGIN_KEPT));
    marked(&format!("{beginning}-{}", clean(caller)), &[plugin, caller])
}

/// The source identity: the caller, in the characters that AWS allows.
pub(super) fn source_identity(caller: &str) -> String {
    if fits(caller) { caller.to_owned() } else { marked(&clean(caller), &[caller]) }
}

/// The session tags of an account's entry, with the caller and the plugin filled in.
pub(super) fn tags<'a>(
    templates: &'a BTreeMap<String, String>,
    principal: &Principal,
) -> impl Iterator<Item = (&'a str, String)> {
    templates.iter().map(|(key, value)| {
        let value = value.replace(CALLER, &principal.caller).replace(PLUGIN, &principal.plugin);
        let allowed = |c: char| if c.is_alphanumeric() || " _.:/=+-@".contains(c) { c } else { '-' };
        (key.as_str(), value.chars().map(allowed).take(LONGEST_TAG).collect())
    })
}

/// A text with a mark that tells it from all others, whatever was lost of it.
fn marked(text: &str, whole: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in whole {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digits: String = hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{}={digits}", cut(text, LONGEST - 1 - digits.len()))
}

fn fits(text: &str) -> bool {
    (2..=LONGEST).contains(&text.len()) && text.bytes().all(allowed)
}

/// One byte for each character, so that it can be cut anywhere.
fn clean(text: &str) -> String {
    let allowed = |c: char| u8::try_from(c).ok().filter(|byte| allowed(*byte)).map_or('-', char::from);
    text.chars().map(allowed).collect()
}

fn cut(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

fn allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::grant::Grant;

    fn principal(caller: &str, plugin: &str) -> Principal {
        Principal::new(caller, plugin, Grant::nothing())
    }

    fn name(caller: &str, plugin: &str) -> String {
        session_name("tollgate", &principal(caller, plugin))
    }

    #[test]
    fn names_can_be_read() {
        assert_eq!(name("jane.doe@example.com", "ec2"), "tollgate-ec2-jane.doe@example.com");
        assert_eq!(name("", "ec2"), "tollgate-ec2");
        assert_eq!(name("auth0|5f7c8ec7", "ec2"), "tollgate-ec2-auth0-5f7c8ec7=954ac7ed");
        assert_eq!(name("Jürgen Groß", "ec2"), "tollgate-ec2-J-rgen-Gro-=1a21d53f");
        let long = name(&"x".repeat(80), "inventory-of-everything");
        assert_eq!(long, "tollgate-inventory-of-eve-xxxxxxxxxxxxxxxxxxxxxxxxxxxxx=bd4f7ccd");
        assert_eq!(source_identity("jane.doe@example.com"), "jane.doe@example.com");
        assert_eq!(source_identity("j"), "j=91046df2");
    }

    #[test]
    fn tags_are_filled_in() {
        let templates = BTreeMap::from([
            ("Team".to_owned(), "platform".to_owned()),
            ("Who".to_owned(), "{caller} by {plugin}".to_owned()),
        ]);
        let principal = principal("jane|doe@example.com", "ec2");
        let tags: Vec<_> = tags(&templates, &principal).collect();
        assert_eq!(
            tags,
            [("Team", "platform".to_owned()), ("Who", "jane-doe@example.com by ec2".to_owned())]
        );
    }

    proptest! {
        #[test]
        fn every_name_is_one_that_aws_takes(caller in any::<String>(), plugin in any::<String>(), prefix in "[a-z=,.@-]{2,32}") {
            let principal = principal(&caller, &plugin);
            for text in [session_name(&prefix, &principal), source_identity(&caller)] {
                prop_assert!(fits(&text), "{}", text);
            }
            prop_assert!(session_name(&prefix, &principal).starts_with(&prefix));
        }

        #[test]
        fn no_two_callers_share_a_name(one in any::<String>(), other in any::<String>(), plugin in "[a-z]{1,40}") {
            prop_assume!(one != other);
            prop_assert_ne!(name(&one, &plugin), name(&other, &plugin));
            prop_assert_ne!(source_identity(&one), source_identity(&other));
        }
    }
}
