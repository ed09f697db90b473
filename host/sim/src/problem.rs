//! What goes wrong, and how AWS says it: the code and status differ from protocol to protocol.

use tollgate_aws::sign::verify::VerifyError;

use crate::wire::Dialect;

/// An error that AWS would answer with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Problem {
    /// Not signed at all.
    Unsigned,
    /// Nobody has this access key.
    UnknownKey,
    /// The session token is not that of the access key.
    WrongToken,
    /// The session is over.
    ExpiredToken,
    /// What is said about the signature is not all that must be said.
    IncompleteSignature(&'static str),
    /// The signature is another one than the secret gives.
    WrongSignature(String),
    /// The request is too old or too new.
    Skewed(String),
    /// The credential scope names a region that does not exist.
    UnknownRegion { region: String },
    /// The account has not enabled the region.
    DisabledRegion,
    /// The principal may not do that.
    Denied { who: String, action: String, resource: Option<String> },
    /// No such operation.
    UnknownOperation(String),
    /// The request cannot be read as an input of the operation.
    Malformed(String),
    /// A required member is not there.
    Missing(String),
    /// A page token that was not given for this question.
    WrongPageToken,
    /// Too many requests.
    Throttled,
    /// An error of the service's own.
    Service { status: u16, code: String, message: String },
    /// An S3 bucket that lives in another region.
    OtherRegion { bucket: String, region: String },
    /// The simulator cannot do this, and says so rather than answer wrongly.
    Unsupported(String),
    /// The fixture does not fit the operation's output.
    Fixture(String),
}

