//! `plugin.toml`, as a component carries it.

use serde::Deserialize;

use crate::text::hidden_character;

/// A manifest longer than this is refused unread.
const MAX_BYTES: usize = 64 << 10;
const MAX_DESCRIPTION: usize = 1_024;
const MAX_VERSION: usize = 64;
const MAX_NAME: usize = 64;

/// Who a plugin is and what it asks for. An unknown key is an error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// `[a-z][a-z0-9-]*`, unique in the host.
    pub(crate) name: String,
    /// The plugin's own version.
    pub(crate) version: String,
    /// What it is for, in one sentence.
    pub(crate) description: String,
    /// What it asks for at AWS.
    #[serde(default)]
    pub(crate) aws: Aws,
}

/// The `[aws]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Aws {
    /// Patterns over IAM actions, for example `ec2:Describe*`.
    #[serde(default)]
    pub(crate) request: Vec<String>,
    /// Operations whose answers it needs in full, for example `lambda:ListFunctions`.
    #[serde(default)]
    pub(crate) reveal: Vec<String>,
}

impl Manifest {
    /// Reads the text of a manifest. The error says what and where.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err(format!("{} bytes are over the limit of {MAX_BYTES} bytes", bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
        let manifest: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        let Self { name, version, description, aws: _ } = self;
        let mut characters = name.chars();
        let named = characters.next().is_some_and(|c| c.is_ascii_lowercase())
            && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && name.len() <= MAX_NAME;
        if !named {
            return Err(format!(
                "name: expected [a-z][a-z0-9-]*, at most {MAX_NAME} characters, not {name:?}"
            ));
        }
        let versioned = !version.is_empty()
            && version.len() <= MAX_VERSION
            && version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'));
        if !versioned {
            return Err(format!("version: expected a version such as 1.2.3, not {version:?}"));
        }
        if description.len() > MAX_DESCRIPTION {
            return Err(format!("description: is over the limit of {MAX_DESCRIPTION} bytes"));
        }
        if let Some(character) = hidden_character(description) {
            return Err(format!(
                "description: holds the hidden character {:?}",
                character.escape_unicode().to_string()
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EC2: &str = r#"
        name = "ec2"
        version = "0.1.0"
        description = "EC2 instances"
        [aws]
        request = ["ec2:DescribeInstances"]
    "#;

    #[test]
    fn a_manifest_is_read() {
        let manifest = Manifest::parse(EC2.as_bytes()).unwrap();
        assert_eq!(manifest.name, "ec2");
        assert_eq!(manifest.aws.request, ["ec2:DescribeInstances"]);
        assert!(manifest.aws.reveal.is_empty());
        let more = format!("{EC2}\nreveal = [\"ec2:DescribeLaunchTemplateVersions\"]");
        assert_eq!(Manifest::parse(more.as_bytes()).unwrap().aws.reveal.len(), 1);
        let alone = "name = 'a-1'\nversion = '1'\ndescription = ''";
        assert!(Manifest::parse(alone.as_bytes()).unwrap().aws.request.is_empty());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |from: &str, to: &str| Manifest::parse(EC2.replace(from, to).as_bytes()).unwrap_err();
        assert!(
            error("request", "requests").contains("unknown field `requests`, expected `request` or `reveal`")
        );
        assert!(error("\"ec2\"", "\"EC2\"").contains("name: expected [a-z][a-z0-9-]*"));
        assert!(error("0.1.0", "latest!").contains("version: expected a version"));
        assert!(error("version", "# version").contains("missing field `version`"));
        assert!(error("EC2 instances", "EC2\u{200b}").contains("hidden character"));
        assert_eq!(Manifest::parse(&[0xff]).unwrap_err(), "is not UTF-8");
        assert!(Manifest::parse(&vec![b' '; MAX_BYTES + 1]).unwrap_err().contains("over the limit"));
    }
}
