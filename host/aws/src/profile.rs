//! The profile of the shared AWS config file: `~/.aws/config`, with `~/.aws/credentials` merged in.

use std::error::Error as StdError;
use std::sync::Arc;

use aws_runtime::env_config::error::EnvConfigFileLoadError;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source;
use aws_types::os_shim_internal::Fs;
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::environment::Environment;

/// The files cannot be used. Mend what the text names.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the AWS config file: {reason}")]
pub struct ProfileError {
    /// Which file, which line, and what is wrong with it.
    reason: String,
}

/// What the profile of an environment says. It may hold secrets, so it does not print.
#[derive(Clone, Default)]
pub struct Profile {
    sections: EnvConfigSections,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Profile").field(&self.sections.selected_profile()).finish()
    }
}

impl Profile {
    /// Reads the files that the environment names, `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, else those in
    /// the home directory, and selects `AWS_PROFILE`, else `default`. Files and profiles that are not there are empty
    /// ones.
    ///
    /// # Errors
    ///
    /// A file cannot be parsed.
    pub async fn load(environment: &Environment) -> Result<Self, ProfileError> {
        let environment = environment.for_sdk();
        // Reading files holds the thread.
        let load = tokio::task::spawn_blocking(move || {
            tokio::runtime::Handle::current().block_on(async {
                let source = source::load(&environment, &Fs::real(), &EnvConfigFiles::default()).await?;
                Ok::<_, EnvConfigFileLoadError>(EnvConfigSections::parse(source)?)
            })
        });
        let sections = load.await.map_err(|error| ProfileError { reason: error.to_string() })?;
        let sections = sections.map_err(|error| ProfileError { reason: reason(&error) })?;
        Ok(Self { sections })
    }

    /// The value of a key; without one, none.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.sections.get(key).filter(|value| !value.is_empty())
    }

    /// The value of a key within a group:
    ///
    /// ```ini
    /// group =
    ///   key = value
    /// ```
    #[must_use]
    pub fn nested(&self, group: &str, key: &str) -> Option<&str> {
        let lines = self.get(group)?.lines().filter_map(|line| line.split_once('='));
        lines.map(|(name, value)| (name.trim(), value.trim())).find(|(name, _)| *name == key).map(|it| it.1)
    }

    /// The value of a service's key in the `services` section that the profile names.
    #[must_use]
    pub fn of_service(&self, service: &str, key: &str) -> Option<&str> {
        let key = PropertiesKey::builder()
            .section_key("services")
            .section_name(self.get("services")?)
            .property_name(service)
            .sub_property_name(key)
            .build()
            .ok()?;
        self.sections.other_sections().get(&key).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// How errors name a key of the profile.
    #[must_use]
    pub fn origin(&self, key: &str) -> String {
        format!("{key} in the AWS profile {:?}", self.sections.selected_profile())
    }
}

/// The profile of an environment, read at its first use and kept. A file that cannot be used is read again.
#[derive(Debug)]
pub(crate) struct LazyProfile {
    environment: Environment,
    profile: OnceCell<Arc<Profile>>,
}

impl LazyProfile {
    pub(crate) fn new(environment: Environment) -> Self {
        Self { environment, profile: OnceCell::new() }
    }

    pub(crate) async fn get(&self) -> Result<Arc<Profile>, ProfileError> {
        let load = async || Profile::load(&self.environment).await.map(Arc::new);
        self.profile.get_or_try_init(load).await.cloned()
    }
}

/// The parser's reason, which names file and line, in one line of bounded length.
fn reason(error: &EnvConfigFileLoadError) -> String {
    let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(600).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn load(text: &str, profile: &str) -> Result<Profile, ProfileError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        std::fs::write(&file, text).unwrap();
        let environment =
            [("AWS_CONFIG_FILE", file.to_str().unwrap()), ("AWS_PROFILE", profile), ("HOME", "/nowhere")];
        Profile::load(&environment.into_iter().collect()).await
    }

    #[tokio::test]
    async fn keys_groups_and_services_of_the_selected_profile() {
        let text = "[default]\nendpoint_url = http://default\n\
            [profile dev]\nservices = local\nca_bundle = /ca.pem\ns3 =\n  addressing_style = path\n\
            [services local]\nelastic_beanstalk =\n  endpoint_url = http://127.0.0.1:1\n";
        let profile = load(text, "dev").await.unwrap();
        assert_eq!(profile.get("ca_bundle"), Some("/ca.pem"));
        assert_eq!(profile.get("endpoint_url"), None, "the default profile is another one");
        assert_eq!(profile.nested("s3", "addressing_style"), Some("path"));
        assert_eq!(profile.nested("s3", "style"), None);
        assert_eq!(profile.of_service("elastic_beanstalk", "endpoint_url"), Some("http://127.0.0.1:1"));
        assert_eq!(profile.of_service("ec2", "endpoint_url"), None);
        assert_eq!(load(text, "").await.unwrap().get("endpoint_url"), Some("http://default"));
        assert_eq!(load(text, "other").await.unwrap().get("endpoint_url"), None);
    }

    #[tokio::test]
    async fn what_cannot_be_parsed_is_told_with_its_line() {
        let error = load("[default]\nregion\n", "").await.unwrap_err().to_string();
        assert!(error.starts_with("the AWS config file: error parsing /"), "{error}");
        assert!(error.ends_with("config on line 2: Expected an '=' sign defining a property"), "{error}");
    }
}
