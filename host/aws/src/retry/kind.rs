//! Whether a failure may mend itself.

use crate::model::{ErrorTraits, Operation, Service};
use crate::protocol::ServiceError;

/// Whether a failure may mend itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It will not.
    Permanent,
    /// It may, at once: something that has been corrected. Not more than once, so says who returns it.
    Corrected,
    /// It may: a connection that broke, a server that stumbled, nothing in time.
    Transient,
    /// It may, but slower.
    Throttled,
}

/// The error codes that mean "slower", of any service.
const THROTTLING: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// What an error answer means for the next attempt: by its code, by what the model says of that error, and by its
/// status. A status of 429 counts only where the model does not know the error.
pub(crate) fn classify(service: &Service, operation: &Operation, error: &ServiceError) -> Kind {
    let code = &*error.code;
    if THROTTLING.contains(&code) {
        return Kind::Throttled;
    }
    let modelled = modelled(service, operation, code);
    match modelled {
        Some(ErrorTraits { throttling: true, .. }) => return Kind::Throttled,
        Some(ErrorTraits { retryable: true, .. }) => return Kind::Transient,
        None if error.status == 429 => return Kind::Throttled,
        _ => {}
    }
    let transient = matches!(code, "RequestTimeout" | "RequestTimeoutException")
        || (code == "IDPCommunicationError" && &*service.name == "sts")
        || matches!(error.status, 500 | 502 | 503 | 504);
    if transient { Kind::Transient } else { Kind::Permanent }
}

/// What the model says of an error of the operation, if it knows it.
fn modelled(service: &Service, operation: &Operation, code: &str) -> Option<ErrorTraits> {
    let errors = operation.errors.iter().filter_map(|id| service.structure(*id));
    let mut known = errors.filter(|error| error.error_code.as_deref() == Some(code));
    known.next().map(|error| error.error.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Pack;

    fn classified(service: &str, operation: &str, status: u16, code: &str) -> Kind {
        let service = Pack::bundled().service(service).unwrap();
        let operation = service.operation(operation).unwrap();
        let (code, message) = (code.to_owned(), String::new());
        classify(&service, operation, &ServiceError { code, message, status, request_id: None })
    }

    #[test]
    fn codes_and_statuses() {
        let of = |status, code| classified("ec2", "DescribeInstances", status, code);
        assert!(THROTTLING.iter().all(|code| of(400, code) == Kind::Throttled));
        assert_eq!(of(503, "SlowDown"), Kind::Throttled);
        assert_eq!(of(429, "Whatever"), Kind::Throttled);
        assert_eq!(of(503, "Unavailable"), Kind::Transient);
        assert_eq!(of(400, "RequestTimeout"), Kind::Transient);
        assert_eq!(of(403, "AccessDenied"), Kind::Permanent);
        assert_eq!(of(501, "NotImplemented"), Kind::Permanent);
        assert_eq!(of(400, "IDPCommunicationError"), Kind::Permanent);
        assert_eq!(classified("sts", "AssumeRole", 400, "IDPCommunicationError"), Kind::Transient);
    }

    /// The statuses are others than the model's, so that it is not they that decide.
    #[test]
    fn what_the_model_says_of_an_error() {
        let of = |service, error, status| {
            let name = service;
            let service = Pack::bundled().service(name).unwrap();
            let mut operations: Vec<_> = service.operations.values().collect();
            operations.retain(|operation| modelled(&service, operation, error).is_some());
            let operation = operations.first().unwrap_or_else(|| panic!("{name} knows {error}"));
            classified(name, &operation.name, status, error)
        };
        assert_eq!(of("sagemaker-inference-router-runtime", "ModelNotReadyException", 400), Kind::Throttled);
        assert_eq!(of("bedrock-runtime", "ModelNotReadyException", 429), Kind::Transient);
        assert_eq!(of("accessanalyzer", "UnprocessableEntityException", 422), Kind::Transient);
        assert_eq!(of("codeguruprofiler", "ServiceQuotaExceededException", 402), Kind::Transient);
        assert_eq!(of("accessanalyzer", "AccessDeniedException", 429), Kind::Permanent, "known, and not so");
        assert_eq!(of("accessanalyzer", "AccessDeniedException", 503), Kind::Transient);
    }
}
