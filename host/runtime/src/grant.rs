//! What a plugin holds: what it requests *and* its operator grants.

use tollgate_aws::grant::{Grant, Pattern};

use crate::config::{PluginConfig, Source};
use crate::error::LoadError;
use crate::manifest::Manifest;

/// The grant of a plugin. A grant broader than the request is no mistake: what holds is the
/// intersection.
pub(crate) fn effective(config: &PluginConfig, manifest: &Manifest) -> Result<Grant, LoadError> {
    let layer = |whose, patterns: &[String]| -> Result<Vec<Pattern>, LoadError> {
        let parse = |text: &String| {
            text.parse::<Pattern>().map_err(|error| LoadError::Grant {
                origin: config.source.origin(),
                whose,
                detail: error.to_string(),
            })
        };
        patterns.iter().map(parse).collect()
    };
    let request = layer("request", &manifest.aws.request)?;
    match (&config.grant, &config.source) {
        (Some(granted), _) => Ok(Grant::new(config.mode, vec![request, layer("grant", granted)?])),
        (None, Source::Bundled { .. }) => Ok(Grant::new(config.mode, vec![request])),
        (None, Source::File(_)) => Ok(Grant::new(config.mode, vec![request, Vec::new()])),
    }
}