/// An error as it goes to the client.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rendered {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Extra members of the error, by name.
    pub(crate) details: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Problem {
    /// An error of the service's own.
    pub(crate) fn service(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::Service { status, code: code.to_owned(), message: message.into() }
    }

    /// Whether AWS gives it because of too many requests.
    pub(crate) fn is_throttle(&self) -> bool {
        matches!(self, Self::Throttled)
    }

    /// The code, status and text in a dialect.
    pub(crate) fn render(&self, dialect: Dialect) -> Rendered {
        let (status, code) = self.code(dialect);
        let (mut details, mut headers) = (Vec::new(), Vec::new());
        if let Self::OtherRegion { bucket, region } = self {
            details.push(("Bucket", bucket.clone()));
            details.push(("Endpoint", format!("{bucket}.s3.{region}.amazonaws.com")));
            headers.push(("x-amz-bucket-region", region.clone()));
        }
        if let (Self::UnknownRegion { .. }, Dialect::S3) = (self, dialect) {
            details.push(("Region", "us-east-1".to_owned()));
        }
        Rendered { status, code: code.to_owned(), message: self.message(dialect), details, headers }
    }

    fn code(&self, dialect: Dialect) -> (u16, &str) {
        use Dialect::{Ec2, Json, Query, Rest, S3};
        match (self, dialect) {
            (Self::Unsigned, Ec2) => (400, "MissingParameter"),
            (Self::Unsigned, S3) => (403, "AccessDenied"),
            (Self::Unsigned, Query) => (403, "MissingAuthenticationToken"),
            (Self::Unsigned, Json | Rest) => (403, "MissingAuthenticationTokenException"),
            (Self::UnknownKey, S3) => (403, "InvalidAccessKeyId"),
            (Self::WrongToken, S3) => (400, "InvalidToken"),
            (Self::UnknownKey | Self::WrongToken | Self::DisabledRegion, Ec2) => (401, "AuthFailure"),
            (Self::UnknownKey | Self::WrongToken | Self::DisabledRegion, Query) => {
                (403, "InvalidClientTokenId")
            }
            (Self::UnknownKey | Self::WrongToken | Self::DisabledRegion, Json) => {
                (400, "UnrecognizedClientException")
            }
            (Self::UnknownKey | Self::WrongToken | Self::DisabledRegion, Rest) => {
                (403, "UnrecognizedClientException")
            }
            (Self::DisabledRegion, S3) => (403, "InvalidAccessKeyId"),
            (Self::ExpiredToken, Ec2) => (400, "RequestExpired"),
            (Self::ExpiredToken, S3) => (400, "ExpiredToken"),
            (Self::ExpiredToken, Query) => (403, "ExpiredToken"),
            (Self::ExpiredToken, Json) => (400, "ExpiredTokenException"),
            (Self::ExpiredToken, Rest) => (403, "ExpiredTokenException"),
            (Self::IncompleteSignature(_), Ec2 | Query) => (400, "IncompleteSignature"),
            (Self::IncompleteSignature(_), S3) => (400, "AuthorizationHeaderMalformed"),
            (Self::IncompleteSignature(_), Json) => (400, "IncompleteSignatureException"),
            (Self::IncompleteSignature(_), Rest) => (403, "IncompleteSignatureException"),
            (Self::Skewed(_), S3) => (403, "RequestTimeTooSkewed"),
            (Self::Skewed(_), Ec2) => (400, "RequestExpired"),
            (Self::UnknownRegion { .. }, S3) => (400, "AuthorizationHeaderMalformed"),
            (Self::WrongSignature(_) | Self::Skewed(_) | Self::UnknownRegion { .. }, Ec2 | Query | S3) => {
                (403, "SignatureDoesNotMatch")
            }
            (Self::WrongSignature(_) | Self::Skewed(_) | Self::UnknownRegion { .. }, Json) => {
                (400, "InvalidSignatureException")
            }
            (Self::WrongSignature(_) | Self::Skewed(_) | Self::UnknownRegion { .. }, Rest) => {
                (403, "InvalidSignatureException")
            }
            (Self::Denied { .. }, Ec2) => (403, "UnauthorizedOperation"),
            (Self::Denied { .. }, Query | S3) => (403, "AccessDenied"),
            (Self::Denied { .. }, Json) => (400, "AccessDeniedException"),
            (Self::Denied { .. }, Rest) => (403, "AccessDeniedException"),
            (Self::UnknownOperation(_), Ec2 | Query) => (400, "InvalidAction"),
            (Self::UnknownOperation(_), S3) => (405, "MethodNotAllowed"),
            (Self::UnknownOperation(_), Json) => (400, "UnknownOperationException"),
            (Self::UnknownOperation(_), Rest) => (404, "UnknownOperationException"),
            (Self::Malformed(_), Ec2) => (400, "InvalidParameterValue"),
            (Self::Malformed(_), Query) => (400, "MalformedInput"),
            (Self::Malformed(_), S3) => (400, "InvalidRequest"),
            (Self::Malformed(_), Json | Rest) => (400, "SerializationException"),
            (Self::Missing(_), Ec2) => (400, "MissingParameter"),
            (Self::Missing(_), Query) => (400, "ValidationError"),
            (Self::Missing(_), S3) => (400, "InvalidRequest"),
            (Self::Missing(_), Json | Rest) => (400, "ValidationException"),
            (Self::WrongPageToken, Ec2) => (400, "InvalidParameterValue"),
            (Self::WrongPageToken, S3) => (400, "InvalidArgument"),
            (Self::WrongPageToken, Query) => (400, "ValidationError"),
            (Self::WrongPageToken, Json | Rest) => (400, "InvalidNextTokenException"),
            (Self::Throttled, Ec2) => (503, "RequestLimitExceeded"),
            (Self::Throttled, S3) => (503, "SlowDown"),
            (Self::Throttled, Query) => (400, "Throttling"),
            (Self::Throttled, Json) => (400, "ThrottlingException"),
            (Self::Throttled, Rest) => (429, "TooManyRequestsException"),
            (Self::Service { status, code, .. }, _) => (*status, code),
            (Self::OtherRegion { .. }, _) => (301, "PermanentRedirect"),
            (Self::Unsupported(_), _) => (400, "SimulatorUnsupported"),
            (Self::Fixture(_), _) => (400, "SimulatorFixture"),
        }
    }

    fn message(&self, dialect: Dialect) -> String {
        match self {
            Self::Unsigned if dialect == Dialect::Ec2 => {
                "The request must contain the parameter AWSAccessKeyId".to_owned()
            }
            Self::Unsigned if dialect == Dialect::S3 => "Access Denied".to_owned(),
            Self::Unsigned => "Request is missing Authentication Token".to_owned(),
            Self::UnknownKey | Self::WrongToken | Self::DisabledRegion => match dialect {
                Dialect::Ec2 => "AWS was not able to validate the provided access credentials".to_owned(),
                Dialect::S3 if *self == Self::WrongToken => {
                    "The provided token is malformed or otherwise invalid.".to_owned()
                }
                Dialect::S3 => "The AWS Access Key Id you provided does not exist in our records.".to_owned(),
                _ => "The security token included in the request is invalid.".to_owned(),
            },
            Self::ExpiredToken if dialect == Dialect::Ec2 => "Request has expired.".to_owned(),
            Self::ExpiredToken if dialect == Dialect::S3 => "The provided token has expired.".to_owned(),
            Self::ExpiredToken => "The security token included in the request is expired".to_owned(),
            Self::WrongSignature(text) | Self::Skewed(text) | Self::Malformed(text) => text.clone(),
            Self::IncompleteSignature(what) => (*what).to_owned(),
            Self::UnknownRegion { region } if dialect == Dialect::S3 => format!(
                "The authorization header is malformed; the region '{region}' is wrong; expecting 'us-east-1'"
            ),
            Self::UnknownRegion { .. } => "Credential should be scoped to a valid region.".to_owned(),
            Self::Denied { .. } if dialect == Dialect::S3 => "Access Denied".to_owned(),
            Self::Denied { who, action, resource: Some(resource) } => {
                format!("User: {who} is not authorized to perform: {action} on resource: {resource}")
            }
            Self::Denied { who, action, resource: None } => {
                format!(
                    "User: {who} is not authorized to perform: {action} because no session policy allows the {action} action"
                )
            }
            Self::UnknownOperation(name) => format!("The action {name} is not valid for this web service."),
            Self::Missing(path) if dialect == Dialect::Ec2 => {
                format!("The request must contain the parameter {path}")
            }
            Self::Missing(path) => format!(
                "1 validation error detected: Value null at '{path}' failed to satisfy constraint: Member must not be null"
            ),
            Self::WrongPageToken => "The token is not one that was given for this request".to_owned(),
            Self::Throttled => match dialect {
                Dialect::Ec2 => "Request limit exceeded.".to_owned(),
                Dialect::S3 => "Please reduce your request rate.".to_owned(),
                _ => "Rate exceeded".to_owned(),
            },
            Self::Service { message, .. } => message.clone(),
            Self::OtherRegion { .. } => {
                "The bucket you are attempting to access must be addressed using the specified endpoint. \
                 Please send all future requests to this endpoint."
                    .to_owned()
            }
            Self::Unsupported(what) => format!("the simulator does not do this: {what}"),
            Self::Fixture(what) => format!("the fixture does not fit the output of the operation: {what}"),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Missing => Self::Unsigned,
            VerifyError::Malformed(what) => Self::IncompleteSignature(what),
            VerifyError::UnknownKey(_) => Self::UnknownKey,
            VerifyError::Token => Self::WrongToken,
            VerifyError::Skew(_) | VerifyError::Expired(_) => {
                Self::Skewed(format!("Signature expired: {error}"))
            }
            VerifyError::Body => Self::service(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ),
            VerifyError::Signature { canonical_request, string_to_sign } => Self::WrongSignature(format!(
                "The request signature we calculated does not match the signature you provided. Check your AWS \
                 Secret Access Key and signing method. Consult the service documentation for details.\n\n\
                 The Canonical String for this request should have been\n'{canonical_request}'\n\n\
                 The String-to-Sign should have been\n'{string_to_sign}'\n"
            )),
            other => Self::WrongSignature(other.to_string()),
        }
    }
}
