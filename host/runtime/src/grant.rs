//! What a plugin holds: what it requests *and* its operator grants.

use std::fmt::Display;
use std::str::FromStr;

use tollgate_aws::grant::{Action, Grant, Pattern};

use crate::config::{PluginConfig, Source};
use crate::error::LoadError;
use crate::manifest::Manifest;

/// The grant of a plugin. A grant broader than the request is no mistake: what holds is the
/// intersection.
pub(crate) fn effective(config: &PluginConfig, manifest: &Manifest) -> Result<Grant, LoadError> {
    let request: Vec<Pattern> = layer(config, "request", &manifest.aws.request)?;
    let layers = match (&config.grant, &config.source) {
        (Some(granted), _) => vec![request, layer(config, "grant", granted)?],
        (None, Source::Bundled { .. }) => vec![request],
        (None, Source::File(_)) => vec![request, Vec::new()],
    };
    // Nobody sees withheld values by default, bundled plugins included.
    let reveal: Vec<Vec<Action>> =
        vec![layer(config, "reveal", &manifest.aws.reveal)?, layer(config, "reveal", &config.reveal)?];
    Ok(Grant::new(config.mode, layers).revealing(reveal))
}

fn layer<T: FromStr<Err: Display>>(
    config: &PluginConfig,
    whose: &'static str,
    texts: &[String],
) -> Result<Vec<T>, LoadError> {
    let parse = |text: &String| {
        text.parse::<T>().map_err(|error| LoadError::Grant {
            origin: config.source.origin(),
            whose,
            detail: error.to_string(),
        })
    };
    texts.iter().map(parse).collect()
}
