//! The client settings that endpoint rules ask for, with the defaults of AWS's Python SDK.

use super::error::EndpointError;
use super::rules::{Builtin, Value};
use super::settings::Settings;
use crate::model::{Operation, Service};

/// The client settings of one call.
#[derive(Clone, Debug)]
pub struct Builtins<'a> {
    /// The region of the call.
    pub region: Option<&'a str>,
    /// Endpoints with FIPS 140 validated cryptography.
    pub fips: bool,
    /// Endpoints that answer over IPv6 as well.
    pub dual_stack: bool,
    /// The custom endpoint.
    pub endpoint: Option<&'a str>,
    /// The account of the credentials, for services with account-based endpoints.
    pub account_id: Option<&'a str>,
    /// `preferred`, `required` or `disabled`.
    pub account_id_mode: Option<&'a str>,
    /// STS's one endpoint in place of the region's.
    pub sts_global: bool,
    /// S3's one endpoint in place of `us-east-1`'s.
    pub s3_global: bool,
    /// The bucket in the path in place of the host name.
    pub s3_path_style: bool,
    /// S3 transfer acceleration.
    pub s3_accelerate: bool,
    /// A bucket ARN's region in place of the call's.
    pub s3_use_arn_region: Option<bool>,
    /// No multi-region access points.
    pub s3_no_multi_region: bool,
    /// The same as `s3_use_arn_region` for S3 Control.
    pub s3_control_use_arn_region: Option<bool>,
}

impl<'a> Builtins<'a> {
    /// Nothing but the region.
    #[must_use]
    pub fn bare(region: Option<&'a str>) -> Self {
        Self {
            region,
            fips: false,
            dual_stack: false,
            endpoint: None,
            account_id: None,
            account_id_mode: None,
            sts_global: false,
            s3_global: false,
            s3_path_style: false,
            s3_accelerate: false,
            s3_use_arn_region: None,
            s3_no_multi_region: false,
            s3_control_use_arn_region: None,
        }
    }

    /// What the settings say for a service in a region.
    ///
    /// As in boto3, a custom endpoint switches FIPS and dual stack off and, where nothing else is said, puts buckets
    /// into the path. Unlike boto3, `us-east-1` has a regional endpoint in S3 as every other region has, unless
    /// `us_east_1_regional_endpoint = legacy` is set: the global one answers from wherever DNS says, and wants a
    /// signature of that region. Account-based endpoints are not used: the regional ones answer for every account.
    ///
    /// # Errors
    ///
    /// The profile's URL for this service is none.
    pub fn new(service: &Service, region: &'a str, settings: &'a Settings) -> Result<Self, EndpointError> {
        let endpoint = settings.endpoint_url(service)?;
        Ok(Self {
            endpoint,
            fips: settings.fips() && endpoint.is_none(),
            dual_stack: settings.dual_stack(service) && endpoint.is_none(),
            sts_global: settings.sts_global(),
            s3_global: settings.s3_global() && region == "us-east-1",
            s3_path_style: settings.s3_path_style(endpoint.is_some()),
            s3_use_arn_region: Some(settings.s3_use_arn_region().unwrap_or(true)),
            s3_no_multi_region: settings.s3_no_multi_region(),
            s3_control_use_arn_region: Some(settings.s3_use_arn_region().unwrap_or(false)),
            ..Self::bare(Some(region))
        })
    }

    /// S3's exceptions for single calls: a bucket ARN is never in the path, and `GetBucketLocation` has
    /// its bucket always there, because any region answers it.
    #[must_use]
    pub fn for_call(mut self, service: &Service, operation: &Operation, input: &serde_json::Value) -> Self {
        if &*service.name == "s3" {
            let bucket = input.get("Bucket").and_then(serde_json::Value::as_str);
            if &*operation.name == "GetBucketLocation" {
                self.s3_path_style = true;
            } else if bucket.is_some_and(|it| it.starts_with("arn:")) {
                self.s3_path_style = false;
            }
        }
        self
    }

    /// The value of one of them.
    #[must_use]
    pub fn get(&self, builtin: Builtin) -> Option<Value<'a>> {
        match builtin {
            Builtin::Region => self.region.map(Value::from),
            Builtin::UseFips => Some(self.fips.into()),
            Builtin::UseDualStack => Some(self.dual_stack.into()),
            Builtin::Endpoint => self.endpoint.map(Value::from),
            Builtin::AccountId => self.account_id.map(Value::from),
            Builtin::AccountIdEndpointMode => self.account_id_mode.map(Value::from),
            Builtin::StsUseGlobalEndpoint => Some(self.sts_global.into()),
            Builtin::S3UseGlobalEndpoint => Some(self.s3_global.into()),
            Builtin::S3ForcePathStyle => Some(self.s3_path_style.into()),
            Builtin::S3Accelerate => Some(self.s3_accelerate.into()),
            Builtin::S3UseArnRegion => self.s3_use_arn_region.map(Value::from),
            Builtin::S3DisableMultiRegionAccessPoints => Some(self.s3_no_multi_region.into()),
            Builtin::S3ControlUseArnRegion => self.s3_control_use_arn_region.map(Value::from),
        }
    }
}
