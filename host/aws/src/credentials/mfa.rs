//! Multi-factor authentication of the base credentials: the host asks a person, once for all roles.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::secret::Secret;

/// The MFA device of the base credentials' user. Its code is asked for once; the session that it gives is what all
/// roles are assumed with.
#[derive(Clone, Debug)]
pub struct Mfa {
    /// The device: the ARN of a virtual one, or the serial number of a hardware one.
    pub serial: String,
    /// How to ask for a code.
    pub prompt: MfaPrompt,
}

/// Asks a person for the code that an MFA device shows.
#[derive(Clone)]
pub struct MfaPrompt(Arc<Ask>);

type Ask = dyn Fn(&str) -> BoxFuture<'static, Result<Secret, String>> + Send + Sync;

impl MfaPrompt {
    /// A prompt: the device's serial number in, the code out, or why nobody can be asked.
    pub fn new(
        ask: impl Fn(&str) -> BoxFuture<'static, Result<Secret, String>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(ask))
    }

    /// The code, if it looks like one: 6 digits. Anything else would come back in an error of AWS.
    pub(super) async fn code(&self, serial: &str) -> Result<Secret, String> {
        let code: Secret = (self.0)(serial).await?.expose().trim().into();
        let digits = code.expose().len() == 6 && code.expose().bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(code) } else { Err("what was entered is no code of 6 digits".to_owned()) }
    }
}

impl fmt::Debug for MfaPrompt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MfaPrompt")
    }
}
