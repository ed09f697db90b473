//! The operator's choice of endpoints.

mod layer;
#[cfg(test)]
mod tests;
mod url;

use std::collections::HashMap;
use std::sync::Arc;

use self::layer::{AddressingStyle, Layer};
use self::url::{CustomUrl, check};
use super::error::EndpointError;
use crate::environment::Environment;
use crate::model::Service;
use crate::profile::Profile;

/// The operator's choice of endpoints, the same for all calls of a client.
///
/// Three places have a say, in this order: the configuration, the environment, and the profile of the shared AWS
/// config file. Within each, a service's own URL comes before the one for all services.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    configured: Layer,
    /// By the service's name.
    configured_services: HashMap<Box<str>, CustomUrl>,
    environment: Layer,
    /// By [`Service::endpoint_variable`].
    environment_services: HashMap<Box<str>, CustomUrl>,
    profile: Layer,
    profile_services: Arc<Profile>,
}

const BY_SERVICE: &str = "AWS_ENDPOINT_URL_";
const ENDPOINT_URL: &str = "endpoint_url";

impl Settings {
    /// Reads the environment variables that every AWS SDK knows: `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>`,
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`,
    /// `AWS_STS_REGIONAL_ENDPOINTS`, `AWS_S3_US_EAST_1_REGIONAL_ENDPOINT`, `AWS_S3_USE_ARN_REGION` and
    /// `AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS`.
    ///
    /// # Errors
    ///
    /// A URL is not one, or a value is none of those that there are.
    pub fn from_environment(environment: &Environment) -> Result<Self, EndpointError> {
        let mut environment_services = HashMap::new();
        for (service, url) in environment.beginning(BY_SERVICE) {
            let url = CustomUrl::parse(&format!("{BY_SERVICE}{service}"), url)?;
            environment_services.insert(service.into(), url);
        }
        let environment = Layer::of_environment(environment)?;
        Ok(Self { environment, environment_services, ..Self::default() })
    }

    /// Adds what a profile says: the same by its keys, and S3's `addressing_style` and `use_dualstack_endpoint`.
    ///
    /// # Errors
    ///
    /// A URL for all services is not one, or a value is none of those that there are. A service's own URL is looked
    /// at when the service is called.
    pub fn with_profile(mut self, profile: Arc<Profile>) -> Result<Self, EndpointError> {
        self.profile = Layer::of_profile(&profile)?;
        self.profile_services = profile;
        Ok(self)
    }

    /// Sends everything to one URL, whatever environment and profile say: an emulator, as a rule.
    ///
    /// # Errors
    ///
    /// It is not an http or https URL, or has a query, a fragment or a user.
    pub fn with_endpoint_url(mut self, url: &str) -> Result<Self, EndpointError> {
        self.configured.url = Some(CustomUrl::parse(ENDPOINT_URL, url)?);
        Ok(self)
    }

    /// Sends one service, by its name in the model, to a URL of its own, whatever else is said.
    ///
    /// # Errors
    ///
    /// As [`Settings::with_endpoint_url`].
    pub fn with_service_url(mut self, service: &str, url: &str) -> Result<Self, EndpointError> {
        let url = CustomUrl::parse(&format!("endpoints.{service}"), url)?;
        self.configured_services.insert(service.into(), url);
        Ok(self)
    }

    /// Uses endpoints with FIPS 140 validated cryptography, or not; `None`: as environment and profile say.
    #[must_use]
    pub fn with_fips(mut self, fips: impl Into<Option<bool>>) -> Self {
        self.configured.fips = fips.into();
        self
    }

    /// Uses endpoints that answer over IPv6 as well, or not; `None`: as environment and profile say.
    #[must_use]
    pub fn with_dual_stack(mut self, dual_stack: impl Into<Option<bool>>) -> Self {
        self.configured.dual_stack = dual_stack.into();
        self
    }

    /// The custom endpoint of a service, if it has one.
    ///
    /// # Errors
    ///
    /// The profile's URL for this service is none.
    pub fn endpoint_url(&self, service: &Service) -> Result<Option<&str>, EndpointError> {
        let configured = self.configured_services.get(&service.name).or(self.configured.url.as_ref());
        if configured.is_some() || self.flag(|layer| layer.ignore_urls) {
            return Ok(configured.map(CustomUrl::as_str));
        }
        let of_environment = self.environment_services.get(&service.endpoint_variable);
        if let Some(url) = of_environment.or(self.environment.url.as_ref()) {
            return Ok(Some(url.as_str()));
        }
        let key = service.endpoint_variable.to_ascii_lowercase();
        if let Some(url) = self.profile_services.of_service(&key, ENDPOINT_URL) {
            check(&self.profile_services.origin(&format!("services.{key}.{ENDPOINT_URL}")), url)?;
            return Ok(Some(url));
        }
        Ok(self.profile.url.as_ref().map(CustomUrl::as_str))
    }

    /// Whether endpoints with FIPS 140 validated cryptography are asked for.
    #[must_use]
    pub fn fips(&self) -> bool {
        self.flag(|layer| layer.fips)
    }

    /// Whether a service's endpoints are to answer over IPv6: for S3 also where its own setting says so, as botocore
    /// has it.
    #[must_use]
    pub fn dual_stack(&self, service: &Service) -> bool {
        let general = || self.flag(|layer| layer.dual_stack);
        let of_s3 = || is_s3(service) && self.flag(|layer| layer.s3_dual_stack);
        self.configured.dual_stack.unwrap_or_else(|| general() || of_s3())
    }

    /// Whether the regions that are older than STS's regional endpoints use the global one.
    pub(super) fn sts_global(&self) -> bool {
        self.flag(|layer| layer.sts_global)
    }

    /// Whether S3 in `us-east-1` is asked at the global endpoint.
    pub(super) fn s3_global(&self) -> bool {
        self.flag(|layer| layer.s3_global)
    }

    /// Whether a bucket goes into the path.
    pub(super) fn s3_path_style(&self, custom_endpoint: bool) -> bool {
        match self.first(|layer| layer.s3_style).unwrap_or(AddressingStyle::Auto) {
            AddressingStyle::Auto => custom_endpoint,
            AddressingStyle::Virtual => false,
            AddressingStyle::Path => true,
        }
    }

    /// Whether the region of a bucket's ARN counts in place of the call's.
    pub(super) fn s3_use_arn_region(&self) -> Option<bool> {
        self.first(|layer| layer.s3_use_arn_region)
    }

    /// Whether multi-region access points are refused.
    pub(super) fn s3_no_multi_region(&self) -> bool {
        self.flag(|layer| layer.s3_no_multi_region)
    }

    /// What the first place says that says something.
    fn first<T>(&self, said: impl Fn(&Layer) -> Option<T>) -> Option<T> {
        [&self.configured, &self.environment, &self.profile].into_iter().find_map(said)
    }

    fn flag(&self, said: impl Fn(&Layer) -> Option<bool>) -> bool {
        self.first(said).unwrap_or(false)
    }
}

fn is_s3(service: &Service) -> bool {
    matches!(&*service.name, "s3" | "s3control")
}
