//! What one place says about endpoints: the environment, or the profile of the shared AWS config file.

use super::url::CustomUrl;
use crate::endpoint::error::EndpointError;
use crate::environment::Environment;
use crate::profile::Profile;

/// What one place says. What it does not say is left to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    pub(super) url: Option<CustomUrl>,
    /// The URLs of the places that every AWS SDK knows do not count.
    pub(super) ignore_urls: Option<bool>,
    pub(super) fips: Option<bool>,
    pub(super) dual_stack: Option<bool>,
    pub(super) sts_global: Option<bool>,
    pub(super) s3_style: Option<AddressingStyle>,
    pub(super) s3_dual_stack: Option<bool>,
    pub(super) s3_global: Option<bool>,
    pub(super) s3_use_arn_region: Option<bool>,
    pub(super) s3_no_multi_region: Option<bool>,
}

/// Where a bucket's name goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressingStyle {
    /// Into the host name of AWS's endpoints, into the path of others.
    Auto,
    /// Into the host name.
    Virtual,
    /// Into the path.
    Path,
}

/// What a setting is called in each place; empty where it has no name.
struct Name {
    variable: &'static str,
    key: &'static str,
    nested: (&'static str, &'static str),
}

const fn name(variable: &'static str, key: &'static str) -> Name {
    Name { variable, key, nested: ("", "") }
}

const fn of_s3(variable: &'static str, key: &'static str, nested: &'static str) -> Name {
    Name { variable, key, nested: ("s3", nested) }
}

const URL: Name = name("AWS_ENDPOINT_URL", "endpoint_url");
const IGNORE_URLS: Name = name("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
const FIPS: Name = name("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
const DUAL_STACK: Name = name("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
const STS: Name = name("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints");
const S3_STYLE: Name = of_s3("", "", "addressing_style");
const S3_DUAL_STACK: Name = of_s3("", "", "use_dualstack_endpoint");
const S3_US_EAST_1: Name = of_s3(
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
    "s3_us_east_1_regional_endpoint",
    "us_east_1_regional_endpoint",
);
const S3_ARN_REGION: Name = of_s3("AWS_S3_USE_ARN_REGION", "s3_use_arn_region", "use_arn_region");
const S3_NO_MULTI_REGION: Name = of_s3(
    "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
    "s3_disable_multiregion_access_points",
    "s3_disable_multiregion_access_points",
);

const FLAG: &[(&str, bool)] = &[("true", true), ("false", false)];
/// Whether the one endpoint is used that is older than the regions' own.
const IS_GLOBAL: &[(&str, bool)] = &[("regional", false), ("legacy", true)];
const STYLES: &[(&str, AddressingStyle)] = &[
    ("auto", AddressingStyle::Auto),
    ("virtual", AddressingStyle::Virtual),
    ("path", AddressingStyle::Path),
];

impl Layer {
    pub(super) fn of_environment(environment: &Environment) -> Result<Self, EndpointError> {
        Self::read(|name| Some((name.variable.to_owned(), environment.get(name.variable)?)))
    }

    pub(super) fn of_profile(profile: &Profile) -> Result<Self, EndpointError> {
        Self::read(|name| {
            let (group, key) = name.nested;
            let nested = || Some((format!("{group}.{key}"), profile.nested(group, key)?));
            let found = profile.get(name.key).map(|value| (name.key.to_owned(), value)).or_else(nested);
            found.map(|(key, value)| (profile.origin(&key), value))
        })
    }

    /// `place` tells the origin of a value, for errors, and the value.
    fn read<'a>(place: impl Fn(&Name) -> Option<(String, &'a str)>) -> Result<Self, EndpointError> {
        let url = place(&URL).map(|(origin, url)| CustomUrl::parse(&origin, url)).transpose()?;
        let flag = |name| choice(place(name), FLAG);
        Ok(Self {
            url,
            ignore_urls: flag(&IGNORE_URLS)?,
            fips: flag(&FIPS)?,
            dual_stack: flag(&DUAL_STACK)?,
            sts_global: choice(place(&STS), IS_GLOBAL)?,
            s3_style: choice(place(&S3_STYLE), STYLES)?,
            s3_dual_stack: flag(&S3_DUAL_STACK)?,
            s3_global: choice(place(&S3_US_EAST_1), IS_GLOBAL)?,
            s3_use_arn_region: flag(&S3_ARN_REGION)?,
            s3_no_multi_region: flag(&S3_NO_MULTI_REGION)?,
        })
    }
}

fn choice<T: Copy>(found: Option<(String, &str)>, choices: &[(&str, T)]) -> Result<Option<T>, EndpointError> {
    let Some((origin, value)) = found else { return Ok(None) };
    match choices.iter().find(|(word, _)| value.eq_ignore_ascii_case(word)) {
        Some((_, choice)) => Ok(Some(*choice)),
        None => {
            let words = choices.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>();
            Err(EndpointError::Setting { origin, value: value.to_owned(), expected: words.join(" or ") })
        }
    }
}
